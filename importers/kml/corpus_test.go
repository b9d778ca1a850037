package kml_test

import (
	"encoding/csv"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/kml"
	"gisd/internal/testdata"
)

// differs lists what GDAL sees otherwise, on purpose.
func differs() map[string]string {
	return map[string]string{
		"ground_overlay.kml":      "a ground overlay is a picture, not a feature",
		"ground_overlay_quad.kml": "a ground overlay is a picture, not a feature",
		"samples.kml":             "a ground overlay is a picture, not a feature",
		"twopoints.kml":           "both placemarks are read although <kml> should hold one",
		"bad.kml":                 "placemarks beside the first are read although <kml> should hold one",
	}
}

// counts opens every layer and counts its records.
func counts(t *testing.T, file string) map[string]int {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), file, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	layers, err := kml.Format{}.Layers(t.Context(), in)
	if err != nil {
		t.Logf("%s: %v", path.Base(file), err)
		return nil
	}
	found := map[string]int{}
	for _, l := range layers {
		src, err := l.Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Errorf("%s %s: %v", file, l.Name, err)
			continue
		}
		n := 0
		if err := src.Read(t.Context(), func(*importers.Record) error { n++; return nil }); err != nil {
			t.Errorf("%s %s: %v", file, l.Name, err)
		}
		found[l.Name] = n
		src.Close()
	}
	return found
}

// TestCorpus compares layers and counts with what GDAL sees.
func TestCorpus(t *testing.T) {
	t.Parallel()
	f, err := os.Open(testdata.Shared(t, "corpus/import/expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	opened := map[string]map[string]int{}
	agree, all := 0, 0
	for _, row := range rows {
		if !strings.HasSuffix(row[0], ".kml") || len(row) < 5 || row[1] != "LIBKML" || row[4] == "0" {
			continue
		}
		all++
		if opened[row[0]] == nil {
			opened[row[0]] = counts(t, testdata.Shared(t, row[0]))
		}
		got, ok := opened[row[0]][strings.TrimSpace(row[2])]
		if ok && strconv.Itoa(got) == row[4] {
			agree++
			continue
		}
		if differs()[path.Base(row[0])] == "" {
			t.Errorf("%s %s: %v, GDAL has %s", row[0], row[2], opened[row[0]], row[4])
		}
	}
	t.Logf("%d of %d layers agree", agree, all)
	if all < 50 {
		t.Errorf("the corpus lists %d layers", all)
	}
}
