package importertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdata"
)

// Expectation is what GDAL sees of one layer of the shared corpus, in its words.
type Expectation struct {
	Path     string // within the shared folder
	File     string // on disk; "" where the corpus lacks what is listed
	Driver   string
	Layer    string
	Geometry string // "3D Multi Polygon"
	Count    string // of the features, "-1" where GDAL does not know, "" without a layer
	SRS      string // "EPSG:4326", "-"
}

// Base is the file's name without its folders.
func (e *Expectation) Base() string { return filepath.Base(e.Path) }

// Corpus lists the shared corpus in the order of its list; the test is skipped
// where there is none.
func Corpus(t testing.TB) []Expectation {
	t.Helper()
	const folder, columns = "corpus/import/", 7
	list := testdata.Shared(t, folder+"expected.tsv")
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var all []Expectation
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		c := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		if len(c) != columns {
			t.Fatalf("%s: line %d has %d columns", list, i+1, len(c))
		}
		if i == 0 { // the heading
			continue
		}
		e := Expectation{Path: c[0], Driver: c[1], Layer: c[2], Geometry: c[3], Count: c[4], SRS: strings.TrimSpace(c[5])}
		file := filepath.Join(filepath.Dir(list), filepath.FromSlash(strings.TrimPrefix(e.Path, folder)))
		if _, err := os.Stat(file); err == nil {
			e.File = file
		}
		all = append(all, e)
	}
	return all
}
