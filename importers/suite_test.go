package importers_test

import (
	"os"
	"path/filepath"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
)

func openLayer(t *testing.T, path, layer string) importers.Source {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	layers, err := importers.Layers(t.Context(), in, formats())
	if err != nil {
		t.Fatal(err)
	}
	l, err := importers.ChooseLayer(layers, layer)
	if err != nil {
		t.Fatal(err)
	}
	src, err := l.Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestSources(t *testing.T) {
	t.Parallel()
	lines := filepath.Join(t.TempDir(), "a.geojsonl")
	text := "\x1e" + `{"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[1,2,3]},"properties":{"a":"Đâ\u0301t","b":[1,{"c":"\ud800"}],"d":"2024-02-29T10:00:00+07:00"}}` + "\n"
	if err := os.WriteFile(lines, []byte(text+text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, path, layer string }{
		{"shapefile", testdata.Shared(t, "data/vietnam/vn2000_departments/Cau.shp"), ""},
		{"shapefile without table", testdata.Shared(t, "data/vietnam/vn2000_departments/CoSo_GiaoDuc_09292017.shp"), ""},
		{"shapefile in a zip", testdata.Shared(t, "corpus/import/shp_pyshp/tests/shapefiles/blockgroups.zip"), ""},
		{"geojson", testdata.Shared(t, "data/vietnam/osm_2026/lakes.geojson"), ""},
		{"geojson lines", lines, ""},
		{"gzip", testdata.Shared(t, "data/zoning/chicago-zoning-2025-04-17-simple.geojson.gz"), ""},
		{"gpkg", testdata.Shared(t, "data/networks/giswater_ws.gpkg"), "arc"},
		{"gpkg with curves", testdata.Shared(t, "data/networks/teksi_aletsch.gpkg"), "reach"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			importertest.Source(t, func(t *testing.T) importers.Source { return openLayer(t, tc.path, tc.layer) })
		})
	}
}
