package importers_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Entry names never become paths, and an archive with names outside of itself is
// refused as a whole.
func TestZipNamesAreNoPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../../evil.geojson", "a/../../evil.geojson", "/evil.geojson", `..\evil.geojson`, ".."} {
		path := zipped(t, map[string]string{name: `{"type":"Point","coordinates":[1,2]}`})
		_, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), "names a place outside of the archive") {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := zipped(t, map[string]string{"dir/fine.geojson": `{"type":"Point","coordinates":[1,2]}`, "a..b/..c.txt": "x", `D:\win\dir\b.txt`: "y",
		"__MACOSX/._fine.geojson": "z", ".hidden": "z"})
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Files) != 2 {
		t.Errorf("files %+v", in.Files)
	}
	scratch := filepath.Dir(in.Files[0].Path)
	for _, f := range in.Files {
		if filepath.Dir(f.Path) != scratch || strings.ContainsAny(filepath.Base(f.Path), `./\`) {
			t.Errorf("%s lies at %s", f.Name, f.Path)
		}
	}
	layers, err := importers.Layers(t.Context(), in, formats())
	if err != nil || len(layers) != 1 || layers[0].Name != "fine" {
		t.Errorf("layers %+v, %v", layers, err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(scratch); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the scratch folder is left: %v", err)
	}
}

func TestArchiveLimits(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprint(i)] = strings.Repeat("x", 1000)
	}
	var packed bytes.Buffer
	g := gzip.NewWriter(&packed)
	if _, err := g.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	gz := filepath.Join(t.TempDir(), "a.geojson.gz")
	if err := os.WriteFile(gz, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, path string
		limits     importers.Limits
	}{
		{"entries", zipped(t, many), importers.Limits{Entries: 19, Bytes: 1 << 30, Ratio: 1000, RatioFrom: 1 << 30}},
		{"bytes", zipped(t, many), importers.Limits{Entries: 99, Bytes: 19_999, Ratio: 1000, RatioFrom: 1 << 30}},
		{"ratio", gz, importers.Limits{Entries: 99, Bytes: 1 << 30, Ratio: 50, RatioFrom: 1000}},
	} {
		_, err := importers.OpenInput(t.Context(), tc.path, nil, tc.limits)
		if spatial.CodeOf(err) != spatial.CodeTooLarge {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	_, err := importers.OpenInput(t.Context(), "-", strings.NewReader(strings.Repeat("x", 1000)), importers.Limits{Bytes: 999})
	if spatial.CodeOf(err) != spatial.CodeTooLarge {
		t.Errorf("standard input: %v", err)
	}
}
