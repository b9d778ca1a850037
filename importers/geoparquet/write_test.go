package geoparquet_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/geoparquet"
	"gisd/importers/importertest"
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
	w, err := geoparquet.Exporter{}.Create(t.Context(), &out, t.TempDir(), h)
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
		{Name: "tên", Type: spatial.FieldString}, {Name: "n", Type: spatial.FieldInteger}, {Name: "area", Type: spatial.FieldNumber},
		{Name: "ok", Type: spatial.FieldBoolean}, {Name: "day", Type: spatial.FieldDate}, {Name: "at", Type: spatial.FieldDateTime},
		{Name: "extra", Type: spatial.FieldJSON},
	}
}

func values() []importers.Value {
	at := time.Date(2024, 2, 29, 10, 11, 12, 345_678_000, time.UTC)
	return []importers.Value{
		{Valid: true, Bytes: []byte("Đất ở")}, {Valid: true, Int: math.MinInt64}, {Valid: true, Float: 0.1}, {Valid: true, Int: 1},
		{Valid: true, Int: importers.DateOf(at)}, {Valid: true, Int: importers.DateTimeOf(at)}, {Valid: true, Bytes: []byte(`{"a":[1]}`)},
	}
}

// TestRoundTrip: geometry, values and reference system come back bit by bit.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	custom := `PROJCS["x",GEOGCS["y",DATUM["z",SPHEROID["s",6377276.345,300.8017]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",105],UNIT["metre",1]]`
	for _, tc := range []struct {
		name  string
		kind  spatial.GeometryType
		dims  spatial.Dimensions
		srid  spatial.SRID
		wkt   string
		texts []string
		want  spatial.GeometryType
	}{
		{"points", spatial.GeometryPoint, spatial.XY, 4326, "", []string{"POINT (1.1 2.2)", "", "POINT (3 4)"}, spatial.GeometryPoint},
		{"points zm", spatial.GeometryPoint, spatial.XYZM, 9210, "", []string{"POINT ZM (1.1 2.2 3.3 4.4)"}, spatial.GeometryPoint},
		{"lines m", spatial.GeometryLineString, spatial.XYM, 3857, "", []string{"LINESTRING M (1 2 3,4 5 6)"}, spatial.GeometryLineString},
		{"polygons", spatial.GeometryPolygon, spatial.XY, 32648, "", []string{"POLYGON ((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))"}, spatial.GeometryPolygon},
		{"multi z", spatial.GeometryMultiPolygon, spatial.XYZ, 27700, custom, []string{"MULTIPOLYGON Z (((0 0 1,9 0 1,9 9 1,0 0 1)),((10 0 1,19 0 1,19 9 1,10 0 1)))", "POLYGON Z ((0 0 1,9 0 1,9 9 1,0 0 1))"}, spatial.GeometryMultiPolygon},
		{"mixed", spatial.GeometryAny, spatial.XYZ, 990001, custom, []string{"POINT Z (1 2 3)", "GEOMETRYCOLLECTION Z (POINT Z (1 2 3),MULTILINESTRING Z ((1 2 3,3 4 5)))"}, spatial.GeometryAny},
		{"no geometry", spatial.GeometryNone, spatial.XY, 4326, "", []string{"", ""}, spatial.GeometryNone},
		{"none at all", spatial.GeometryPolygon, spatial.XY, 4756, "", nil, spatial.GeometryAny},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var want []string
			var records []importers.Record
			for i, text := range tc.texts {
				r := importers.Record{Number: int64(i + 1), Geometry: geometry(t, text), Values: values()}
				r.Values[i%7] = importers.Value{}
				want = append(want, key(&r))
				records = append(records, r)
			}
			file := write(t, &importers.Header{Layer: "a", Fields: allTypes(), Geometry: tc.kind, Dimensions: tc.dims, SRID: tc.srid, WKT: tc.wkt}, records...)
			src, err := openBytes(t, file)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			s := src.Schema()
			if s.GeometryType != tc.want || len(tc.texts) > 0 && s.Dimensions != tc.dims || s.Count != int64(len(tc.texts)) {
				t.Errorf("schema %+v", s)
			}
			if tc.kind != spatial.GeometryNone && (tc.srid < 990000 && s.CRS.SRID != tc.srid || s.CRS.WKT != tc.wkt) {
				t.Errorf("reference system %+v", s.CRS)
			}
			for i, f := range allTypes() {
				if s.Fields[i].Name != f.Name || s.Fields[i].Type != f.Type {
					t.Errorf("field %+v, want %+v", s.Fields[i], f)
				}
			}
			var got []string
			if err := src.Read(t.Context(), func(r *importers.Record) error { got = append(got, key(r)); return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// key holds everything of a record that must survive.
func key(r *importers.Record) string {
	text := string(r.Geometry)
	for _, v := range r.Values {
		if !v.Valid {
			text += "|-"
			continue
		}
		text += "|" + importers.ValueText(spatial.FieldInteger, &importers.Value{Valid: true, Int: v.Int}) +
			importers.ValueText(spatial.FieldNumber, &importers.Value{Valid: true, Float: v.Float}) + string(v.Bytes)
	}
	return text
}

// TestManyRowGroups passes the bound of a row group twice and must keep order.
func TestManyRowGroups(t *testing.T) {
	t.Parallel()
	const rows = 150_000
	point := geometry(t, "POINT (1 2)")
	var out bytes.Buffer
	w, err := geoparquet.Exporter{}.Create(t.Context(), &out, t.TempDir(), &importers.Header{Layer: "a", SRID: 9210,
		Fields: []spatial.Field{{Name: "n", Type: spatial.FieldInteger}}, Geometry: spatial.GeometryPoint, Dimensions: spatial.XY})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		r := importers.Record{Geometry: point, Values: []importers.Value{{Valid: i%7 > 0, Int: int64(i)}}}
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	src, err := openBytes(t, out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	n := 0
	err = src.Read(t.Context(), func(r *importers.Record) error {
		if r.Values[0].Valid != (n%7 > 0) || r.Values[0].Valid && r.Values[0].Int != int64(n) || !bytes.Equal(r.Geometry, point) {
			t.Fatalf("row %d is %+v", n, r)
		}
		n++
		return nil
	})
	if err != nil || n != rows {
		t.Errorf("%d rows, error %v", n, err)
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	file := write(t, &importers.Header{Layer: "a", Fields: allTypes(), Geometry: spatial.GeometryPoint, Dimensions: spatial.XYZ, SRID: 9210},
		importers.Record{Number: 1, Geometry: geometry(t, "POINT Z (1 2 3)"), Values: values()},
		importers.Record{Number: 2, Values: make([]importers.Value, 7)})
	importertest.Source(t, func(t *testing.T) importers.Source {
		src, err := openBytes(t, file)
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}
