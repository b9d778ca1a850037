package styles_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/tiles/styles"
)

var update = flag.Bool("update", false, "rewrite golden files")

func collections() []*spatial.Collection {
	box := spatial.Envelope{SRID: 4326, MinX: 106.5, MinY: 10.85, MaxX: 106.9, MaxY: 11.3}
	base := func(id, group string, geometry spatial.GeometryType, style string) *spatial.Collection {
		return &spatial.Collection{
			ID: id, Group: group, GeometryType: geometry, Style: json.RawMessage(style), Version: 1, MaxZoom: 18,
			Published: true, Visibility: spatial.VisibilityPublic, Extent: box, FeatureCount: 3,
			Title:     spatial.Text{VI: "Lớp " + id, EN: "Layer " + id},
			VersionAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		}
	}
	plan := base("land_use", "planning", spatial.GeometryMultiPolygon, `{"by":"code","label":"code","labelMinzoom":15}`)
	plan.Fields = []spatial.Field{
		{Name: "code", Column: "code", Type: spatial.FieldString, CodeList: "land-use"},
		{Name: "area", Column: "area", Type: spatial.FieldNumber, Unit: "m2", Title: spatial.Text{VI: "Diện tích", EN: "Area"}},
	}
	roads := base("roads", "transport", spatial.GeometryMultiLineString,
		`{"casing":"#7a6a50","by":"class","label":"name","categories":[{"value":"QL","color":"#d04040","width":4},{"value":"DH","minzoom":12}]}`)
	none := base("table_only", "", spatial.GeometryNone, "")
	broken := base("broken", "", spatial.GeometryPoint, `{"color":"nonsense"}`)
	broken.Visibility = spatial.VisibilityInternal
	return []*spatial.Collection{
		base("stops", "transport", spatial.GeometryPoint, `{"kind":"symbol","icon":"busstop","rotate":"bearing","label":"name"}`),
		roads,
		base("sewers", "water", spatial.GeometryLineString, `{"dash":[2,1],"arrows":true,"hidden":true}`),
		plan,
		base("mixed", "", spatial.GeometryAny, ""),
		broken, none,
	}
}

func build() *styles.Document {
	return styles.Build(styles.Input{
		ID: "default", Base: "https://gis.example", TileQuery: "key=abc", Collections: collections(),
		CodeLists: map[string][]spatial.CodeValue{"land-use": {
			{Code: "ODT", Label: spatial.Text{VI: "Đất ở tại đô thị", EN: "Urban housing"}, Color: "#FFA0FF"},
			{Code: "DGT", Label: spatial.Text{VI: "Đất giao thông", EN: "Transport"}, Color: "#FFAA32"},
			{Code: "X", Label: spatial.Text{VI: "Không màu"}},
		}},
		Basemap: styles.Basemap{TileURL: "https://tiles.example/{z}/{x}/{y}.png", Attribution: "© Somebody"},
	})
}

// The golden style is also validated against the style specification by
// web/map/src/map/style.test.ts.
func TestBuildGolden(t *testing.T) {
	t.Parallel()
	b, err := build().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, b, "", " "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", "golden", "TestBuild", "default.json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("style changed (-want +got); -update rewrites it:\n%s", diff)
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	d := build()
	seen := map[string]bool{}
	position := map[string]int{}
	for i, l := range d.Layers {
		if seen[l.ID] {
			t.Errorf("layer %q is there twice", l.ID)
		}
		seen[l.ID] = true
		position[l.ID] = i
		if l.SourceLayer == "" {
			continue
		}
		if source, ok := d.Sources[l.Source]; !ok || !strings.Contains(source.Tiles[0], l.SourceLayer) {
			t.Errorf("layer %q: source %q does not carry %q", l.ID, l.Source, l.SourceLayer)
		}
	}
	if seen["table_only"] {
		t.Error("a collection without geometry is drawn")
	}
	if !seen["broken"] {
		t.Error("a collection with a faulty style is not drawn by its default")
	}
	order := []string{"background", "basemap", "land_use", "land_use:outline", "roads:casing", "roads", "stops", "land_use:label", "overview-archipelagos"}
	for i := 1; i < len(order); i++ {
		if position[order[i-1]] >= position[order[i]] {
			t.Errorf("%s is not below %s", order[i-1], order[i])
		}
	}
	if got := d.Sources["transport-18"].Tiles[0]; got != "https://gis.example/tiles/stops,roads/{z}/{x}/{y}.mvt?key=abc" {
		t.Errorf("tiles of the transport group: %s", got)
	}
	if got := d.Metadata.Groups[len(d.Metadata.Groups)-1].ID; got != styles.OtherGroup {
		t.Errorf("last group is %q", got)
	}
	for _, c := range d.Metadata.Collections {
		if c.ID == "land_use" && (len(c.Legend) != 2 || c.Legend[0].Color != "#FFA0FF") {
			t.Errorf("the legend of a code list: %+v", c.Legend)
		}
		if c.ID == "broken" && c.Public {
			t.Error("an internal collection is marked public")
		}
	}
}

func TestBuildEmpty(t *testing.T) {
	t.Parallel()
	d := styles.Build(styles.Input{ID: "default"})
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "null") {
		t.Error("a null in a style that has no collections")
	}
	for _, name := range []string{"Hoàng Sa", "Trường Sa"} {
		if !strings.Contains(string(b), name) {
			t.Errorf("the national overview lacks %s", name)
		}
	}
	if d.Center[0] < 102 || d.Center[0] > 118 {
		t.Errorf("center %v", d.Center)
	}
}
