package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gisd/internal/testdata"
)

// programVariable makes this test binary the program itself, for tests that run
// it as a process of its own.
const programVariable = "GISD_TEST_PROGRAM"

// plain is a program without the race detector. Processes that load much, to be
// killed or to meet another in the database, have no use for it: it does not look
// beyond one process, what it finds dies with that process, and it makes a load
// take ten times as long. What it is for runs within the tests: startServer,
// newWalker, gisd.
var plain, removePlain = plainProgram()

func plainProgram() (get func() (string, error), remove func()) {
	if !testdata.Raced {
		return func() (string, error) { return os.Args[0], nil }, func() {}
	}
	var dir string
	get = sync.OnceValues(func() (string, error) {
		var err error
		if dir, err = os.MkdirTemp("", "gisd-cmd-plain-"); err != nil {
			return "", err
		}
		path := filepath.Join(dir, "gisd")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the Makefile builds it
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build: %w: %s", err, out)
		}
		return path, nil
	})
	return get, func() { _ = os.RemoveAll(dir) }
}

// plainPath is the path of plain.
func plainPath(t *testing.T) string {
	t.Helper()
	path, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// freeAddress is one of this machine that nobody listens on, another at each call.
// Its port lies below those that Linux gives to connections (32768 and on), one of
// which could take it before the server does.
var freeAddress = freeAddresses()

func freeAddresses() func(t *testing.T) string {
	var given atomic.Int64
	return func(t *testing.T) string {
		t.Helper()
		for range 10_000 {
			port := 12_000 + (64*int64(os.Getpid())+given.Add(1))%20_000
			if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				_ = l.Close()
				return l.Addr().String()
			}
		}
		t.Fatal("no port is free")
		return ""
	}
}

// child is the plain program as a process of its own.
func child(t *testing.T, env []string, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	cmd, said = exec.Command(plainPath(t), args...), &bytes.Buffer{}
	cmd.Env, cmd.Stderr = append(append(os.Environ(), programVariable+"=1"), env...), said
	t.Cleanup(func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill()
		}
	})
	return cmd, said
}

// exitCode waits for a child; a signal is -1.
func exitCode(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// mustApart is must in a process of its own, for loads of many features.
func mustApart(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd, said := child(t, env, args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd); code != exitDone {
		t.Fatalf("gisd %s: exit code %d: %s", strings.Join(args, " "), code, said)
	}
	return out.String()
}

// startServing is `gisd serve` as a child on a free port.
func startServing(t *testing.T, env []string) (address string, cmd *exec.Cmd) {
	t.Helper()
	listen := freeAddress(t)
	address = "http://" + listen
	cmd, said := child(t, append(env, "GISD_RATE_LIMIT=0"), "serve", "--listen", listen, "--data-dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String()[max(0, said.Len()-4000):])
		}
	})
	waitFor(t, "the server", func() bool {
		res, err := http.Get(address + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return address, cmd
}

// process is `gisd up` as a process of its own.
type process struct {
	*exec.Cmd
	address string
	lines   chan string // of standard error
	log     strings.Builder
}

func startUp(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return startProgram(t, os.Args[0], dir, args...)
}

// startProgram is startUp of a program.
func startProgram(t *testing.T, program, dir string, args ...string) *process {
	t.Helper()
	address := freeAddress(t)
	p := &process{
		Cmd:     exec.Command(program, append([]string{"up", "--no-demo", "--data-dir", dir, "--listen", address}, args...)...),
		address: address,
		lines:   make(chan string, 10_000),
	}
	p.Env = append(os.Environ(), programVariable+"=1")
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for sc := bufio.NewScanner(stderr); sc.Scan(); {
			p.lines <- sc.Text()
		}
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
	})
	return p
}

// serves reports whether the server answers that it can.
func (p *process) serves() bool {
	response, err := http.Get("http://" + p.address + "/readyz")
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// await reads the process's standard error until a line holds want.
func (p *process) await(t *testing.T, want string) {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case line, ok := <-p.lines:
			p.log.WriteString(line + "\n")
			if !ok {
				t.Fatalf("ended without %q:\n%s", want, p.log.String())
			}
			if strings.Contains(line, want) {
				return
			}
		case <-limit:
			t.Fatalf("no %q within a minute:\n%s", want, p.log.String())
		}
	}
}

// end sends a signal and returns the exit code.
func (p *process) end(t *testing.T, s syscall.Signal) int {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	for range p.lines { // Wait must not close the pipe under the reader
	}
	_ = p.Wait()
	return p.ProcessState.ExitCode()
}
