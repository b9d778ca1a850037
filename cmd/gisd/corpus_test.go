package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
)

const (
	corpusFolder  = "corpus/import/"
	corpusLimit   = 30 * time.Second // for one file
	corpusPercent = 95               // of the layers agree with GDAL
)

// expectation is one line of GDAL's opinion.
type expectation struct {
	path, driver, layer, geometry, srs string
	count                              int64
}

// tableOf reads a file of tab-separated columns whose first line is a heading.
func tableOf(t *testing.T, path string, columns int) [][]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		cells := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		for len(cells) < columns {
			cells = append(cells, "")
		}
		if i > 0 && cells[0] != "" {
			rows = append(rows, cells)
		}
	}
	return rows
}

// exclusions say which of GDAL's lines are not compared: by driver, by count, by
// path. The files are read all the same.
type exclusions map[string]bool

func (x exclusions) excludes(path, driver, count string) bool {
	return x["driver\t"+driver] || x["count\t"+count] || x["path\t"+path]
}

// corpus returns the lines to compare by path; a path without any has none.
func corpus(t *testing.T) map[string][]expectation {
	t.Helper()
	excluded := exclusions{}
	for _, row := range tableOf(t, filepath.Join("testdata", "corpus_excluded.tsv"), 3) {
		if row[2] == "" {
			t.Errorf("corpus_excluded.tsv: %s %s has no reason", row[0], row[1])
		}
		excluded[row[0]+"\t"+row[1]] = true
	}
	files := map[string][]expectation{}
	for _, e := range importertest.Corpus(t) {
		path := strings.TrimPrefix(e.Path, corpusFolder)
		if excluded["absent\t"+path] {
			continue
		}
		if excluded.excludes(path, e.Driver, e.Count) {
			files[path] = append([]expectation{}, files[path]...)
			continue
		}
		n, err := strconv.ParseInt(e.Count, 10, 64)
		if err != nil {
			t.Fatalf("expected.tsv: %v: %v", e, err)
		}
		files[path] = append(files[path], expectation{path, e.Driver, e.Layer, e.Geometry, e.SRS, n})
	}
	return files
}

// inspected is the end of one `gisd inspect --json`.
type inspected struct {
	layers []importers.Inspection
	code   int
	stderr string
}

// ranInTime runs a command in this process; an error says that it took too long.
func ranInTime(t *testing.T, env []string, args ...string) (result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), corpusLimit)
	defer cancel()
	var out, said bytes.Buffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, args, env, streams{strings.NewReader(""), &out, &said}) }()
	select {
	case c := <-code:
		if ctx.Err() != nil {
			return result{}, fmt.Errorf("%s takes more than %v", args[0], corpusLimit)
		}
		return result{c, out.String(), strings.TrimSpace(said.String())}, nil
	case <-time.After(corpusLimit + 10*time.Second):
		return result{}, fmt.Errorf("%s hangs, and does not heed its context", args[0])
	}
}

// objectsOf reads JSON objects one after the other.
func objectsOf[T any](text string) (all []T, err error) {
	for dec := json.NewDecoder(strings.NewReader(text)); ; {
		var v T
		if err := dec.Decode(&v); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, v)
	}
}

func inspectFile(t *testing.T, path string, flags ...string) (inspected, error) {
	t.Helper()
	r, err := ranInTime(t, nil, append([]string{"inspect", "--json", path}, flags...)...)
	if err != nil {
		return inspected{}, err
	}
	got := inspected{code: r.code, stderr: r.err}
	if got.layers, err = objectsOf[importers.Inspection](r.out); err != nil {
		return got, err
	}
	switch {
	case got.code != exitDone && got.code != exitFailed:
		return got, fmt.Errorf("exit code %d: %s", got.code, got.stderr)
	case got.code == exitFailed && got.stderr == "":
		return got, errors.New("it fails without a word")
	case got.code == exitDone && len(got.layers) == 0:
		return got, errors.New("it finds nothing and calls that success")
	}
	return got, nil
}

// difference is one point where a layer is not what GDAL sees: "layer" (it is
// not there), "count", "geometry" or "crs".
type difference struct{ path, layer, what, detail string }

// TestCorpusAgreesWithGDAL inspects every file of the corpus as a person would
// and compares layers, counts, geometry and reference systems with GDAL's view.
// testdata/corpus_differences.tsv explains each difference there may be.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	files := corpus(t)
	if len(files) < 900 {
		t.Fatalf("the corpus lists %d files", len(files))
	}
	var mu sync.Mutex
	var found []difference
	layers, differing := 0, 0
	t.Run("files", func(t *testing.T) {
		for path, want := range files {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				got, err := inspectFile(t, testdata.Shared(t, corpusFolder+path))
				if err != nil {
					t.Error(err)
					return
				}
				bad, differences := compareFile(want, got)
				mu.Lock()
				defer mu.Unlock()
				found, layers, differing = append(found, differences...), layers+len(want), differing+bad
			})
		}
	})
	explain(t, found)
	t.Logf("%d of %d layers agree with GDAL", layers-differing, layers)
	if layers < 1000 || (layers-differing)*100 < layers*corpusPercent {
		t.Errorf("fewer than %d %% of at least 1000 layers agree", corpusPercent)
	}
}

// TestCorpusMemory inspects the largest files of the corpus, each in a process
// of its own, and asks the system what it and its children had in memory.
func TestCorpusMemory(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	root := testdata.Shared(t, corpusFolder)
	var paths []string
	size := map[string]int64{}
	for path := range corpus(t) {
		if st, err := os.Stat(filepath.Join(root, path)); err == nil && st.Mode().IsRegular() {
			paths, size[path] = append(paths, path), st.Size()
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return int(size[b] - size[a]) })
	most := 0
	for _, path := range paths[:min(16, len(paths))] {
		ctx, cancel := context.WithTimeout(t.Context(), corpusLimit)
		cmd := exec.CommandContext(ctx, plainPath(t), "inspect", "--json", filepath.Join(root, path))
		cmd.Env = append(os.Environ(), programVariable+"=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait() // a file that is refused ends with exit code 1
			close(ended)
		}()
		had := peakOf(cmd.Process.Pid, ended)
		if ctx.Err() != nil {
			t.Errorf("%s: %v", path, ctx.Err())
		}
		cancel()
		most = max(most, had)
		if had == 0 || had > hostileMemory {
			t.Errorf("%s: %d MiB of memory, at most %d", path, had>>10, hostileMemory>>10)
		}
	}
	t.Logf("at most %d MiB", most>>10)
}

// explain demands a reason for each difference, and a difference for each
// reason.
func explain(t *testing.T, found []difference) {
	t.Helper()
	used := map[string]bool{}
	for _, row := range tableOf(t, filepath.Join("testdata", "corpus_differences.tsv"), 4) {
		if row[3] == "" {
			t.Errorf("corpus_differences.tsv: %s has no reason", row[0])
		}
		used[strings.Join(row[:3], "\t")] = false
	}
	for _, d := range found {
		key := d.path + "\t" + d.layer + "\t" + d.what
		if _, ok := used[key]; !ok {
			t.Errorf("%s %s: %s: %s", d.path, d.layer, d.what, d.detail)
		}
		used[key] = true
	}
	for key, there := range used {
		if !there {
			t.Errorf("%s: agrees now, or the file failed: take it off the list", key)
		}
	}
}
