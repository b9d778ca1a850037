package csv_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/csv"
	"gisd/internal/testdata"
)

// onPurpose lists, by file, why the outcome differs from GDAL's.
func onPurpose() map[string]string {
	return map[string]string{
		"double_quotes_in_middle_of_field_bis.csv": "two lines are two records; GDAL joins them over quotes that open nothing",
	}
}

func layersOf(t testing.TB, path string) []importers.Layer {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		return nil
	}
	t.Cleanup(func() { _ = in.Close() })
	layers, err := csv.Format{}.Layers(t.Context(), in)
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
		if len(c) < 6 || c[0] == "path" {
			continue
		}
		ext := filepath.Ext(c[0])
		if c[1] != "CSV" || ext != ".csv" && ext != ".tsv" {
			if c[1] != "CSV" && ext != ".csv" && ext != ".zip" {
				if got := layersOf(t, filepath.Join(shared, c[0])); len(got) > 0 {
					t.Errorf("%s is %s, taken for delimited text", c[0], c[1])
				}
			}
			continue
		}
		compared++
		layers := layersOf(t, filepath.Join(shared, c[0]))
		if len(layers) != 1 || layers[0].Name != c[2] {
			t.Errorf("%s: %d layers, want %s", c[0], len(layers), c[2])
			continue
		}
		src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		in, err := importers.Inspect(t.Context(), src, 0)
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		got := strconv.FormatInt(in.Count, 10)
		if _, known := onPurpose()[filepath.Base(c[0])]; known != (got != c[4]) {
			t.Errorf("%s: %s records, GDAL has %s (listed: %v)", c[0], got, c[4], known)
		}
		if c[3] != "None" && in.Geometry == "none" {
			t.Errorf("%s: no geometry, GDAL has %s", c[0], c[3])
		}
	}
	if compared < 40 {
		t.Errorf("%d layers compared", compared)
	}
}
