package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// options of a run.
type options struct {
	gisd   string
	target string // landing page of a server that runs already; "" starts one
	work   string
	// sources holds checkouts of the suites' repositories, for where no registry
	// has the artifacts; "" fetches these.
	sources string
	skips   string
	out     string
	log     io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	o := options{log: log}
	var only string
	flags.StringVar(&o.gisd, "gisd", "bin/gisd", "the program to test")
	flags.StringVar(&o.target, "target", "", "landing page of a server that runs already, instead of starting one: http://localhost:8080/ogc")
	flags.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "gisd-conformance"), "folder for the suites, their reports and the server's data")
	flags.StringVar(&o.sources, "sources", "", "folder with checkouts of the suites' repositories, instead of their artifacts")
	flags.StringVar(&o.skips, "skips", "conformance/skips.txt", "the tests that may be skipped, with reasons")
	flags.StringVar(&o.out, "out", "docs/conformance.md", "document to write; one section per suite is replaced")
	flags.StringVar(&only, "suite", "", "regular expression of suite names")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	for _, path := range []*string{&o.gisd, &o.work, &o.skips, &o.out, &o.sources} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	reasons, err := readSkips(o.skips)
	if err != nil {
		return err
	}
	landing, stop, err := o.serve(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, s := range suites() {
		if !wanted.MatchString(s.name) {
			continue
		}
		faults = append(faults, o.one(ctx, s, landing, reasons))
	}
	return errors.Join(append(faults, stop())...)
}

// one runs a suite, says what it found and writes its section.
func (o options) one(ctx context.Context, s suite, landing string, reasons skips) error {
	fmt.Fprintf(o.log, "conformance: %s %s against %s\n", s.program(), s.version, landing)
	began := time.Now()
	run := o.execute
	if s.artifact == "" {
		run = o.schemathesis
	}
	result, err := run(ctx, s, landing)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	fmt.Fprintf(o.log, "%d passed, %d failed, %d skipped (%s)\n", result.passed, len(result.failed), len(result.skipped), time.Since(began).Round(time.Second))
	for _, f := range result.failed {
		fmt.Fprintf(o.log, "FAIL %s: %s\n", f.name, f.message)
	}
	fault := reasons.judge(s.name, result)
	if err := putSection(o.out, s, result, reasons); err != nil {
		return err
	}
	if fault != nil {
		return fmt.Errorf("%s: %w", s.name, fault)
	}
	return nil
}
