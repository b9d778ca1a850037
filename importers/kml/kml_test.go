package kml_test

import (
	"archive/zip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/kml"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func layersOf(t testing.TB, path string) ([]importers.Layer, error) {
	t.Helper()
	return importertest.Layers(t, kml.Format{}, path)
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// describe reads a layer as one line a record: WKT, then name=value.
func describe(t testing.TB, l importers.Layer) []string {
	t.Helper()
	src, err := l.Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	out := []string{fmt.Sprintf("%s %s %s", l.Name, s.GeometryType, s.Dimensions)}
	err = src.Read(t.Context(), func(r *importers.Record) error {
		line := shape(t, r.Geometry)
		if r.Err != nil {
			line = "ERROR " + r.Err.Reason.EN
		}
		switch {
		case !r.ID.Valid:
		case s.NativeID == spatial.FieldInteger:
			line += fmt.Sprintf(" #%d", r.ID.Int)
		default:
			line += " #" + string(r.ID.Bytes)
		}
		for i, v := range r.Values {
			if v.Valid {
				line += fmt.Sprintf(" %s=%s", s.Fields[i].Name, valueText(s.Fields[i].Type, v))
			}
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func shape(t testing.TB, g []byte) string {
	t.Helper()
	if g == nil {
		return "-"
	}
	geometry, err := ewkb.Unmarshal(g)
	if err != nil {
		t.Fatalf("%x: %v", g, err)
	}
	text, err := wkt.Marshal(geometry)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func valueText(k spatial.FieldType, v importers.Value) string {
	switch k {
	case spatial.FieldString:
		return string(v.Bytes)
	case spatial.FieldNumber:
		return fmt.Sprint(v.Float)
	}
	return fmt.Sprintf("%s:%d", k, v.Int)
}

func TestPlacemarks(t *testing.T) {
	t.Parallel()
	const ring = "<LinearRing><coordinates>%s</coordinates></LinearRing>"
	square := fmt.Sprintf(ring, "0,0 4,0 4,4 0,0")
	hole := fmt.Sprintf(ring, "1,1 2,1 2,2 1,1")
	point := func(text string) string { return "<Point><coordinates>" + text + "</coordinates></Point>" }
	for _, tc := range []struct{ name, body, want string }{
		{"point", point("106.5,10.5"), "POINT (106.5 10.5)"},
		{"blanks", point("\n 106.5 ,\t10.5\n"), "POINT (106.5 10.5)"},
		{"blanks behind commas", point("106.5, 10.5, 3"), "POINT Z (106.5 10.5 3)"},
		{"no commas", point("106.5 10.5 3"), "POINT Z (106.5 10.5 3)"},
		{"several for a point", point("1,2 3,4"), "POINT (1 2)"},
		{"heights that are all zero", point("1,2,0"), "POINT (1 2)"},
		{"four numbers", point("1,2,0,20"), "POINT (1 2)"},
		{"exponent", point("1e1,-.5"), "POINT (10 -0.5)"},
		{"not a number", point("no,2"), `ERROR the geometry is damaged: position 1: "no" is no number`},
		{"one number", point("1"), "ERROR the geometry is damaged: position 1: it has one coordinate only"},
		{"nothing", point(" \n"), "-"},
		{"line, commas behind tuples", "<LineString><coordinates>1,2, 3,4,</coordinates></LineString>", "LINESTRING (1 2, 3 4)"},
		{"line, blanks and heights", "<LineString><coordinates>1, 2, 5 3, 4, 6</coordinates></LineString>", "LINESTRING Z (1 2 5, 3 4 6)"},
		{"line, a height missing", "<LineString><coordinates>1,2,5 3,4</coordinates></LineString>", "LINESTRING Z (1 2 5, 3 4 0)"},
		{"ring alone", square, "LINESTRING (0 0, 4 0, 4 4, 0 0)"},
		{"polygon, hole first", "<Polygon><innerBoundaryIs>" + hole + "</innerBoundaryIs><outerBoundaryIs>" + square + "</outerBoundaryIs></Polygon>",
			"POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))"},
		{"two holes in one boundary", "<Polygon><outerBoundaryIs>" + square + "</outerBoundaryIs><innerBoundaryIs>" + hole + hole + "</innerBoundaryIs></Polygon>",
			"POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1), (1 1, 2 1, 2 2, 1 1))"},
		{"multi", "<MultiGeometry>" + point("1,2") + "<MultiGeometry>" + point("3,4") + "</MultiGeometry></MultiGeometry>", "MULTIPOINT (1 2, 3 4)"},
		{"multi of one", "<MultiPolygon><Polygon><outerBoundaryIs>" + square + "</outerBoundaryIs></Polygon></MultiPolygon>", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))"},
		{"multi of nothing", "<MultiGeometry/>", "-"},
		{"mixed", "<MultiGeometry>" + point("1,2") + square + "</MultiGeometry>", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 4 0, 4 4, 0 0))"},
		{"model", "<Model><Location><longitude>1</longitude><latitude>2</latitude><altitude>3</altitude></Location></Model>", "POINT Z (1 2 3)"},
		{"track", "<gx:Track><when>2020-01-01T00:00:00Z</when><when>2020-01-01T00:00:01Z</when><gx:coord>1 2 0</gx:coord><gx:coord>3 4 0</gx:coord></gx:Track>",
			"LINESTRING (1 2, 3 4) begin=datetime:631152000000000 end=datetime:631152001000000"},
		{"tracks", "<gx:MultiTrack><gx:Track><gx:coord>1 2</gx:coord><gx:coord>3 4</gx:coord></gx:Track></gx:MultiTrack>", "MULTILINESTRING ((1 2, 3 4))"},
		{"its own members", `<name> Đường &amp; cầu </name><description><![CDATA[<b>x</b>]]></description><visibility>0</visibility><TimeStamp><when>2020</when></TimeStamp>` +
			`<Style><IconStyle><Icon><href>a.png</href></Icon></IconStyle></Style><LineString><tessellate>1</tessellate><altitudeMode>absolute</altitudeMode></LineString>`,
			"- Name=Đường & cầu description=<b>x</b> visibility=boolean:0 timestamp=date:7305 icon=a.png tessellate=boolean:1 altitudeMode=absolute"},
		{"data", `<ExtendedData><Data name="số thửa"><displayName>x</displayName><value>012</value></Data><Data name="ngày"><value>2020-02-29</value></Data><Data name="trống"><value/></Data></ExtendedData>`,
			"- số thửa=012 ngày=date:7364"},
		{"typed data", `<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="n">7</SimpleData><SimpleData name="d">1.5</SimpleData><SimpleData name="b">true</SimpleData><SimpleData name="wrong">x</SimpleData></SchemaData></ExtendedData>`,
			"- n=integer:7 d=1.5 b=boolean:1 wrong=x"},
		{"reference to a combining letter", "<name>a&#x301;</name>", "- Name=á"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc := `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="g"><Document><Schema id="s"><SimpleField type="int" name="n"/>` +
				`<SimpleField type="double" name="d"/><SimpleField type="bool" name="b"/><SimpleField type="int" name="wrong"/></Schema><Placemark>` + tc.body + `</Placemark></Document></kml>`
			layers, err := layersOf(t, write(t, "a.kml", doc))
			if err != nil || len(layers) != 1 {
				t.Fatalf("%d layers, %v", len(layers), err)
			}
			got := describe(t, layers[0])
			if diff := cmp.Diff(tc.want, got[1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLayers(t *testing.T) {
	t.Parallel()
	const pm = "<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>"
	for _, tc := range []struct{ name, doc, want string }{
		{"root without a name", "<kml>" + pm + "</kml>", "a"},
		{"no kml element", `<Document xmlns="http://earth.google.com/kml/2.1">` + pm + "</Document>", "a"},
		{"prefix", `<kml:kml xmlns:kml="x"><kml:Placemark/></kml:kml>`, "a"},
		{"name after the content", "<kml><Document>" + pm + "<name>Đất</name></Document></kml>", "Đất"},
		{"folders", "<kml><Document><name>d</name><Folder><name>x</name>" + pm + "<Folder><name>x</name>" + pm + "</Folder></Folder><Folder>" + pm + "</Folder><Folder/></Document></kml>", "d/x|x/x|Layer2"},
		{"folders of one name in one", "<kml><Document><name>d</name><Folder><name>x</name>" + pm + "</Folder><Folder><name>x</name>" + pm + "</Folder></Document></kml>", "x|x (#2)"},
		{"folders of one name in several", "<kml><Document><name>d</name><Folder><Folder><name>x</name>" + pm + "</Folder><name>A</name></Folder><Folder><name>B</name><Folder><name>x</name>" + pm + "</Folder><Folder><name>x</name>" + pm + "</Folder><Folder><name>y</name>" + pm + "</Folder></Folder></Document></kml>", "A/x|B/x|B/x (#2)|y"},
		{"schema of 2.0", `<kml><Document><Schema name="Road" parent="Placemark"><SimpleField name="w" type="int"/></Schema><Road><name>r</name><w>3</w></Road></Document></kml>`, "a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			layers, err := layersOf(t, write(t, "a.kml", tc.doc))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, l := range layers {
				names = append(names, l.Name)
			}
			if got := strings.Join(names, "|"); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// TestIDs: those of the placemarks are kept where each has one of its own; numbers
// behind the layer's name, as GDAL and we write them, are numbers.
func TestIDs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		ids  []string
		want string // type, then the ids
		note string
	}{
		{"none", []string{"", ""}, "[]", ""},
		{"its own", []string{"ID_00001", "f11"}, "string[ID_00001 f11]", ""},
		{"numbers of the layer", []string{"_at.11", "_at.-4"}, "integer[11 -4]", ""},
		{"numbers of another layer", []string{"land.11", "land.4"}, "string[land.11 land.4]", ""},
		{"numbers of two layers", []string{"_at.1", "land.2"}, "string[_at.1 land.2]", ""},
		{"numbers in other forms", []string{"_at.007", "_at.8"}, "string[_at.007 _at.8]", ""},
		{"one has none", []string{"a", "", "b"}, "[]", "1 of 3 have none"},
		{"one twice", []string{"_at.1", "_at.2", "_at.1"}, "[]", "some come twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var doc strings.Builder
			doc.WriteString("<kml><Document><name>@at</name>")
			for _, id := range tc.ids {
				fmt.Fprintf(&doc, "<Placemark id=%q/>", id)
			}
			doc.WriteString("</Document></kml>")
			layers, err := layersOf(t, write(t, "a.kml", doc.String()))
			if err != nil {
				t.Fatal(err)
			}
			src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			var ids []string
			for _, line := range describe(t, layers[0])[1:] {
				if _, id, ok := strings.Cut(line, " #"); ok {
					ids = append(ids, id)
				}
			}
			if got := fmt.Sprint(src.Schema().NativeID, ids); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			notes := src.Schema().Notes
			if (tc.note == "") != (len(notes) == 0) || len(notes) > 0 && !strings.Contains(notes[0].EN, tc.note) {
				t.Errorf("notes %v, want %q", notes, tc.note)
			}
		})
	}
}

// TestSchemaOf20: the fields of a schema with a parent are elements.
func TestSchemaOf20(t *testing.T) {
	t.Parallel()
	layers, err := layersOf(t, write(t, "a.kml", `<kml><Document><Schema name="Road" parent="Placemark"><SimpleField name="w" type="int"/></Schema>`+
		`<Road><name>r</name><w>3</w><Point><coordinates>1,2</coordinates></Point></Road></Document></kml>`))
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	if diff := cmp.Diff([]string{"a Point XY", "POINT (1 2) Name=r w=integer:3"}, describe(t, layers[0])); diff != "" {
		t.Error(diff)
	}
}

func TestKMZ(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.kmz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("doc.kml")
	if err == nil {
		_, err = w.Write([]byte(`<kml><Placemark id="p"><name>x</name></Placemark></kml>`))
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	layers, err := layersOf(t, path)
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	if diff := cmp.Diff([]string{"doc none XY", "- #p Name=x"}, describe(t, layers[0])); diff != "" {
		t.Error(diff)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"togeojson/test/data/addresses.kml", "gdal_autotest_ogr/autotest/ogr/data/kml/geometries.kml"} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			layers, err := layersOf(t, testdata.Shared(t, "corpus/import/"+file))
			if err != nil || len(layers) != 1 {
				t.Fatalf("%d layers, %v", len(layers), err)
			}
			importertest.Source(t, func(t *testing.T) importers.Source {
				src, err := layers[0].Open(t.Context(), importers.SourceOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return src
			})
		})
	}
}
