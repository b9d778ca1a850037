package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// result is what a client saw.
type result struct {
	client
	version             string
	seen, lost, doubled int
	took                time.Duration
}

// everyone lets the clients read, one after the other, while a writer and another
// reader are at work, and runs the examples. All faults are told.
func (o options) everyone(ctx context.Context, clients []client) ([]result, error) {
	s, err := o.start(ctx)
	if err != nil {
		return nil, err
	}
	results, err := s.beside(ctx, func(ctx context.Context) ([]result, error) {
		var results []result
		var faults []error
		for _, c := range clients {
			if !o.only.MatchString(c.name) {
				continue
			}
			r, err := s.one(ctx, c)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", c.name, err))
			}
			results = append(results, r)
		}
		return results, errors.Join(append(faults, s.examples(ctx)...)...)
	})
	return results, errors.Join(err, s.Stop())
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
func (s *site) one(ctx context.Context, c client) (result, error) {
	r := result{client: c}
	var err error
	if r.version, err = c.version(ctx, s.home); err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, c.program, c.args(s)...)
	cmd.Dir = s.home
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	seen := newTally(s.n)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if number, ok := c.number(lines.Text()); ok {
			seen.see(number)
		}
	}
	err = errors.Join(lines.Err(), cmd.Wait())
	r.took = time.Since(began)
	r.seen, r.lost, r.doubled = seen.verdict()
	fmt.Fprintf(s.log, "clients: %s %s: %d seen, %d lost, %d doubled in %s\n", c.name, r.version, r.seen, r.lost, r.doubled, r.took.Round(time.Millisecond))
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, stderr.String()[max(0, stderr.Len()-2000):])
	}
	return r, seen.fault()
}
