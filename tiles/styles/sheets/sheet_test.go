package sheets_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/tiles/styles"
	"gisd/tiles/styles/sheets"
)

var update = flag.Bool("update", false, "rewrite golden files")

func sheet(t *testing.T, geometry spatial.GeometryType, style string) sheets.Sheet {
	t.Helper()
	c := &spatial.Collection{ID: "plan", Title: spatial.Text{VI: "Quy hoạch <2030> & \"sau\"", EN: "Plan"}, GeometryType: geometry, Version: 1, MaxZoom: 18,
		Style: json.RawMessage(style), Fields: []spatial.Field{
			{Name: "land_use", Column: "land_use", Type: spatial.FieldString, CodeList: "land-use"},
			{Name: "Tên đường", Column: "ten_duong", Type: spatial.FieldString},
			{Name: "floors", Column: "floors", Type: spatial.FieldInteger},
			{Name: "bearing", Column: "bearing", Type: spatial.FieldNumber},
		}}
	if _, err := styles.Parse(c.Style); err != nil {
		t.Fatal(err)
	}
	return sheets.Of(c, map[string][]spatial.CodeValue{"land-use": {
		{Code: "ODT", Label: spatial.Text{VI: "Đất ở tại đô thị", EN: "Urban housing"}, Color: "#ffa0ff"},
		{Code: "O'X & <Y>", Label: spatial.Text{VI: "Dấu \"lạ\""}, Color: "#ffaa32"},
	}}, "vi")
}

type format struct {
	name  string
	write func(sheets.Sheet) []byte
	read  func([]byte) (styles.Style, []string, error)
}

var formats = []format{
	{"qml", sheets.WriteQML, sheets.ReadQML},
	{"sld", func(s sheets.Sheet) []byte { return sheets.WriteSLD(s) }, sheets.ReadSLD},
}

// What is written out comes back as it was, as far as the formats can say it:
// order, hidden and arrows stay behind, and QML has no zooms of categories.
func TestSheetsComeBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		geometry spatial.GeometryType
		style    string
	}{
		{"default polygons", spatial.GeometryMultiPolygon, ``},
		{"default lines", spatial.GeometryLineString, ``},
		{"default points", spatial.GeometryPoint, ``},
		{"code list", spatial.GeometryPolygon, `{"by":"land_use","label":"land_use","labelMinzoom":15,"opacity":0.75,"minzoom":11,"maxzoom":20}`},
		{"official codes", spatial.GeometryPolygon, `{"by":"land_use","palette":"land-use"}`},
		{"a road", spatial.GeometryMultiLineString, `{"casing":"#7a6a50","width":3,"by":"Tên đường","label":"Tên đường","labelColor":"#102030","categories":[{"value":"QL 13","color":"#d04040","width":4},{"value":"ĐT","color":"#d0d040"}]}`},
		{"a dashed line", spatial.GeometryLineString, `{"dash":[3,2],"width":2.5,"color":"#112233"}`},
		{"dashed polygons", spatial.GeometryPolygon, `{"dash":[3,2],"outline":"#334455","width":2}`},
		{"circles by number", spatial.GeometryPoint, `{"by":"floors","width":6,"outline":"#222222","categories":[{"value":1,"color":"#aabbcc"},{"value":2,"color":"#ddeeff","width":9}]}`},
		{"symbols", spatial.GeometryPoint, `{"kind":"symbol","icon":"busstop","rotate":"bearing","label":"Tên đường","by":"land_use","categories":[{"value":"ODT","icon":"hospital"}]}`},
		{"the same value twice", spatial.GeometryPoint, `{"by":"floors","categories":[{"value":1,"color":"#aabbcc"},{"value":1,"color":"#ddeeff"}]}`},
	}
	for _, tt := range tests {
		for _, f := range formats {
			t.Run(f.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := sheet(t, tt.geometry, tt.style)
				document := f.write(s)
				wellFormed(t, document)
				got, notes, err := f.read(document)
				if err != nil || len(notes) > 0 {
					t.Fatalf("%v, %q\n%s", err, notes, document)
				}
				if got, err = got.Bind(s.Collection); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(expressible(s.Style, f.name), expressible(got, f.name)); d != "" {
					t.Errorf("%s\n%s", d, document)
				}
				if again, _, err := sheets.Read(document); err != nil || cmp.Diff(again.Categories, got.Categories) != "" {
					t.Errorf("told by its content: %v", err)
				}
			})
		}
	}
}

// expressible leaves out what a format cannot say, and what both say in their
// own way.
func expressible(s styles.Style, format string) styles.Style {
	s.Order, s.Hidden, s.Arrows, s.Palette = 0, false, false, ""
	if s.MaxZoom == 24 {
		s.MaxZoom = 0
	}
	if s.Label == "" {
		s.LabelMinZoom, s.LabelColor = 0, ""
	}
	if format == "qml" && s.Kind == styles.KindFill && len(s.Dash) > 0 {
		s.Dash = nil // "dash" without lengths
	}
	if s.Kind == styles.KindSymbol {
		s.Outline = ""
	}
	if s.Kind == styles.KindFill && s.Width == 1 {
		s.Width = 0
	}
	s.Color, s.Outline = strings.ToLower(s.Color), strings.ToLower(s.Outline)
	var kept []styles.Category
	seen := map[styles.Value]bool{}
	for _, c := range s.Categories {
		if seen[c.Value] {
			continue
		}
		seen[c.Value] = true
		c.Color, c.Label.EN = strings.ToLower(c.Color), ""
		if s.Kind == styles.KindSymbol {
			c.Color = ""
		}
		if c.Width == s.Width || s.Kind == styles.KindFill {
			c.Width = 0
		}
		if c.Icon == s.Icon {
			c.Icon = ""
		}
		kept = append(kept, c)
	}
	s.Categories = kept
	return s
}

func wellFormed(t *testing.T, document []byte) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(document)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
	}
}

func TestSheetsGolden(t *testing.T) {
	t.Parallel()
	s := sheet(t, spatial.GeometryPolygon, `{"by":"land_use","label":"land_use","labelMinzoom":15,"minzoom":11}`)
	for _, f := range formats {
		path := filepath.Join("testdata", "golden", "TestSheets", "plan."+f.name)
		got := f.write(s)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}

// Styles as QGIS and GeoServer write them, with what they have that this server
// has not.
func TestReadForeign(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		want       string // JSON
		notes      []string
		fault      string
	}{
		{name: "QGIS 3.34, categories with patterns and lists", file: "categorized.qml",
			want: `{"kind":"fill","color":"#dddddd","opacity":0.8,"outline":"#232323","width":0.98,"by":"MA_LOAI",
				"categories":[{"value":"ODT","color":"#ffa0ff","label":{"vi":"Đất ở đô thị"}},{"value":"LUC","color":"#fffc8c"},{"value":"LUK","color":"#fffc8c","label":{"vi":"LUC"}}],
				"label":"MA_LOAI","labelColor":"#323232","labelMinzoom":14.77,"minzoom":12}`,
			notes: []string{"fill patterns are drawn as plain colour"}},
		{name: "QGIS 3.34, rules that are categories", file: "rules.qml",
			want: `{"kind":"line","color":"#999999","opacity":1,"width":1,"by":"cap duong","categories":[{"value":"QL","color":"#d04040","width":3.02,"label":{"vi":"Quốc lộ"}},{"value":"2","color":"#40d040","width":1.89}]}`},
		{name: "QGIS 3.34, graduated", file: "graduated.qml", fault: `its renderer "graduatedSymbol"`},
		{name: "GeoServer, SLD 1.0", file: "roads10.sld",
			want:  `{"kind":"line","color":"#cccccc","opacity":1,"width":2,"casing":"#333333","by":"type","categories":[{"value":"highway","color":"#ff8800","label":{"vi":"Highway"}},{"value":"trunk","color":"#ff8800","label":{"vi":"Highway"}}]}`,
			notes: []string{"labels that are no plain property are left out", "features of other values, which the style does not draw, are drawn in grey"}},
		{name: "GeoServer, ranges", file: "ranges10.sld", fault: "PropertyIsLessThan"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join("testdata", "foreign", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			got, notes, err := sheets.Read(b)
			if tt.fault != "" {
				if spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), tt.fault) {
					t.Fatalf("%v, want invalid with %q", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want styles.Style
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.notes, notes); d != "" {
				t.Error(d)
			}
			b, err = json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := styles.Parse(b); err != nil {
				t.Errorf("what was read is no style: %v", err)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]string{
		"nothing":           " \n",
		"text":              "fill: red",
		"HTML":              "<html><body/></html>",
		"cut off":           "<qgis><renderer-v2 type=\"singleSymbol\">",
		"no renderer":       "<qgis version=\"3.22\"></qgis>",
		"no symbol":         `<qgis><renderer-v2 type="singleSymbol"><symbols/></renderer-v2></qgis>`,
		"a MapLibre style":  `{"version":8,"layers":[],"sources":{}}`,
		"an empty SLD":      `<StyledLayerDescriptor/>`,
		"a raster":          `<StyledLayerDescriptor><NamedLayer><UserStyle><FeatureTypeStyle><Rule><RasterSymbolizer/></Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`,
		"two layers":        `<StyledLayerDescriptor><NamedLayer/><NamedLayer/></StyledLayerDescriptor>`,
		"an entity":         `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><StyledLayerDescriptor>&e;</StyledLayerDescriptor>`,
		"deep nesting":      strings.Repeat("<a>", 1000),
		"an unknown member": `{"colour":"#fff"}`,
	} {
		if _, _, err := sheets.Read([]byte(give)); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/foreign/*")
	if err != nil || len(paths) == 0 {
		f.Fatal(err, len(paths))
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, _, err := sheets.Read(b)
		if err != nil {
			if spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Errorf("%v, want invalid", err)
			}
			return
		}
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := styles.Parse(raw); err != nil {
			t.Errorf("what was read is no style: %v\n%s", err, raw)
		}
	})
}
