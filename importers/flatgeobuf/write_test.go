package flatgeobuf_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/flatgeobuf"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func geometry(t testing.TB, text string) []byte {
	t.Helper()
	if text == "" {
		return nil
	}
	g, err := wkt.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ewkb.Marshal(g, binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// write makes a file of the records.
func write(t testing.TB, h *importers.Header, records ...importers.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flatgeobuf.Exporter{}.Create(t.Context(), &out, t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if err := w.Write(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func allTypes() []spatial.Field {
	return []spatial.Field{
		{Name: "tên", Type: spatial.FieldString, Title: spatial.Text{VI: "Tên thửa", EN: "Parcel"}},
		{Name: "n", Type: spatial.FieldInteger}, {Name: "area", Type: spatial.FieldNumber}, {Name: "ok", Type: spatial.FieldBoolean},
		{Name: "day", Type: spatial.FieldDate}, {Name: "at", Type: spatial.FieldDateTime}, {Name: "extra", Type: spatial.FieldJSON},
	}
}

func values() []importers.Value {
	at := time.Date(2024, 2, 29, 10, 11, 12, 345_678_000, time.UTC)
	return []importers.Value{
		{Valid: true, Bytes: []byte("Đất ở")}, {Valid: true, Int: math.MinInt64}, {Valid: true, Float: 0.1}, {Valid: true, Int: 1},
		{Valid: true, Int: importers.DateOf(at)}, {Valid: true, Int: importers.DateTimeOf(at)}, {Valid: true, Bytes: []byte(`{"a":[1]}`)},
	}
}

func seeds(t testing.TB) [][]byte {
	h := &importers.Header{Layer: "a", Fields: allTypes(), Geometry: spatial.GeometryAny, Dimensions: spatial.XYZ, SRID: 9210, WKT: `LOCAL_CS["x"]`}
	all := write(t, h,
		importers.Record{Number: 1, Geometry: geometry(t, "POINT Z (1 2 3)"), Values: values()},
		importers.Record{Number: 2, Geometry: geometry(t, "GEOMETRYCOLLECTION Z (MULTIPOLYGON Z (((0 0 1,9 0 1,9 9 1,0 0 1))),LINESTRING Z (1 2 3,4 5 6))"), Values: make([]importers.Value, 7)},
	)
	bare := write(t, &importers.Header{Layer: "b", Geometry: spatial.GeometryMultiLineString, Dimensions: spatial.XY},
		importers.Record{Number: 1, Geometry: geometry(t, "MULTILINESTRING ((1 2,3 4),(5 6,7 8))")})
	return [][]byte{all[8:], bare[8:]}
}

// TestRoundTrip: every type of geometry and value comes back bit by bit.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		kind  spatial.GeometryType
		dims  spatial.Dimensions
		texts []string
		want  spatial.GeometryType
	}{
		{"points", spatial.GeometryPoint, spatial.XY, []string{"POINT (1.1 2.2)", "", "POINT EMPTY"}, spatial.GeometryPoint},
		{"points zm", spatial.GeometryPoint, spatial.XYZM, []string{"POINT ZM (1.1 2.2 3.3 4.4)"}, spatial.GeometryPoint},
		{"lines m", spatial.GeometryLineString, spatial.XYM, []string{"LINESTRING M (1 2 3,4 5 6)"}, spatial.GeometryLineString},
		{"polygons", spatial.GeometryPolygon, spatial.XY, []string{"POLYGON ((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", "POLYGON ((0 0,9 0,9 9,0 0))"}, spatial.GeometryPolygon},
		{"multi z", spatial.GeometryMultiPolygon, spatial.XYZ, []string{"MULTIPOLYGON Z (((0 0 1,9 0 1,9 9 1,0 0 1)),((10 0 1,19 0 1,19 9 1,10 0 1)))"}, spatial.GeometryMultiPolygon},
		{"multi lines", spatial.GeometryMultiLineString, spatial.XY, []string{"MULTILINESTRING ((1 2,3 4),(5 6,7 8))", "MULTILINESTRING ((1 2,3 4))"}, spatial.GeometryMultiLineString},
		{"multi points", spatial.GeometryMultiPoint, spatial.XYZ, []string{"MULTIPOINT Z (1 2 3,4 5 6)"}, spatial.GeometryMultiPoint},
		{"single in multi", spatial.GeometryMultiPolygon, spatial.XY, []string{"MULTIPOLYGON (((0 0,9 0,9 9,0 0)))", "POLYGON ((0 0,9 0,9 9,0 0))"}, spatial.GeometryAny},
		{"mixed", spatial.GeometryAny, spatial.XY, []string{"POINT (1 2)", "GEOMETRYCOLLECTION (POINT (1 2),GEOMETRYCOLLECTION (LINESTRING (1 2,3 4)))"}, spatial.GeometryAny},
		{"no geometry", spatial.GeometryNone, spatial.XY, []string{"", ""}, spatial.GeometryNone},
		{"none at all", spatial.GeometryPolygon, spatial.XY, nil, spatial.GeometryPolygon},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := map[string]int{}
			var records []importers.Record
			for i, text := range tc.texts {
				r := importers.Record{Number: int64(i + 1), Geometry: geometry(t, text), Values: values()}
				r.Values[1].Int = int64(i)
				want[key(&r)]++
				records = append(records, r)
			}
			file := write(t, &importers.Header{Layer: "thửa", Fields: allTypes(), Geometry: tc.kind, Dimensions: tc.dims, SRID: 9210}, records...)
			src, err := openBytes(t, file)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			s := src.Schema()
			if s.Layer != "thửa" || s.GeometryType != tc.want || s.Dimensions != tc.dims || s.CRS.SRID != 9210 || s.Fields[0].Title.VI != "Tên thửa" {
				t.Errorf("schema %+v", s)
			}
			for i, f := range allTypes() {
				if s.Fields[i].Name != f.Name || s.Fields[i].Type != f.Type {
					t.Errorf("field %+v, want %+v", s.Fields[i], f)
				}
			}
			got := map[string]int{}
			if err := src.Read(t.Context(), func(r *importers.Record) error { got[key(r)]++; return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// key holds everything of a record that must survive; NaN equals itself.
func key(r *importers.Record) string {
	text := string(r.Geometry)
	for _, v := range r.Values {
		text += "|" + importers.ValueText(spatial.FieldInteger, &importers.Value{Valid: true, Int: v.Int}) +
			importers.ValueText(spatial.FieldNumber, &importers.Value{Valid: true, Float: v.Float}) + string(v.Bytes)
	}
	return text
}

// TestGDALReadsWithIndex writes a grid of points and asks GDAL for a window,
// which it finds through the index.
func TestGDALReadsWithIndex(t *testing.T) {
	t.Parallel()
	requireGDAL(t, "ogrinfo")
	const side = 100
	var records []importers.Record
	for i := range side * side {
		p, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, []float64{500_000 + float64(i%side), 1_200_000 + float64(i/side)}), binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		v := values()
		v[1].Int = int64(i)
		records = append(records, importers.Record{Number: int64(i + 1), Geometry: p, Values: v})
	}
	records = append(records, importers.Record{Number: side*side + 1, Values: values()})
	wktText, err := os.ReadFile(testdata.Shared(t, "data/vietnam/vn2000_departments/Cau.prj"))
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, &importers.Header{Layer: "grid", Fields: allTypes(), Geometry: spatial.GeometryPoint, Dimensions: spatial.XY,
		SRID: 9210, WKT: string(wktText)}, records...)
	path := filepath.Join(t.TempDir(), "grid.fgb")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "ogrinfo", append([]string{"-ro", "--config", "VERIFY_BUFFERS", "YES"}, args...)...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "ERROR") {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	summary := run("-so", "-al", path)
	for _, want := range []string{"Geometry: Point", "Feature Count: 10001", "Extent: (500000.000000, 1200000.000000) - (500099.000000, 1200099.000000)",
		`ID["EPSG",9210]`, "tên: String", "n: Integer64", "area: Real", "ok: Integer(Boolean)", "at: DateTime"} {
		if !strings.Contains(summary, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, summary)
		}
	}
	window := run("-al", "-geom=NO", "-spat", "500009.5", "1200019.5", "500012.5", "1200021.5", path)
	if !strings.Contains(window, "Feature Count: 6\n") {
		t.Errorf("the window holds\n%.3000s", window)
	}
	for _, want := range []string{"n (Integer64) = 2010", "n (Integer64) = 2112", "tên (String) = Đất ở", "day (DateTime) = 2024/02/29", "2024/02/29 10:11:12.346"} {
		if !strings.Contains(window, want) {
			t.Errorf("the window lacks %q:\n%.3000s", want, window)
		}
	}
	if n := strings.Count(run("-al", "-geom=NO", path), "OGRFeature(grid)"); n != side*side+1 {
		t.Errorf("GDAL reads %d features", n)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	_, err := flatgeobuf.Exporter{}.Create(t.Context(), nil, t.TempDir(), &importers.Header{Fields: make([]spatial.Field, 70_000)})
	if spatial.CodeOf(err) != spatial.CodeUnsupported {
		t.Errorf("error %v", err)
	}
}
