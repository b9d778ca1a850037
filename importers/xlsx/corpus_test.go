package xlsx_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/xlsx"
	"gisd/internal/testdata"
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
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	layers, err := xlsx.Format{}.Layers(t.Context(), in)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return layers
}

// TestCorpusAgreesWithGDAL compares layers and counts with what GDAL sees.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	list := testdata.Shared(t, "corpus/import/expected.tsv")
	shared := filepath.Dir(filepath.Dir(filepath.Dir(list)))
	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	compared := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 6 || c[1] != "XLSX" {
			continue
		}
		compared++
		got := "no layer"
		for _, l := range layersOf(t, filepath.Join(shared, c[0])) {
			if l.Name != c[2] {
				continue
			}
			src, err := l.Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				t.Errorf("%s: %v", c[0], err)
				break
			}
			in, err := importers.Inspect(t.Context(), src, 0)
			if err != nil {
				t.Errorf("%s: %v", c[0], err)
				break
			}
			src.Close()
			got = strconv.FormatInt(in.Count, 10)
			t.Logf("%s %s: %s %s (GDAL %s) rejected %d lost %d %v", filepath.Base(c[0]), c[2], got, in.Geometry, c[4], in.Rejected, in.Lost, in.Fields)
		}
		if _, known := onPurpose()[filepath.Base(c[0])+" "+c[2]]; known != (got != c[4]) {
			t.Errorf("%s %s: %s, GDAL has %s (listed: %v)", c[0], c[2], got, c[4], known)
		}
	}
	if compared < 15 {
		t.Errorf("%d layers compared", compared)
	}
}
