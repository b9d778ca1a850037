package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// result is what a client saw.
type result struct {
	client
	version             string
	seen, lost, doubled int
	took                time.Duration
	fault               error
}

// patience is what a client has to read everything.
const patience = 2 * time.Hour

// everyone lets the clients read, one after the other, while a writer and another
// reader are at work, and runs the examples. All faults are told; a client's own
// do not keep the others from reading.
func (o options) everyone(ctx context.Context, clients []client) ([]result, error) {
	s, err := o.start(ctx)
	if err != nil {
		return nil, err
	}
	results, err := s.beside(ctx, func(ctx context.Context) ([]result, error) {
		if o.record {
			return s.recordEdits(ctx, clients)
		}
		// First, because ids are to be those of a new server.
		faults := []error{s.replay(ctx)}
		results := s.each(ctx, clients)
		for _, r := range results {
			if r.fault != nil {
				faults = append(faults, fmt.Errorf("%s: %w", r.name, r.fault))
			}
		}
		return results, errors.Join(append(faults, s.examples(ctx)...)...)
	})
	return results, errors.Join(err, s.Stop())
}

// each runs the clients that are wanted; an interrupt leaves the rest out.
func (s *site) each(ctx context.Context, clients []client) []result {
	var results []result
	for _, c := range clients {
		if !s.only.MatchString(c.name) {
			continue
		}
		r := s.one(ctx, c)
		if ctx.Err() != nil {
			break
		}
		results = append(results, r)
	}
	return results
}

// beside does the work while a writer and a second reader are at theirs. The work
// ends with the first fault of theirs.
func (s *site) beside(ctx context.Context, work func(context.Context) ([]result, error)) ([]result, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type end struct {
		what  string
		count int
		err   error
	}
	ended := make(chan end, 2)
	start := func(what string, do func(context.Context) (int, error)) {
		n, err := do(ctx)
		if err != nil {
			stop()
		}
		ended <- end{what, n, err}
	}
	go start("changes", s.write)
	go start("other walks", s.read)
	results, err := work(ctx)
	stop()
	for range 2 {
		e := <-ended
		fmt.Fprintf(s.log, "clients: %d %s meanwhile\n", e.count, e.what)
		err = errors.Join(err, e.err)
		if e.count == 0 && e.err == nil {
			err = errors.Join(err, fmt.Errorf("no %s were made meanwhile", e.what))
		}
	}
	return results, err
}

// one runs a client and counts what it saw.
func (s *site) one(ctx context.Context, c client) result {
	r := result{client: c}
	if r.version, r.fault = c.version(ctx, s.home); r.fault != nil {
		return r
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	cmd := exec.CommandContext(ctx, c.program, c.args(s)...)
	cmd.Dir = s.home
	cmd.Env = append(os.Environ(), "KEY="+s.key)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	seen := newTally(s.n)
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &lineWriter{each: func(line string) {
		if number, ok := c.number(line); ok {
			seen.see(number)
		}
	}}, &stderr
	began := time.Now()
	r.fault = cmd.Run()
	r.took = time.Since(began)
	if r.fault != nil {
		r.fault = fmt.Errorf("%w: %s", r.fault, stderr.String()[max(0, stderr.Len()-2000):])
	}
	if c.edits {
		fmt.Fprintf(s.log, "clients: %s %s: %v in %s\n", c.name, r.version, r.fault, r.took.Round(time.Millisecond))
		return r
	}
	r.seen, r.lost, r.doubled = seen.verdict()
	r.fault = errors.Join(r.fault, seen.fault())
	fmt.Fprintf(s.log, "clients: %s %s: %d seen, %d lost, %d doubled in %s\n", c.name, r.version, r.seen, r.lost, r.doubled, r.took.Round(time.Millisecond))
	return r
}

// lineWriter hands on what is written to it line by line; what follows the last
// end of a line is no line.
type lineWriter struct {
	each func(line string)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.each(string(line))
		w.rest = rest
	}
}
