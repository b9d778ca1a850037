package kml_test

import (
	"path"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
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
	layers, err := layersOf(t, file)
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
	opened := map[string]map[string]int{}
	agree, all := 0, 0
	for _, e := range importertest.Corpus(t) {
		if !strings.HasSuffix(e.Path, ".kml") || e.Driver != "LIBKML" || e.Count == "0" {
			continue
		}
		all++
		if opened[e.Path] == nil {
			opened[e.Path] = counts(t, e.File)
		}
		got, ok := opened[e.Path][strings.TrimSpace(e.Layer)]
		if ok && strconv.Itoa(got) == e.Count {
			agree++
			continue
		}
		if differs()[e.Base()] == "" {
			t.Errorf("%s %s: %v, GDAL has %s", e.Path, e.Layer, opened[e.Path], e.Count)
		}
	}
	t.Logf("%d of %d layers agree", agree, all)
	if all < 50 {
		t.Errorf("the corpus lists %d layers", all)
	}
}
