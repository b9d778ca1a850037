package csv_test

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/csv"
	"gisd/importers/importertest"
	"gisd/spatial"
)

// onPurpose lists, by file, why the outcome differs from GDAL's.
func onPurpose() map[string]string {
	return map[string]string{
		"double_quotes_in_middle_of_field_bis.csv": "two lines are two records; GDAL joins them over quotes that open nothing",
	}
}

func layersOf(t testing.TB, path string) []importers.Layer {
	t.Helper()
	layers, err := importertest.Layers(t, csv.Format{}, path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return layers
}

// TestCorpusAgreesWithGDAL compares layer, count and geometry with what GDAL
// sees. GDAL finds geometry in WKT columns alone; where it has none, coordinates
// in columns of numbers are more.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, e := range importertest.Corpus(t) {
		ext := filepath.Ext(e.Path)
		if e.Driver != "CSV" || ext != ".csv" && ext != ".tsv" {
			if e.Driver != "CSV" && ext != ".csv" && ext != ".zip" && e.File != "" {
				notText(t, &e)
			}
			continue
		}
		compared++
		layers := layersOf(t, e.File)
		if len(layers) != 1 || layers[0].Name != e.Layer {
			t.Errorf("%s: %d layers, want %s", e.Path, len(layers), e.Layer)
			continue
		}
		src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Errorf("%s: %v", e.Path, err)
			continue
		}
		in, err := importers.Inspect(t.Context(), src, 0)
		if err != nil {
			t.Errorf("%s: %v", e.Path, err)
			continue
		}
		got := strconv.FormatInt(in.Count, 10)
		if _, known := onPurpose()[e.Base()]; known != (got != e.Count) {
			t.Errorf("%s: %s records, GDAL has %s (listed: %v)", e.Path, got, e.Count, known)
		}
		if e.Geometry != "None" && in.Geometry == "none" {
			t.Errorf("%s: no geometry, GDAL has %s", e.Path, e.Geometry)
		}
	}
	if compared < 40 {
		t.Errorf("%d layers compared", compared)
	}
}

// notText demands that a file of another format is not taken; what cannot even be
// unpacked is not.
func notText(t *testing.T, e *importertest.Expectation) {
	t.Helper()
	layers, err := importertest.Layers(t, csv.Format{}, e.File)
	if fault, ok := errors.AsType[*spatial.Error](err); err != nil && (!ok || !strings.HasPrefix(fault.Op, "importers: ")) {
		t.Errorf("%s: %v", e.Path, err)
	}
	if len(layers) > 0 {
		t.Errorf("%s is %s, taken for delimited text", e.Path, e.Driver)
	}
}
