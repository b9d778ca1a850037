package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options of a run.
type options struct {
	out    string
	work   string
	gisd   string
	data   string
	n      int
	rounds int
	copies int // of the parcels in suite pyramid
	soak   time.Duration
	live   time.Duration  // of publishing in suite live
	peers  string         // folder of the peers that `make bench-peers` installs
	only   *regexp.Regexp // suites
	format string         // of import; "" is all
	log    io.Writer
}

// suite measures one thing and returns its section of the document.
type suite struct {
	name string
	run  func(ctx context.Context, o options) (string, error)
}

func suites() []suite {
	return []suite{
		{"import", importSuite},
		{"bad-row", badRowSuite},
		{"upsert", upsertSuite},
		{"cold-tiles", coldTileSuite},
		{"cells", cellSuite},
		{"pyramid", pyramidSuite},
		{"cached-tiles", cachedTileSuite},
		{"tile-servers", tileServerSuite},
		{"features", featureSuite},
		{"soak", soakSuite},
		{"live", liveSuite},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	o := options{log: log}
	var only string
	flags.StringVar(&o.out, "out", "docs/benchmarks.md", "document to write; one section per suite is replaced")
	flags.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "gisd-bench"), "folder for data and the private cluster")
	flags.StringVar(&o.gisd, "gisd", "bin/gisd", "the program to measure")
	flags.StringVar(&o.data, "data", "../shared/data/bench/tile_parcels.py", "script that makes the parcels")
	flags.IntVar(&o.n, "n", 1_000_000, "parcels")
	flags.IntVar(&o.copies, "copies", 1, "how many times the parcels the suite pyramid packs in its second run, if more than one")
	flags.IntVar(&o.rounds, "rounds", 2, "runs of each side; medians count")
	flags.DurationVar(&o.soak, "soak", 2*time.Minute, "how long the suite soak measures")
	flags.DurationVar(&o.live, "live", 5*time.Minute, "how long devices publish in the suite live; less than a minute shortens its other parts too")
	flags.StringVar(&o.peers, "peers", filepath.Join(os.TempDir(), "gisd-bench", "peers"), "folder of the tile servers that `make bench-peers` installs")
	flags.StringVar(&only, "suite", "", "regular expression of suite names")
	flags.StringVar(&o.format, "format", "", "the only format of the suite import; its figures are shown and not written: "+strings.Join(formatNames(), ", "))
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.format != "" && !slices.Contains(formatNames(), o.format) {
		return fmt.Errorf("-format %s is not known: %s", o.format, strings.Join(formatNames(), ", "))
	}
	var err error
	if o.only, err = regexp.Compile(only); err != nil {
		return err
	}
	for _, path := range []*string{&o.work, &o.gisd, &o.data, &o.out, &o.peers} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(o.work, 0o755); err != nil {
		return err
	}
	doc, err := openDocument(o.out)
	if err != nil {
		return err
	}
	for _, s := range suites() {
		if !o.only.MatchString(s.name) {
			continue
		}
		fmt.Fprintln(log, "bench:", s.name)
		section, err := s.run(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintln(log, section)
		if o.format != "" && s.name == "import" {
			continue
		}
		if err := doc.put(s.name, section); err != nil {
			return err
		}
	}
	return nil
}
