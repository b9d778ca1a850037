package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
)

// tally is one line of the summary: the files of one format.
type tally struct {
	files, imported, asked           int
	layers, records, rejected, fixed int64
	compared, differing              int
}

func (a *tally) add(b tally) {
	a.files, a.imported, a.asked = a.files+b.files, a.imported+b.imported, a.asked+b.asked
	a.layers, a.records, a.rejected, a.fixed = a.layers+b.layers, a.records+b.records, a.rejected+b.rejected, a.fixed+b.fixed
	a.compared, a.differing = a.compared+b.compared, a.differing+b.differing
}

// corpusSummary is what docs/import-corpus.md says.
type corpusSummary struct {
	formats     map[string]*tally
	refusals    [][2]string // path, message
	asked       [][2]string // path, flags
	differences [][]string  // rows of corpus_differences.tsv
}

// corpusFormat is what people call what a driver of GDAL reads.
func corpusFormat(driver string) string {
	switch driver {
	case "LIBKML":
		return "KML"
	case "CAD":
		return "DWG R2000"
	case "OpenFileGDB":
		return "FileGDB"
	case "NOOPEN", "":
		return "GDAL refuses the file"
	case "NO_LAYERS":
		return "GDAL finds no layer"
	case "CRASH_OR_TIMEOUT":
		return "GDAL does not survive the file"
	case "ESRIJSON", "TopoJSON", "Interlis 1", "Interlis 2", "LVBAG", "MBTiles", "MVT", "OGR_VRT", "SQLite":
		return driver + " (not read)"
	}
	return driver
}

func summarize(t *testing.T, files map[string][]expectation, done map[string]outcome) *corpusSummary {
	t.Helper()
	s := &corpusSummary{formats: map[string]*tally{}}
	format := map[string]string{}
	for _, e := range importertest.Corpus(t) {
		format[strings.TrimPrefix(e.Path, corpusFolder)] = corpusFormat(e.Driver)
	}
	differing := map[string]bool{}
	layers := map[string]int{}
	for _, row := range tableOf(t, filepath.Join("testdata", "corpus_differences.tsv"), 4) {
		if _, ok := done[row[0]]; !ok {
			continue
		}
		s.differences = append(s.differences, row)
		if key := row[0] + "\t" + row[1]; !differing[key] {
			differing[key] = true
			layers[row[0]]++
		}
	}
	for _, path := range slices.Sorted(maps.Keys(done)) {
		o := done[path]
		f := s.formats[format[path]]
		if f == nil {
			f = new(tally)
			s.formats[format[path]] = f
		}
		one := tally{files: 1, layers: o.layers, records: o.records, rejected: o.rejected, fixed: o.repaired, compared: len(files[path]), differing: layers[path]}
		if o.refusal == "" {
			one.imported = 1
		} else {
			short := strings.Replace(o.refusal, " ("+strings.Join(importers.FormatNames(importFormats()), ", ")+")", "", 1)
			s.refusals = append(s.refusals, [2]string{path, short})
		}
		if len(o.fallback) > 0 {
			one.asked = 1
			s.asked = append(s.asked, [2]string{path, strings.Join(o.fallback, " ")})
		}
		f.add(one)
	}
	return s
}

func (s *corpusSummary) total() (all tally) {
	for _, f := range s.formats {
		all.add(*f)
	}
	return all
}

func (s *corpusSummary) line() string {
	all := s.total()
	return fmt.Sprintf("%d files: %d imported with %d layers and %d records (%d rejected), %d refused; %d had to be told something", all.files, all.imported, all.layers, all.records, all.rejected, all.files-all.imported, all.asked)
}

func (s *corpusSummary) write(t *testing.T, path string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# The corpus

Every file of ` + "`../shared/corpus/import`" + `, inspected and imported. Written by ` + "`make conformance`" + `; nothing here is
written by hand, and nothing depends on the machine.

Each file is imported with ` + "`gisd import FILE --all-layers --publish --max-errors -1`" + ` into an empty database. The test
demands that what arrives is what ` + "`gisd inspect`" + ` promises: the same layers with the same number of features, geometry
and reference system, all of them readable; or one clear line, exit code 1 and nothing left behind. What is inspected is
compared with GDAL's view, layer by layer: name, count, kind of geometry, reference system.

Formats are named by what GDAL makes of the file.

| format | files | imported | refused | told | layers | records | rejected | repaired | compared with GDAL | differing |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
`)
	row := func(name string, f tally) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", name, f.files, f.imported, f.files-f.imported, f.asked,
			f.layers, f.records, f.rejected, f.fixed, f.compared, f.differing)
	}
	for _, name := range slices.SortedFunc(maps.Keys(s.formats), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		row(name, *s.formats[name])
	}
	all := s.total()
	row("**all**", all)
	if all.compared > 0 {
		fmt.Fprintf(&b, "\n%.1f %% of the %d layers compared agree with GDAL.\n", 100*float64(all.compared-all.differing)/float64(all.compared), all.compared)
	}
	b.WriteString(`
Told: the file alone does not say enough, so the import asks, naming the flag, and is repeated with it: a reference
system where none is named and the coordinates fit none that is known here (for the test, any that has room for them), or
an encoding where the text could be in several. A drawing is one layer in GDAL and compared as one.

## Differences from GDAL

| file | layer | what | why |
|---|---|---|---|
`)
	for _, d := range s.differences {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(d[0]), cell(d[1]), cell(d[2]), cell(d[3]))
	}
	b.WriteString("\n## Refused\n\n| file | message |\n|---|---|\n")
	for _, r := range s.refusals {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(r[0]), cell(r[1]))
	}
	b.WriteString("\n## Told\n\n| file | flags |\n|---|---|\n")
	for _, r := range s.asked {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(r[0]), cell(r[1]))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cell keeps text from ending a cell of a table or beginning markup.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ", "*", `\*`, "_", `\_`).Replace(s)
}
