package kml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/kml"
	"gisd/spatial"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	const values = ` tên đường=Đường <Lê Lợi> & "ngõ" 'số' \ 7` + "\n" + `phường Thủ Dầu Một số làn=integer:-2147483647 dài=1234.56789012345 một chiều=boolean:1 ngày=date:8825 cập nhật=datetime:762566398123456 chi tiết={"a":[1,"đ"],"b":null}`
	name := ` Name=Đường <Lê Lợi> & "ngõ" 'số' \ 7` + "\nphường Thủ Dầu Một"
	for _, tc := range []struct {
		name     string
		exporter importers.Exporter
		dims     spatial.Dimensions
		shape    string
		want     string
		extra    string
	}{
		{"point", kml.Exporter{}, spatial.XY, "POINT (106.123456789 -0.000000001)", "POINT (106.123456789 -0.000000001)", ""},
		{"kmz", kml.ZipExporter{}, spatial.XY, "POINT (1 2)", "POINT (1 2)", ""},
		{"heights", kml.Exporter{}, spatial.XYZ, "LINESTRING Z (1 2 3.12345, 4 5 0)", "LINESTRING Z (1 2 3.1235, 4 5 0)", " altitudeMode=absolute"},
		{"no heights after all", kml.Exporter{}, spatial.XYZ, "MULTIPOINT Z (1 2 0, 4 5 0)", "MULTIPOINT (1 2, 4 5)", ""},
		{"measures", kml.Exporter{}, spatial.XYZM, "POINT ZM (1 2 3 4)", "POINT Z (1 2 3)", " altitudeMode=absolute"},
		{"line", kml.Exporter{}, spatial.XY, "LINESTRING (1 2, 3 4)", "LINESTRING (1 2, 3 4)", " tessellate=boolean:1"},
		{"shell clockwise", kml.Exporter{}, spatial.XY, "MULTIPOLYGON (((0 0, 4 4, 4 0, 0 0), (2 1, 3 1, 3 2, 2 1)))", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (2 1, 3 2, 3 1, 2 1)))", ""},
		{"collection", kml.Exporter{}, spatial.XY, "GEOMETRYCOLLECTION (POINT (1 2), POLYGON ((0 0, 4 0, 4 4, 0 0)))", "GEOMETRYCOLLECTION (POINT (1 2), POLYGON ((0 0, 4 0, 4 4, 0 0)))", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: `đường "A" & <B>`, Fields: importertest.Fields(), Geometry: spatial.GeometryAny, Dimensions: tc.dims, SRID: 4326, IDKind: spatial.IDInteger}
			records := importertest.Records(t, tc.shape)
			records[0].Values[3].Int, records[0].Values[1].Int = 1, -2147483647
			layers, err := layersOf(t, importertest.Export(t, tc.exporter, "a"+tc.exporter.Extensions()[0], h, records))
			if err != nil || len(layers) != 1 {
				t.Fatalf("%d layers, %v", len(layers), err)
			}
			got := describe(t, layers[0])
			want := []string{tc.want + " #1" + name + values + tc.extra, "- #2 Name=2"}
			if diff := cmp.Diff(want, got[1:]); diff != "" || layers[0].Name != h.Layer {
				t.Errorf("%s: %s", layers[0].Name, diff)
			}
		})
	}
}

// TestOwnElementsComeBack: what the reader takes from KML's own elements goes
// back there.
func TestOwnElementsComeBack(t *testing.T) {
	t.Parallel()
	const doc = `<kml><Document><name>l</name><Placemark id="a b"><name>x &lt;&amp;</name><description>d</description><TimeSpan><begin>2020-01-01</begin><end>2020-02-01</end></TimeSpan>` +
		`<Point><altitudeMode>relativeToGround</altitudeMode><coordinates>1,2,3</coordinates></Point></Placemark><Placemark id="c"/></Document></kml>`
	layers, err := layersOf(t, write(t, "a.kml", doc))
	if err != nil {
		t.Fatal(err)
	}
	want := describe(t, layers[0])
	src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	h := &importers.Header{Layer: "l", Fields: importers.Columns(s.Fields), Geometry: s.GeometryType, Dimensions: s.Dimensions, SRID: 4326, IDKind: spatial.IDInteger}
	var out bytes.Buffer
	w, err := kml.Exporter{}.Create(t.Context(), &out, t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(src.Read(t.Context(), func(r *importers.Record) error { r.ID = importers.Value{}; return w.Write(r) }), w.Close()); err != nil {
		t.Fatal(err)
	}
	layers, err = layersOf(t, write(t, "b.kml", out.String()))
	if err != nil {
		t.Fatal(err)
	}
	got := describe(t, layers[0])
	for i := range want {
		want[i] = strings.NewReplacer(" #a b", "", " #c", "").Replace(want[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTextIDs: they stand among the data, and as ids of the elements where XML
// allows it. A field of that name keeps its own.
func TestTextIDs(t *testing.T) {
	t.Parallel()
	text := func(s string) importers.Value { return importers.Value{Valid: true, Bytes: []byte(s)} }
	for _, tc := range []struct {
		name   string
		fields []spatial.Field
		ids    []string
		want   []string
	}{
		{"no ids of XML", nil, []string{"7 <", "a b"}, []string{"- Name=7 < id=7 <", "- Name=a b id=a b"}},
		{"ids of XML", nil, []string{"Thửa_1.a-b", "fieldset"}, []string{"- #Thửa_1.a-b Name=Thửa_1.a-b id=Thửa_1.a-b", "- #fieldset Name=fieldset id=fieldset"}},
		{"one of them not", nil, []string{"a", "fields"}, []string{"- Name=a id=a", "- Name=fields id=fields"}},
		{"a field id", []spatial.Field{{Name: "ID", Type: spatial.FieldString}}, []string{"7", "8"}, []string{"- Name=7 feature_id=7 ID=x", "- Name=8 feature_id=8 ID=x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := &importers.Header{Layer: "l", Fields: tc.fields, Geometry: spatial.GeometryNone, Dimensions: spatial.XY, IDKind: spatial.IDText}
			var records []importers.Record
			for _, id := range tc.ids {
				r := importers.Record{ID: text(id)}
				for range tc.fields {
					r.Values = append(r.Values, text("x"))
				}
				records = append(records, r)
			}
			layers, err := layersOf(t, importertest.Export(t, kml.Exporter{}, "a.kml", h, records))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append([]string{"l none XY"}, tc.want...), describe(t, layers[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOtherSystemsAreRefused(t *testing.T) {
	t.Parallel()
	for _, e := range []importers.Exporter{kml.Exporter{}, kml.ZipExporter{}} {
		_, err := e.Create(t.Context(), io.Discard, t.TempDir(), &importers.Header{Layer: "l", Geometry: spatial.GeometryPoint, SRID: 9210})
		if spatial.CodeOf(err) != spatial.CodeUnsupported || !strings.Contains(err.Error(), "--crs EPSG:4326") {
			t.Errorf("%s: %v", e.Name(), err)
		}
	}
}

// TestWideIntegers: KML's own integer has 32 bits.
func TestWideIntegers(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "l", Fields: []spatial.Field{{Name: "mã", Type: spatial.FieldInteger}, {Name: "n", Type: spatial.FieldInteger}}, Geometry: spatial.GeometryNone, Dimensions: spatial.XY}
	r := importers.Record{Values: []importers.Value{{Valid: true, Int: 7401234567}, {Valid: true, Int: -9007199254740993}}}
	layers, err := layersOf(t, importertest.Export(t, kml.Exporter{}, "a.kml", h, []importers.Record{r}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"l none XY", "- mã=7.401234567e+09 n=-9007199254740993"}, describe(t, layers[0])); diff != "" {
		t.Error(diff)
	}
}

// TestGDALReadsIt asks the other reader of the format, and the strict parser of
// the standard library.
func TestGDALReadsIt(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "duong", Fields: importertest.Fields(), Geometry: spatial.GeometryPolygon, Dimensions: spatial.XYZ, SRID: 4326, IDKind: spatial.IDInteger}
	records := importertest.Records(t, "POLYGON Z ((0 0 7, 4 0 8, 4 4 9, 0 0 7), (2 1 1, 3 2 1, 3 1 1, 2 1 1))")
	records[0].Values[1].Int = 2147483647
	path := importertest.Export(t, kml.Exporter{}, "a.kml", h, records)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no ogrinfo")
	}
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-al", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Warning") || strings.Contains(string(out), "ERROR") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"Layer name: duong", "Feature Count: 2", "số làn (Integer) = 2147483647", "dài (Real) = 1234.56789012345", `Name (String) = Đường <Lê Lợi> & "ngõ"`,
		"ngày (String) = 2024-02-29", "altitudeMode (String) = absolute", "POLYGON Z ((0 0 7,4 0 8,4 4 9,0 0 7),(2 1 1,3 2 1,3 1 1,2 1 1))"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
