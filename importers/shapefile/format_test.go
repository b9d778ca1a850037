package shapefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/importers/shapefile"
)

// The content of a file says what it is, not its name.
func TestNamedLikeAShapefile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, content, format string }{
		{"GeoJSON", "\ufeff\n" + `{"type":"Point","coordinates":[1,2]}`, "geojson"},
		{"a damaged Shapefile", strings.Repeat("\x00", 200), "shapefile"},
		{"a cut Shapefile", "\x00\x00\x27\x0a", "shapefile"},
	} {
		path := filepath.Join(t.TempDir(), "a.shp")
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, given := range []string{path, filepath.Dir(path)} {
			in, err := importers.OpenInput(t.Context(), given, nil, importers.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			layers, err := importers.Layers(t.Context(), in, []importers.Format{shapefile.Format{}, geojson.Format{}})
			if err != nil || len(layers) != 1 || layers[0].Format != test.format {
				t.Errorf("%s: %+v, %v", test.name, layers, err)
			}
		}
	}
}
