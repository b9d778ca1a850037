package shapefile_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/shapefile"
	"gisd/spatial"
)

// readBack gives for each layer its records as texts.
func readBack(t *testing.T, path string) map[string][]string {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	layers, err := shapefile.Format{}.Layers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, l := range layers {
		src, err := l.Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s := src.Schema()
		head := fmt.Sprintf("%s %s", s.GeometryType, s.Dimensions)
		if c, err := importers.ResolveCRS(t.Context(), src, 0); err == nil && s.CRS.WKT != "" {
			head += " " + c.SRID.String()
		}
		for _, f := range s.Fields {
			head += fmt.Sprintf(" %s:%s", f.Name, f.Type)
		}
		out[l.Name] = append(out[l.Name], head)
		err = src.Read(t.Context(), func(r *importers.Record) error {
			if r.Err != nil || len(r.Lost) > 0 {
				t.Errorf("%s %d: %v %v", l.Name, r.Number, r.Err, r.Lost)
			}
			line := importertest.ShapeText(t, r.Geometry)
			for i, v := range r.Values {
				switch {
				case !v.Valid:
					line += "|"
				case s.Fields[i].Type == spatial.FieldString:
					line += "|" + string(v.Bytes)
				case s.Fields[i].Type == spatial.FieldNumber:
					line += fmt.Sprint("|", v.Float)
				default:
					line += fmt.Sprint("|", v.Int)
				}
			}
			out[l.Name] = append(out[l.Name], line)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
	return out
}

func limits(t *testing.T, path string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("LIMITS.txt")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "đường", Fields: importertest.Fields(), Geometry: spatial.GeometryMultiPolygon, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger}
	path := importertest.Export(t, shapefile.Exporter{}, "a.shp.zip", h, importertest.Records(t,
		"POLYGON ((0.1 0, 4 0, 4 4, 0.1 0), (2 1, 3 1, 3 2, 2 1))", "", "MULTIPOLYGON (((0 0, 4 4, 4 0, 0 0)), ((9 9, 10 9, 10 10, 9 9)))"))
	const values = "Đường <Lê Lợi> & \"ngõ\" 'số' \\ 7\nphường Thủ Dầu Một|-9007199254740993|1234.56789012345|%d|8825|2024-02-29T23:59:58.123456Z|{\"a\":[1,\"đ\"],\"b\":null}"
	want := map[string][]string{"đường": {
		"MultiPolygon XY EPSG:9210 ten_duong:string số làn:integer dài:number mot_chieu:boolean ngày:date cap_nhat:string chi tiết:string",
		// shells run clockwise, holes against it
		"POLYGON ((0.1 0, 4 4, 4 0, 0.1 0), (2 1, 3 1, 3 2, 2 1))|" + fmt.Sprintf(values, 0),
		"|" + fmt.Sprintf(values, 1),
		"MULTIPOLYGON (((0 0, 4 4, 4 0, 0 0)), ((9 9, 10 10, 10 9, 9 9)))|" + fmt.Sprintf(values, 0),
		"|||||||",
	}}
	if diff := cmp.Diff(want, readBack(t, path)); diff != "" {
		t.Error(diff)
	}
	text := limits(t, path)
	for _, want := range []string{"field renamed: tên đường -> ten_duong", "cập nhật: date and time written as text", "chi tiết: JSON written as text", "ids of the features are not written"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "cut to 254 bytes") || strings.Contains(text, "renamed: ngày") {
		t.Error(text)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		kind   spatial.GeometryType
		dims   spatial.Dimensions
		shapes []string
		want   map[string][]string
	}{
		{"points with heights", spatial.GeometryPoint, spatial.XYZ, []string{"POINT Z (1 2 3)"}, map[string][]string{"a": {"Point XYZ EPSG:4326", "POINT Z (1 2 3)"}}},
		{"measured lines", spatial.GeometryLineString, spatial.XYM, []string{"LINESTRING M (1 2 3, 4 5 6)"}, map[string][]string{"a": {"MultiLineString XYM EPSG:4326", "LINESTRING M (1 2 3, 4 5 6)"}}},
		{"all four", spatial.GeometryMultiPoint, spatial.XYZM, []string{"MULTIPOINT ZM (1 2 3 4, 5 6 7 8)", "POINT ZM (1 2 3 4)"},
			map[string][]string{"a": {"MultiPoint XYZM EPSG:4326", "MULTIPOINT ZM (1 2 3 4, 5 6 7 8)", "MULTIPOINT ZM (1 2 3 4)"}}},
		{"polygon with height, ring open", spatial.GeometryPolygon, spatial.XYZ, []string{"POLYGON Z ((0 0 1, 4 0 2, 4 4 3, 0 0 1))"},
			map[string][]string{"a": {"MultiPolygon XYZ EPSG:4326", "POLYGON Z ((0 0 1, 4 4 3, 4 0 2, 0 0 1))"}}},
		{"mixed", spatial.GeometryAny, spatial.XY, []string{"POINT (1 2)", "LINESTRING (1 2, 3 4)", "GEOMETRYCOLLECTION (POINT (5 6), MULTILINESTRING ((1 1, 2 2), (3 3, 4 4)))", ""},
			map[string][]string{
				"a_point":      {"Point XY EPSG:4326", "POINT (1 2)"},
				"a_multipoint": {"MultiPoint XY EPSG:4326", "MULTIPOINT (5 6)"},
				"a_line":       {"MultiLineString XY EPSG:4326", "LINESTRING (1 2, 3 4)", "MULTILINESTRING ((1 1, 2 2), (3 3, 4 4))"},
				"a_table":      {"none XY id:string", "|"},
			}},
		{"one kind after all", spatial.GeometryAny, spatial.XY, []string{"POINT (1 2)"}, map[string][]string{"a": {"Point XY EPSG:4326", "POINT (1 2)"}}},
		{"a table", spatial.GeometryNone, spatial.XY, []string{""}, map[string][]string{"a": {"none XY id:string", "|"}}},
		{"nothing", spatial.GeometryPoint, spatial.XY, nil, map[string][]string{"a": {"Point XY EPSG:4326"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: "a", Geometry: tc.kind, Dimensions: tc.dims, SRID: 4326, IDKind: spatial.IDText}
			if tc.want["a_table"] == nil && tc.kind != spatial.GeometryNone {
				h.IDKind = spatial.IDInteger
			}
			var records []importers.Record
			for i, s := range tc.shapes {
				records = append(records, importers.Record{Number: int64(i) + 1, Geometry: importertest.Shape(t, s)})
			}
			got := readBack(t, importertest.Export(t, shapefile.Exporter{}, "a.shp.zip", h, records))
			for _, lines := range tc.want {
				for i, line := range lines { // the id column stands in each
					if h.IDKind == spatial.IDText && !strings.Contains(line, "id:") && !strings.HasSuffix(line, "|") {
						if i == 0 {
							lines[i] += " id:string"
						} else {
							lines[i] += "|"
						}
					}
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamesAndTexts(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a/b", Geometry: spatial.GeometryNone, Dimensions: spatial.XY, IDKind: spatial.IDText, IDField: "identifier_long"}
	for _, f := range []string{"identifier_long", "identifier_longer", "IDENTIFIER_LONGEST", "số thửa đất"} {
		h.Fields = append(h.Fields, spatial.Field{Name: f, Type: spatial.FieldString})
	}
	h.Fields = append(h.Fields, spatial.Field{Name: "n", Type: spatial.FieldNumber}, spatial.Field{Name: "i", Type: spatial.FieldInteger})
	long := strings.Repeat("x", 253) + "đuôi"
	records := []importers.Record{
		{Values: []importers.Value{{Valid: true, Bytes: []byte(long)}, {}, {}, {Valid: true, Bytes: []byte(" a ")}, {Valid: true, Float: 1e-300}, {Valid: true, Int: -9223372036854775807}}},
		{Values: []importers.Value{{}, {}, {}, {}, {Valid: true, Float: 5}, {Valid: true, Int: 9}}},
	}
	path := importertest.Export(t, shapefile.Exporter{}, "a.shp.zip", h, records)
	want := map[string][]string{"a_b": {
		"none XY identifier:string identifi_1:string IDENTIFI_2:string số thử:string n:number i:integer",
		"|" + strings.Repeat("x", 253) + "|||" + " a|1e-300|-9223372036854775807", "|||||5|9"}}
	if diff := cmp.Diff(want, readBack(t, path)); diff != "" {
		t.Error(diff)
	}
	if text := limits(t, path); !strings.Contains(text, "identifier_long: 1 values cut to 254 bytes") || !strings.Contains(text, "IDENTIFIER_LONGEST -> IDENTIFI_2") {
		t.Error(text)
	}
}

func TestSystemsThatAreNotKnownHere(t *testing.T) {
	t.Parallel()
	const wkt = `PROJCS["CH1903+ / LV95",GEOGCS["CH1903+",DATUM["CH1903+",SPHEROID["Bessel 1841",6377397.155,299.1528128,AUTHORITY["EPSG","7004"]],TOWGS84[674.374,15.056,405.346,0,0,0,0],AUTHORITY["EPSG","6150"]],` +
		`PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Hotine_Oblique_Mercator_Azimuth_Center"],PARAMETER["latitude_of_center",46.9524055555556],UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","2056"]]`
	h := &importers.Header{Layer: "a", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 2056, WKT: wkt, IDKind: spatial.IDInteger}
	got := readBack(t, importertest.Export(t, shapefile.Exporter{}, "a.shp.zip", h, nil))
	if diff := cmp.Diff(map[string][]string{"a": {"Point XY EPSG:2056"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsWrittenAfterAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := shapefile.Exporter{}.Create(t.Context(), &out, t.TempDir(), &importers.Header{Layer: "a", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 4326})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&importers.Record{Number: 1, Geometry: []byte{1, 2, 3}}); err == nil {
		t.Error("a damaged geometry was written")
	}
	if err := w.Close(); err != nil || out.Len() > 0 {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

func TestRowsThatAreTooLong(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Geometry: spatial.GeometryNone, Dimensions: spatial.XY}
	r := importers.Record{}
	for i := range 300 {
		h.Fields = append(h.Fields, spatial.Field{Name: fmt.Sprint("f", i), Type: spatial.FieldString})
		r.Values = append(r.Values, importers.Value{Valid: true, Bytes: bytes.Repeat([]byte{'x'}, 254)})
	}
	w, err := shapefile.Exporter{}.Create(t.Context(), &bytes.Buffer{}, t.TempDir(), h)
	if err == nil {
		err = w.Write(&r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); spatial.CodeOf(err) != spatial.CodeUnsupported {
		t.Errorf("error %v", err)
	}
}

// TestGDALReadsIt asks the other reader of the format.
func TestGDALReadsIt(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no ogrinfo")
	}
	h := &importers.Header{Layer: "duong", Fields: importertest.Fields(), Geometry: spatial.GeometryMultiPolygon, Dimensions: spatial.XYZ, SRID: 9210, IDKind: spatial.IDInteger}
	path := importertest.Export(t, shapefile.Exporter{}, "a.shp.zip", h, importertest.Records(t,
		"POLYGON Z ((0.1 0 7, 4 0 8, 4 4 9, 0.1 0 7), (2 1 1, 3 1 1, 3 2 1, 2 1 1))", "MULTIPOLYGON Z (((0 0 0, 4 4 0, 4 0 0, 0 0 0)), ((9 9 0, 10 9 0, 10 10 0, 9 9 0)))"))
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-al", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Warning") || strings.Contains(string(out), "ERROR") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"Layer name: duong", "Geometry: 3D Polygon", "Feature Count: 3", "Extent: (0.000000, 0.000000) - (10.000000, 10.000000)", `ID["EPSG",9210]`, "số làn (Integer64) = -9007199254740993",
		"dài (Real) = 1234.56789012345", "ngày (Date) = 2024/02/29", "ten_duong (String) = Đường <Lê Lợi> & \"ngõ\" 'số' \\ 7\nphường Thủ Dầu Một",
		"POLYGON Z ((0.1 0.0 7,4 4 9,4 0 8,0.1 0.0 7),(2 1 1,3 1 1,3 2 1,2 1 1))", "MULTIPOLYGON Z (((0 0 0,4 4 0,4 0 0,0 0 0)),((9 9 0,10 10 0,10 9 0,9 9 0)))"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
