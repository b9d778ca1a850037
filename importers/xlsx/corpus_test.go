package xlsx_test

import (
	"strconv"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/xlsx"
)

// onPurpose lists, by file and layer, why the count differs from GDAL's.
func onPurpose() map[string]string {
	return map[string]string{
		"inlineStr.xlsx inlineStr":           "the first row holds the names, Lon and Lat among them",
		"test.xlsx Feuille1":                 "an empty row is no record",
		"test.xlsx Feuille4":                 "an empty row is no record",
		"test.xlsx Feuille5":                 "an empty row is no record",
		"test.xlsx Feuille6":                 "an empty row is no record, and the first is a heading",
		"test_empty_last_field.xlsx Sheet1":  "four rows have values, 250 are only formatted",
		"test_missing_row1_data.xlsx Sheet1": "four rows have values, 250 are only formatted",
		"with_xml_prefix.xlsx sheet":         "GDAL does not read elements with a prefix: a heading and a record",
	}
}

func layersOf(t testing.TB, path string) []importers.Layer {
	t.Helper()
	layers, err := importertest.Layers(t, xlsx.Format{}, path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return layers
}

// TestCorpusAgreesWithGDAL compares layers and counts with what GDAL sees.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, e := range importertest.Corpus(t) {
		if e.Driver != "XLSX" {
			continue
		}
		compared++
		got := "no layer"
		for _, l := range layersOf(t, e.File) {
			if l.Name != e.Layer {
				continue
			}
			src, err := l.Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				t.Errorf("%s: %v", e.Path, err)
				break
			}
			in, err := importers.Inspect(t.Context(), src, 0)
			if err != nil {
				t.Errorf("%s: %v", e.Path, err)
				break
			}
			src.Close()
			got = strconv.FormatInt(in.Count, 10)
			t.Logf("%s %s: %s %s (GDAL %s) rejected %d lost %d %v", e.Base(), e.Layer, got, in.Geometry, e.Count, in.Rejected, in.Lost, in.Fields)
		}
		if _, known := onPurpose()[e.Base()+" "+e.Layer]; known != (got != e.Count) {
			t.Errorf("%s %s: %s, GDAL has %s (listed: %v)", e.Path, e.Layer, got, e.Count, known)
		}
	}
	if compared < 15 {
		t.Errorf("%d layers compared", compared)
	}
}
