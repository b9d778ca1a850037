package main

import (
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
	"gisd/spatial"
)

// wholeCorpus is set by `make conformance`.
var wholeCorpus = flag.Bool("whole", false, "import every file of the corpus, not a sample, and write docs/import-corpus.md")

// corpusStep takes every eighth file into the sample, besides the hostile ones.
const corpusStep = 8

// corpusSample is what is imported without -whole: every file that GDAL refuses,
// does not survive or sees more in than is read here, and a part of the others.
func corpusSample(t *testing.T, files map[string][]expectation) []string {
	t.Helper()
	hostile := map[string]bool{}
	for _, e := range importertest.Corpus(t) {
		if slices.Contains([]string{"NOOPEN", "NO_LAYERS", "CRASH_OR_TIMEOUT"}, e.Driver) {
			hostile[strings.TrimPrefix(e.Path, corpusFolder)] = true
		}
	}
	for _, row := range tableOf(t, filepath.Join("testdata", "corpus_differences.tsv"), 4) {
		hostile[row[0]] = hostile[row[0]] || row[2] == "layer"
	}
	var sample []string
	for i, path := range slices.Sorted(maps.Keys(files)) {
		if *wholeCorpus || i%corpusStep == 0 || hostile[path] {
			sample = append(sample, path)
		}
	}
	return sample
}

// TestCorpusImports imports files of the corpus as a person would, and demands
// what `gisd inspect` has promised: the same layers with the same features, all
// of them published, or one clear line and nothing left behind.
func TestCorpusImports(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	files := corpus(t)
	paths := corpusSample(t, files)
	databases := make(chan corpusDB, runtime.GOMAXPROCS(0))
	for range cap(databases) {
		env, pool := importDB(t)
		databases <- corpusDB{env, pool}
	}
	var mu sync.Mutex
	done := map[string]outcome{}
	t.Run("files", func(t *testing.T) {
		for _, path := range paths {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				db := <-databases
				defer func() { databases <- db }()
				o := db.importOne(t, testdata.Shared(t, corpusFolder+path))
				mu.Lock()
				defer mu.Unlock()
				done[path] = o
			})
		}
	})
	if t.Failed() {
		return
	}
	summary := summarize(t, files, done)
	t.Log(summary.line())
	if *wholeCorpus {
		summary.write(t, filepath.Join("..", "..", "docs", "import-corpus.md"))
	}
}

// corpusDB is a database that holds one file at a time.
type corpusDB struct {
	env  []string
	pool *pgxpool.Pool
}

// outcome is what became of one file.
type outcome struct {
	layers, records, rejected, repaired int64
	fallback                            []string // flags without which the import asks
	refusal                             string   // the message of a file that cannot be read; "" for an imported one
}

// promised is what an inspection says of the import.
type promised struct {
	layers   []importers.Inspection
	fallback []string
	refused  bool
}

func promises(in inspected) promised {
	p := promised{layers: in.layers, refused: in.code != exitDone}
	crs, text := "", false
	for i := range in.layers {
		l := &in.layers[i]
		p.refused = p.refused || l.Count > 0 && l.Count == l.Rejected
		if strings.HasPrefix(l.CRSReason, "unknown: ") && l.Geometry != spatial.GeometryNone {
			crs = "EPSG:3857"
		}
		for _, f := range l.Fields {
			text = text || f.Text != nil && f.Text.Unsure
		}
	}
	if crs != "" {
		p.fallback = append(p.fallback, "--crs", crs)
	}
	if text {
		p.fallback = append(p.fallback, "--encoding", "latin1")
	}
	return p
}

func (db corpusDB) importOne(t *testing.T, path string) outcome {
	t.Helper()
	in, err := inspectFile(t, path)
	if err != nil {
		t.Error(err)
		return outcome{}
	}
	p := promises(in)
	args := []string{"import", path, "--all-layers", "--collection", "c", "--publish", "--max-errors", "-1", "--json"}
	o := outcome{fallback: p.fallback}
	if len(p.fallback) > 0 && !p.refused {
		// What must be asked is asked before anything is touched.
		if asked, err := ranInTime(t, db.env, args...); err != nil || asked.code != exitFailed || !strings.Contains(asked.err, p.fallback[0]) {
			t.Errorf("without %v: exit code %d: %s, %v", p.fallback, asked.code, asked.err, err)
		}
		args = append(args, p.fallback...)
		if in, err = inspectFile(t, path, p.fallback...); err != nil {
			t.Error(err)
			return o
		}
		p.layers, p.refused = in.layers, promises(in).refused
	}
	r, err := ranInTime(t, db.env, args...)
	if err != nil {
		t.Error(err)
		return o
	}
	switch {
	case r.code == exitFailed:
		o.refusal = db.refused(t, r)
		if !p.refused {
			t.Errorf("inspected, but not imported: %s", o.refusal)
		}
	case r.code == exitDone || r.code == exitRejected:
		db.imported(t, p, r, &o)
	default:
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	return o
}

// internals are words of a program that people must not meet in a message.
var internals = regexp.MustCompile(`(?i)panic|goroutine|runtime error|%!|0x[0-9a-f]{6}|(^|[ (])(importers|postgis|pgx|strconv|json|xml|csv|zip|flate|gzip|wkb|ogr|sqlite): |SQLSTATE|internal error|unmarshal|/tmp/|context (deadline|canceled)|nil pointer|index out of`)

// refused demands one line that says why, and that nothing is left.
func (db corpusDB) refused(t *testing.T, r result) string {
	t.Helper()
	var lines []string
	for line := range strings.SplitSeq(r.err, "\n") {
		if !strings.HasPrefix(line, "{") { // progress
			lines = append(lines, line)
		}
	}
	message := strings.TrimPrefix(strings.Join(lines, "\n"), "gisd: ")
	if len(lines) != 1 || len(message) < 10 || len(message) > 600 || internals.MatchString(message) || r.out != "" {
		t.Errorf("no clear line: %s %s", message, r.out)
	}
	db.empty(t)
	return message
}

func (db corpusDB) empty(t *testing.T) {
	t.Helper()
	if n := leftovers(t, db.pool) + ask[int](t, db.pool, `select (select count(*) from gisd.collection) + (select count(*) from pg_tables where schemaname = 'data')`); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

// imported compares the reports with the promise and with what can be read, then
// clears the database for the next file.
func (db corpusDB) imported(t *testing.T, p promised, r result, o *outcome) {
	t.Helper()
	reports, err := objectsOf[importers.Report](r.out)
	if err != nil {
		t.Error(err)
		return
	}
	if p.refused {
		t.Errorf("imported, but not inspected")
	}
	if len(reports) != len(p.layers) {
		t.Errorf("%d layers imported, %d inspected", len(reports), len(p.layers))
		return
	}
	for i := range reports {
		report, in := &reports[i], &p.layers[i]
		db.compare(t, in, report)
		o.layers, o.records, o.rejected, o.repaired = o.layers+1, o.records+report.Loaded, o.rejected+report.Rejected, o.repaired+report.Repair.Invalid
		if dropped := gisd(t, db.env, "collections", "drop", report.Collection, "--yes"); dropped.code != exitDone {
			t.Errorf("drop: %s", dropped.err)
		}
	}
	if (o.rejected > 0) != (r.code == exitRejected) {
		t.Errorf("exit code %d, %d records rejected", r.code, o.rejected)
	}
	db.empty(t)
}

func (db corpusDB) compare(t *testing.T, in *importers.Inspection, r *importers.Report) {
	t.Helper()
	got := fmt.Sprintf("%s: %d read, %d loaded, %d rejected, %d empty", r.SRID, r.Read, r.Loaded, r.Rejected, r.Empty)
	srid := in.SRID
	if srid == 0 {
		srid = r.SRID // registered by its text
	}
	want := fmt.Sprintf("%s: %d read, %d loaded, %d rejected, %d empty", srid, in.Count, in.Count-in.Rejected, in.Rejected, in.Empty)
	if got != want {
		t.Errorf("%s: %s, the inspection says %s", in.Layer, got, want)
	}
	if r.Repair.Invalid == 0 && r.Geometry != in.Geometry {
		t.Errorf("%s: %s, the inspection says %s", in.Layer, r.Geometry, in.Geometry)
	}
	table := pgx.Identifier{"layers", r.Collection}.Sanitize()
	if n := ask[int64](t, db.pool, "select count(*) from "+table); n != r.Loaded || r.Features != n {
		t.Errorf("%s: %d features can be read, the report says %d", in.Layer, n, r.Features)
	}
}
