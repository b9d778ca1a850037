package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// measured is one run of a command.
type measured struct {
	seconds float64
	cpu     float64 // user and system, of the process itself
	peakMiB float64 // largest resident set
	code    int     // exit code
	stdout  []byte
	stderr  []byte
}

// command runs a program to its end and measures it. Exit codes other than 0
// and those that are fine are errors.
func command(ctx context.Context, dir string, fine []int, name string, args ...string) (measured, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Run()
	m := measured{seconds: time.Since(begin).Seconds(), stdout: stdout.Bytes(), stderr: stderr.Bytes()}
	if state := cmd.ProcessState; state != nil {
		m.cpu = (state.UserTime() + state.SystemTime()).Seconds()
		m.peakMiB = peakMiB(state)
		m.code = state.ExitCode()
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && slices.Contains(fine, exit.ExitCode()) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w: %s", name, err, m.stderr[max(0, len(m.stderr)-2000):])
	}
	return m, nil
}
