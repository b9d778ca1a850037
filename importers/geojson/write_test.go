package geojson_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/importers/importertest"
	"gisd/spatial"
)

func readBack(t *testing.T, path string) (importers.Schema, []importers.Record) {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	layers, err := geojson.Format{}.Layers(t.Context(), in)
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var records []importers.Record
	err = src.Read(t.Context(), func(r *importers.Record) error {
		c := importers.Record{Number: r.Number, ID: r.ID, Geometry: bytes.Clone(r.Geometry)}
		for _, v := range r.Values {
			v.Bytes = bytes.Clone(v.Bytes)
			c.Values = append(c.Values, v)
		}
		records = append(records, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return src.Schema(), records
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, file string
		exporter   importers.Exporter
		srid       spatial.SRID
		dims       spatial.Dimensions
		shapes     []string
	}{
		{"document", "a.geojson", geojson.Exporter{}, 4326, spatial.XY, []string{"POINT (106.123456789 10.5)", "POINT (0 -0.000000001)"}},
		{"heights", "a.geojson", geojson.Exporter{}, 4326, spatial.XYZ, []string{"LINESTRING Z (106 10 1.2345, 107 11 0)"}},
		{"another system", "a.geojson", geojson.Exporter{}, 9210, spatial.XY, []string{"POLYGON ((595123.1234 1222333.4567, 595133.1234 1222333.4567, 595133.1234 1222343.4567, 595123.1234 1222333.4567))"}},
		{"lines", "a.geojsonl", geojson.LinesExporter{}, 4326, spatial.XY, []string{"MULTIPOINT (1 2, 3 4)", "POINT (5 6)"}},
		{"no records", "a.geojson", geojson.Exporter{}, 4326, spatial.XY, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: "đường", Fields: importertest.Fields(), Geometry: spatial.GeometryAny, Dimensions: tc.dims, SRID: tc.srid, IDKind: spatial.IDInteger, Count: -1}
			want := importertest.Records(t, tc.shapes...)
			if tc.shapes == nil {
				want = nil
			}
			schema, got := readBack(t, importertest.Export(t, tc.exporter, tc.file, h, want))
			if schema.Format == "geojson" {
				name := ""
				if tc.srid != 4326 {
					name = fmt.Sprintf("urn:ogc:def:crs:EPSG::%d", tc.srid)
				}
				if schema.Layer != "đường" || schema.CRS.Name != name {
					t.Errorf("layer %q, crs %q", schema.Layer, schema.CRS.Name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextIDs(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 4326, IDKind: spatial.IDText}
	r := importers.Record{ID: importers.Value{Valid: true, Bytes: []byte("007")}, Geometry: importertest.Shape(t, "POINT (1 2)")}
	schema, got := readBack(t, importertest.Export(t, geojson.Exporter{}, "a.geojson", h, []importers.Record{r}))
	if schema.NativeID != spatial.FieldString || string(got[0].ID.Bytes) != "007" {
		t.Errorf("%s id %q", schema.NativeID, got[0].ID.Bytes)
	}
}

func TestLinesKeepJSONOnOneLine(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Fields: []spatial.Field{{Name: "j", Type: spatial.FieldJSON}}, SRID: 4326, Dimensions: spatial.XY, Geometry: spatial.GeometryPoint}
	r := importers.Record{Values: []importers.Value{{Valid: true, Bytes: []byte("{\n \"a\": 1\n}")}}}
	text, err := os.ReadFile(importertest.Export(t, geojson.LinesExporter{}, "a.geojsonl", h, []importers.Record{r, r}))
	if err != nil {
		t.Fatal(err)
	}
	line := `{"type":"Feature","geometry":null,"properties":{"j":{"a":1}}}` + "\n"
	if string(text) != line+line {
		t.Errorf("got %s", text)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		e    importers.Exporter
		srid spatial.SRID
	}{{geojson.LinesExporter{}, 9210}, {geojson.Exporter{}, 990001}} {
		h := &importers.Header{Layer: "a", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: tc.srid}
		_, err := tc.e.Create(context.Background(), &bytes.Buffer{}, t.TempDir(), h)
		if spatial.CodeOf(err) != spatial.CodeUnsupported || !strings.Contains(err.Error(), "--crs EPSG:4326") {
			t.Errorf("%s in %v: %v", tc.e.Name(), tc.srid, err)
		}
	}
	h := &importers.Header{Layer: "a", Fields: []spatial.Field{{Name: "j", Type: spatial.FieldJSON}}, SRID: 4326}
	w, err := geojson.Exporter{}.Create(t.Context(), &bytes.Buffer{}, t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&importers.Record{Values: []importers.Value{{Valid: true, Bytes: []byte("{")}}}); err == nil {
		t.Error("broken JSON was written")
	}
}

// TestGDALReadsIt asks the other reader of the format.
func TestGDALReadsIt(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no ogrinfo")
	}
	h := &importers.Header{Layer: "duong", Fields: importertest.Fields(), Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger}
	path := importertest.Export(t, geojson.Exporter{}, "a.geojson", h, importertest.Records(t, "POINT (595123.1234 1222333.4567)"))
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-al", path).CombinedOutput()
	for _, want := range []string{"Layer name: duong", "Feature Count: 2", `ID["EPSG",9210]`, "ngày (Date) = 2024/02/29", "POINT (595123.1234 1222333.4567)"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v, want %q in\n%s", err, want, out)
		}
	}
}
