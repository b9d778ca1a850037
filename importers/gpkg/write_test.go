package gpkg_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/gpkg"
	"gisd/importers/importertest"
	"gisd/spatial"
)

func readBack(t *testing.T, path string) (importers.Schema, []importers.Record) {
	t.Helper()
	found, err := layers(t.Context(), path)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d layers, %v", len(found), err)
	}
	src, err := found[0].Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var records []importers.Record
	err = src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil {
			t.Errorf("record %d: %s", r.Number, r.Err.Reason.EN)
		}
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
		name   string
		srid   spatial.SRID
		kind   spatial.GeometryType
		got    spatial.GeometryType
		dims   spatial.Dimensions
		shapes []string
	}{
		{"points", 4326, spatial.GeometryPoint, spatial.GeometryPoint, spatial.XY, []string{"POINT (106.12345678901234 10.5)", ""}},
		{"polygons of both kinds", 9210, spatial.GeometryMultiPolygon, spatial.GeometryAny, spatial.XY, []string{
			"POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 10 9, 10 10, 9 9)))"}},
		{"one kind of them", 9210, spatial.GeometryMultiPolygon, spatial.GeometryPolygon, spatial.XY, []string{"POLYGON ((0 0, 4 0, 4 4, 0 0))"}},
		{"heights and measures", 3405, spatial.GeometryAny, spatial.GeometryAny, spatial.XYZM, []string{
			"GEOMETRYCOLLECTION ZM (POINT ZM (1 2 3 4), MULTILINESTRING ZM ((1 2 3 4, 5 6 7 8)))", "POLYGON ZM ((0 0 1 1, 4 0 1 1, 4 4 1 1, 0 0 1 1))"}},
		{"heights", 4326, spatial.GeometryLineString, spatial.GeometryLineString, spatial.XYZ, []string{"LINESTRING Z (1 2 0.1, 5 6 7)"}},
		{"a system of our own", 990001, spatial.GeometryPoint, spatial.GeometryPoint, spatial.XY, []string{"POINT (1 2)"}},
		{"a table", 0, spatial.GeometryNone, spatial.GeometryNone, spatial.XY, []string{"", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: `thửa "đất"`, Fields: importertest.Fields(), Geometry: tc.kind, Dimensions: tc.dims, SRID: tc.srid,
				WKT: `LOCAL_CS["x"]`, IDKind: spatial.IDInteger, Count: -1}
			want := importertest.Records(t, tc.shapes...)
			for i := range want {
				want[i].ID.Int += 41
			}
			schema, got := readBack(t, importertest.Export(t, gpkg.Exporter{}, "a.gpkg", h, want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if schema.Layer != h.Layer || schema.GeometryType != tc.got || schema.Dimensions != tc.dims && tc.kind != spatial.GeometryNone {
				t.Errorf("%s %s %s", schema.Layer, schema.GeometryType, schema.Dimensions)
			}
			if srid := tc.srid; tc.kind != spatial.GeometryNone && srid < 990000 && schema.CRS.SRID != srid {
				t.Errorf("crs %+v", schema.CRS)
			}
			for i, f := range h.Fields {
				want := f.Type
				if want == spatial.FieldJSON {
					want = spatial.FieldString
				}
				if got := schema.Fields[i]; got.Name != f.Name || got.Type != want {
					t.Errorf("field %+v, want %+v", got, f)
				}
			}
			if got := schema.Fields[0].Title.In("vi"); got != "Tên đường" {
				t.Errorf("title %q", got)
			}
		})
	}
}

func TestTextIDsAndNames(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "gpkg_x", Fields: []spatial.Field{{Name: "FID", Type: spatial.FieldString}, {Name: "geom", Type: spatial.FieldString}, {Name: "GEOM", Type: spatial.FieldString}},
		Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 4326, IDKind: spatial.IDText}
	r := importers.Record{ID: importers.Value{Valid: true, Bytes: []byte("ä7")}, Values: make([]importers.Value, 3)}
	schema, got := readBack(t, importertest.Export(t, gpkg.Exporter{}, "a.gpkg", h, []importers.Record{r}))
	var names []string
	for _, f := range schema.Fields {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"id", "FID", "geom", "GEOM_2"}, names); diff != "" || schema.Layer != "layer_gpkg_x" || string(got[0].Values[0].Bytes) != "ä7" {
		t.Errorf("%s: %s %s", schema.Layer, diff, got[0].Values[0].Bytes)
	}
}

// grid writes n points, enough for an index of several levels.
func grid(t *testing.T, n int) (string, int) {
	t.Helper()
	h := &importers.Header{Layer: "p", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger}
	var records []importers.Record
	inside := 0
	for i := range n {
		x, y := 500000+float64(i%61)*10.1, 1200000+math.Mod(float64(i)*7.3, 900)
		if x >= 500100 && x <= 500200 && y >= 1200100 && y <= 1200300 {
			inside++
		}
		records = append(records, importers.Record{ID: importers.Value{Valid: true, Int: int64(n - i)}, Geometry: importertest.Shape(t, fmt.Sprintf("POINT (%v %v)", x, y))})
	}
	return importertest.Export(t, gpkg.Exporter{}, "p.gpkg", h, records), inside
}

func TestSpatialIndex(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 51, 52, 2601, 2602, 6000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			path, inside := grid(t, n)
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var check string
			if err := db.QueryRowContext(t.Context(), "select rtreecheck('rtree_p_geom')").Scan(&check); err != nil || check != "ok" {
				t.Errorf("%s %v", check, err)
			}
			got := 0
			err = db.QueryRowContext(t.Context(), "select count(*) from rtree_p_geom where maxx >= 500100 and minx <= 500200 and maxy >= 1200100 and miny <= 1200300").Scan(&got)
			if err != nil || got < inside || got > inside+inside/10+4 {
				t.Errorf("%d in the box, want %d (%v)", got, inside, err)
			}
			var whole string
			if err := db.QueryRowContext(t.Context(), "pragma integrity_check").Scan(&whole); err != nil || whole != "ok" {
				t.Errorf("%s %v", whole, err)
			}
		})
	}
}

// TestGDALReadsIt asks the other reader of the format, through the index and
// after an edit, which runs the triggers.
func TestGDALReadsIt(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no ogrinfo")
	}
	h := &importers.Header{Layer: "đường", Fields: importertest.Fields(), Geometry: spatial.GeometryMultiLineString, Dimensions: spatial.XYZ, SRID: 9210, IDKind: spatial.IDInteger}
	records := importertest.Records(t,
		"LINESTRING Z (595123.1234 1222333.4567 1, 595133.1234 1222343.4567 2)", "MULTILINESTRING Z ((600000 1200000 0, 600001 1200001 0))")
	for i := range records { // GDAL warns of microseconds
		records[i].Values[5].Int -= records[i].Values[5].Int % 1000
	}
	path := importertest.Export(t, gpkg.Exporter{}, "a.gpkg", h, records)
	ask := func(want []string, args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "Warning") || strings.Contains(string(out), "ERROR") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("%v: no %q in\n%s", args, w, out)
			}
		}
	}
	ask([]string{"Geometry: 3D Unknown (any)", "Feature Count: 3", `ID["EPSG",9210]`, "ngày (Date) = 2024/02/29", "FID Column = fid", "Extent: (595123.123400, 1200000.000000)",
		"một chiều (Integer(Boolean)) = 1", "số làn (Integer64) = -9007199254740993", "cập nhật (DateTime) = 2024/02/29 23:59:58.123", "LINESTRING Z (595123.1234 1222333.4567 1"}, "ogrinfo", "-al", path)
	ask([]string{"Feature Count: 1"}, "ogrinfo", "-al", "-so", "-spat", "595000", "1222000", "596000", "1223000", path, "đường")
	ask(nil, "ogrinfo", path, "-sql", `delete from "đường" where fid = 1`)
	ask([]string{"Feature Count: 0"}, "ogrinfo", "-al", "-so", "-spat", "595000", "1222000", "596000", "1223000", path, "đường")
	grid, inside := grid(t, 6000)
	ask([]string{fmt.Sprintf("Feature Count: %d", inside)}, "ogrinfo", "-al", "-so", "-spat", "500100", "1200100", "500200", "1200300", grid, "p")
}

// TestValidator runs the checks of the standard that GDAL ships as a script.
func TestValidator(t *testing.T) {
	t.Parallel()
	const script = "/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py"
	if _, err := os.Stat(script); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no validate_gpkg")
	}
	// It takes the empty flag from bit 3, the standard from bit 4: no empty ones.
	polygons := []string{"POLYGON ((0 0, 4 0, 4 4, 0 0))", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))", ""}
	for _, tc := range []struct {
		name   string
		kind   spatial.GeometryType
		srid   spatial.SRID
		shapes []string
	}{
		{"both kinds", spatial.GeometryMultiPolygon, 9210, polygons},
		{"one kind", spatial.GeometryMultiPolygon, 4326, polygons[:1]},
		{"declared mixed", spatial.GeometryAny, 990001, polygons[1:2]},
		{"nothing", spatial.GeometryPoint, 4326, nil},
		{"a table", spatial.GeometryNone, 4326, []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: "thửa đất", Fields: importertest.Fields(), Geometry: tc.kind, Dimensions: spatial.XY, SRID: tc.srid, WKT: `LOCAL_CS["x"]`, IDKind: spatial.IDText}
			records := importertest.Records(t, tc.shapes...)
			for i := range records {
				records[i].ID = importers.Value{Valid: true, Bytes: []byte("x")}
				records[i].Values[5].Int -= records[i].Values[5].Int % 1000
			}
			path := importertest.Export(t, gpkg.Exporter{}, "a.gpkg", h, records)
			out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", script, "--extra", path).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestDamagedGeometryIsRefused(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 4326}
	var out bytes.Buffer
	w, err := gpkg.Exporter{}.Create(t.Context(), &out, t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&importers.Record{Number: 1, Geometry: []byte{1, 2, 3}}); err == nil {
		t.Error("written")
	}
	if err := w.Close(); err != nil || out.Len() > 0 {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

func BenchmarkWrite(b *testing.B) {
	h := &importers.Header{Layer: "p", Fields: importertest.Fields(), Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger}
	records := importertest.Records(b, "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))")[:1]
	b.ReportAllocs()
	w, err := gpkg.Exporter{}.Create(b.Context(), &bytes.Buffer{}, b.TempDir(), h)
	if err != nil {
		b.Fatal(err)
	}
	n := int64(0)
	for b.Loop() {
		n++
		records[0].ID.Int = n
		if err := w.Write(&records[0]); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
