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
)

// options of a run.
type options struct {
	gisd string
	work string // for the server's data; what was there before is removed
	home string // folder of the programs that clients are run by
	docs string // whose examples are run
	out  string // whose table is written; "" writes none
	n    int    // features that are there all along
	only *regexp.Regexp
	// record writes what QGIS asks while it edits, for tests to ask it again.
	record bool
	log    io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "clients:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("clients", flag.ContinueOnError)
	o := options{log: log}
	var only string
	flags.StringVar(&o.gisd, "gisd", "bin/gisd", "the program to read from")
	flags.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "gisd-clients"), "folder for the server's data, which is made anew")
	flags.StringVar(&o.home, "home", "clients", "folder with package.json and requirements.txt, where clients are installed")
	flags.StringVar(&o.docs, "docs", "docs/clients.md", "document whose examples are run")
	flags.StringVar(&o.out, "out", "docs/clients.md", "document whose table is written; empty for none")
	flags.IntVar(&o.n, "n", 1_000_000, "features that are there all along")
	flags.BoolVar(&o.record, "record", false, "have QGIS edit, and write what it asks to "+recorded)
	flags.StringVar(&only, "client", "", "regular expression of the clients' names; some of them write no table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if only != "" || o.record {
		o.out = ""
	}
	var err error
	if o.only, err = regexp.Compile(only); err != nil {
		return err
	}
	if err := o.absolute(); err != nil {
		return err
	}
	results, err := o.everyone(ctx, all())
	if o.out != "" && len(results) == len(all()) {
		err = errors.Join(err, putTable(o.out, results))
	}
	return err
}

func (o *options) absolute() (err error) {
	for _, path := range []*string{&o.gisd, &o.work, &o.home, &o.docs, &o.out} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	return nil
}
