package receive_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/api/ogc/receive"
	"gisd/importers/geojson"
	"gisd/spatial"
	"gisd/spatial/crs"
)

func collection() *spatial.Collection {
	return &spatial.Collection{
		ID: "parcels", SRID: 9210, GeometryType: spatial.GeometryMultiPolygon, Dimensions: spatial.XY, IDKind: spatial.IDInteger,
		Required: []string{"name", "area", spatial.RequiredGeometry},
		Fields: []spatial.Field{
			{Name: "name", Type: spatial.FieldString}, {Name: "số tờ", Type: spatial.FieldInteger}, {Name: "area", Type: spatial.FieldNumber},
			{Name: "open", Type: spatial.FieldBoolean}, {Name: "built", Type: spatial.FieldDate}, {Name: "seen", Type: spatial.FieldDateTime},
			{Name: "info", Type: spatial.FieldJSON}, {Name: "use", Type: spatial.FieldString, CodeList: "land_use"},
		},
	}
}

func config(c *spatial.Collection) receive.Config {
	return receive.Config{
		Collection: c, From: crs.Reference{SRID: spatial.SRIDWGS84}, Geometries: geojson.Decoder{},
		Codes: map[int]map[string]bool{7: {"ODT": true, "DGT": true}},
	}
}

const square = `{"type":"Polygon","coordinates":[[[106.5,11],[106.6,11],[106.6,11.1],[106.5,11]]]}`

func TestCreate(t *testing.T) {
	t.Parallel()
	body := `{"type":"Feature","id":"x","properties":{"name":"Chợ","số tờ":12.0,"area":1e2,"open":false,"built":"2026-01-31",
		"seen":"2026-01-31T07:00:00.1234567+07:00","info":{"b":[1,{"c":null}]},"use":"DGT"},"geometry":` + square + `}`
	got, err := receive.Create(config(collection()), []byte(body))
	if err != nil || len(got.Faults) > 0 || len(got.Edits) != 1 || got.Batch {
		t.Fatalf("%+v, %v", got, err)
	}
	want := map[int]any{
		0: "Chợ", 1: int64(12), 2: 100.0, 3: false, 4: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		5: time.Date(2026, 1, 31, 0, 0, 0, 123456000, time.UTC), 6: json.RawMessage(`{"b":[1,{"c":null}]}`), 7: "DGT",
	}
	if diff := cmp.Diff(want, got.Edits[0].Properties); diff != "" {
		t.Error(diff)
	}
	// EPSG:9210 has its central meridian at 105°45': the square lies east of it.
	g := got.Edits[0].Geometry
	shape, err := ewkb.Unmarshal(g.EWKB)
	if err != nil || g.SRID != 9210 {
		t.Fatal(err)
	}
	back, err := crs.NewTransform(9210, 4326)
	if err != nil {
		t.Fatal(err)
	}
	lon, lat, err := back.Point(shape.FlatCoords()[2], shape.FlatCoords()[3])
	if err != nil || math.Abs(lon-106.6) > 1e-9 || math.Abs(lat-11) > 1e-9 {
		t.Errorf("%v %v, %v", lon, lat, err)
	}
}

// The same place in the order of each authority.
func TestAxisOrder(t *testing.T) {
	t.Parallel()
	c := collection()
	c.GeometryType, c.Required, c.SRID = spatial.GeometryPoint, nil, spatial.SRIDWGS84
	for _, test := range []struct {
		from        crs.Reference
		coordinates string
		want        [2]float64
		fault       bool
	}{
		{crs.Reference{SRID: 4326}, "[106.5,11]", [2]float64{106.5, 11}, false},
		{crs.Reference{SRID: 4326, LatLon: true}, "[11,106.5]", [2]float64{106.5, 11}, false},
		{crs.Reference{SRID: 3857}, "[11855525.77,1232106.80]", [2]float64{106.5, 11}, false},
		{crs.Reference{SRID: 4326, LatLon: true}, "[106.5,11]", [2]float64{}, true},
		{crs.Reference{SRID: 4326}, "[11,106.5]", [2]float64{}, true},
		{crs.Reference{SRID: 9210}, "[1216000,600000]", [2]float64{}, true},
		{crs.Reference{SRID: 4326}, "[181,11]", [2]float64{}, true},
	} {
		cfg := config(c)
		cfg.From = test.from
		got, err := receive.Create(cfg, []byte(`{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":`+test.coordinates+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if test.fault {
			if len(got.Faults) != 1 || got.Faults[0].Name != "/geometry" || !strings.Contains(got.Faults[0].Reason, "outside") {
				t.Errorf("%+v %s: %+v", test.from, test.coordinates, got.Faults)
			}
			continue
		}
		shape, err := ewkb.Unmarshal(got.Edits[0].Geometry.EWKB)
		if err != nil || len(got.Faults) > 0 {
			t.Fatalf("%+v, %v", got.Faults, err)
		}
		if at := shape.FlatCoords(); math.Abs(at[0]-test.want[0]) > 1e-6 || math.Abs(at[1]-test.want[1]) > 1e-6 {
			t.Errorf("%+v: %v", test.from, at)
		}
	}
}

// Every fault is told at once, with its place.
func TestFaults(t *testing.T) {
	t.Parallel()
	keyed := func(change func(*spatial.Collection)) *spatial.Collection {
		c := collection()
		c.Required = nil
		change(c)
		return c
	}
	plain := keyed(func(*spatial.Collection) {})
	texts := keyed(func(c *spatial.Collection) { c.IDField, c.IDKind = "name", spatial.IDText })
	points := keyed(func(c *spatial.Collection) { c.GeometryType = spatial.GeometryPoint })
	heights := keyed(func(c *spatial.Collection) { c.GeometryType, c.Dimensions = spatial.GeometryPoint, spatial.XYZ })
	none := keyed(func(c *spatial.Collection) { c.GeometryType = spatial.GeometryNone })
	feature := func(properties, geometry string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
	}
	for _, test := range []struct {
		name string
		c    *spatial.Collection
		body string
		want []string
	}{
		{"all at once", collection(), feature(`{"name":1,"số tờ":1.5,"area":"x","open":1,"built":"2026-02-30","seen":"now","info":"\u0000","use":"XYZ","no/ne":1}`, "null"),
			[]string{"/properties/area", "/properties/built", "/properties/info", "/properties/name", "/properties/no~1ne", "/properties/open", "/properties/seen", "/properties/số tờ", "/properties/use", "/geometry"}},
		{"required", collection(), feature(`{"name":null}`, square), []string{"/properties/name", "/properties/area"}},
		{"no feature", plain, `{"type":"Point"}`, []string{"/type"}},
		{"members that mean more", plain, `{"type":"Feature","properties":[],"crs":{"name":"EPSG:3857"},"coordRefSys":"x","place":{"type":"Point"},"geometry":null}`,
			[]string{"/crs", "/coordRefSys", "/properties", "/place"}},
		{"batch", plain, `{"type":"FeatureCollection","features":[` + feature("{}", square) + `,7,` + feature(`{"area":"x"}`, `{"type":"Point","coordinates":[106,11]}`) + `]}`,
			[]string{"/features/1", "/features/2/properties/area", "/features/2/geometry"}},
		{"empty batch", plain, `{"type":"FeatureCollection","features":[]}`, []string{"/features"}},
		{"no batch", plain, `{"type":"FeatureCollection"}`, []string{"/features"}},
		{"an id that is needed", texts, feature(`{}`, square), []string{"/properties/name"}},
		{"type", points, feature(`{}`, square), []string{"/geometry"}},
		{"heights", points, feature(`{}`, `{"type":"Point","coordinates":[106,11,3]}`), []string{"/geometry"}},
		{"no heights", heights, feature(`{}`, `{"type":"Point","coordinates":[106,11]}`), []string{"/geometry"}},
		{"with heights", heights, feature(`{}`, `{"type":"Point","coordinates":[106,11,3]}`), nil},
		{"no geometry at all", none, feature(`{}`, square), []string{"/geometry"}},
		{"empty", plain, feature(`{}`, `{"type":"Polygon","coordinates":[]}`), []string{"/geometry"}},
		{"nested wrongly", plain, feature(`{}`, `{"type":"Polygon","coordinates":[106,11]}`), []string{"/geometry"}},
		{"open ring", plain, feature(`{}`, `{"type":"Polygon","coordinates":[[[106,11],[106.1,11],[106.1,11.1],[106,11.1]]]}`), []string{"/geometry"}},
		{"short ring", plain, feature(`{}`, `{"type":"Polygon","coordinates":[[[106,11],[106.1,11],[106,11]]]}`), []string{"/geometry"}},
		{"a number that is none", plain, feature(`{"area":1e999}`, square), []string{"/properties/area"}},
		{"a whole number out of range", plain, feature(`{"số tờ":9223372036854775808}`, square), []string{"/properties/số tờ"}},
		{"U+0000", plain, feature(`{"name":"a\u0000"}`, square), []string{"/properties/name"}},
	} {
		got, err := receive.Create(config(test.c), []byte(test.body))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		var names []string
		for _, f := range got.Faults {
			names = append(names, f.Name)
			if f.Reason == "" {
				t.Errorf("%s: %s has no reason", test.name, f.Name)
			}
		}
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	for _, body := range []string{"", "[]", "null", "{", "{}{}", "\"\xff\"", "7"} {
		if _, err := receive.Create(config(plain), []byte(body)); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%q: %v", body, err)
		}
	}
	lenient := config(plain)
	lenient.Lenient = true
	if got, err := receive.Create(lenient, []byte(feature(`{"unknown":1,"area":"x"}`, square))); err != nil || len(got.Faults) != 1 {
		t.Errorf("lenient: %+v, %v", got, err)
	}
}

func TestReplaceKeepsTheID(t *testing.T) {
	t.Parallel()
	c := collection()
	c.Required, c.IDField = nil, "số tờ"
	for body, faults := range map[string]int{`{}`: 0, `{"số tờ":12}`: 0, `{"số tờ":13}`: 1} {
		got, err := receive.Replace(config(c), []byte(`{"type":"Feature","id":"99","properties":`+body+`,"geometry":null}`), "12")
		if err != nil || len(got.Faults) != faults {
			t.Fatalf("%s: %+v, %v", body, got, err)
		}
		if _, set := got.Edits[0].Properties[1]; body == `{}` && set {
			t.Error("the id's property is taken away")
		}
		if value, set := got.Edits[0].Properties[0]; !set || value != nil {
			t.Error("what a replacement does not name is not taken away")
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	c := collection()
	patch, err := receive.Merge(config(c), []byte(`{"id":5,"properties":{"area":7,"open":null,"info":{"a":null,"c":{"d":1}}}}`), "5")
	if err != nil || len(patch.Faults) > 0 || patch.Edits[0].SetsGeometry {
		t.Fatalf("%+v, %v", patch, err)
	}
	before := &spatial.Feature{Properties: []any{"x", nil, 1.0, true, nil, nil, json.RawMessage(`{"a":1,"b":2}`), nil}}
	edit, err := patch.Onto(before)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int]any{2: 7.0, 3: nil, 6: json.RawMessage(`{"b":2,"c":{"d":1}}`)}, edit.Properties); diff != "" {
		t.Error(diff)
	}
	for body, want := range map[string][]string{
		`{"id":"6"}`: {"/id"}, `{"name":"x"}`: {"/name"}, `{"properties":{"name":null}}`: {"/properties/name"},
		`{"properties":null}`: {"/properties/name", "/properties/area"}, `{"geometry":null}`: {"/geometry"}, `{"type":"Point"}`: {"/type"},
		`{"properties":[]}`: {"/properties"}, `{"properties":{"use":"x","open":"no"}}`: {"/properties/open", "/properties/use"}, `{}`: nil,
	} {
		got, err := receive.Merge(config(c), []byte(body), "5")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range got.Faults {
			names = append(names, f.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

// The examples of RFC 7396 Appendix A that a property of type JSON can have.
func TestMergePatchExamples(t *testing.T) {
	t.Parallel()
	c := collection()
	for _, test := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`}, {`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`}, {`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`}, {`["a","b"]`, `["c","d"]`, `["c","d"]`}, {`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`}, {`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`}, {`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`}, {`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		patch, err := receive.Merge(config(c), []byte(`{"properties":{"info":`+test[1]+`}}`), "5")
		if err != nil || len(patch.Faults) > 0 {
			t.Fatalf("%+v, %v", patch, err)
		}
		edit, err := patch.Onto(&spatial.Feature{Properties: []any{nil, nil, nil, nil, nil, nil, json.RawMessage(test[0]), nil}})
		if got, ok := edit.Properties[6].(json.RawMessage); err != nil || !ok || string(got) != test[2] {
			t.Errorf("%s onto %s: %s, %v", test[1], test[0], got, err)
		}
	}
}

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"type":"Feature","properties":{"name":"a","area":1},"geometry":` + square + `}`,
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[]}}]}`,
		`{"geometry":{"type":"MultiPolygon","coordinates":[[[[106,11],[106,11],[106,11],[106,11]]]]},"properties":{"info":{"a":[1e5]}}}`,
	} {
		f.Add([]byte(seed))
	}
	c := collection()
	f.Fuzz(func(t *testing.T, body []byte) {
		created, err := receive.Create(config(c), body)
		if err == nil && len(created.Faults) == 0 && len(created.Edits) == 0 {
			t.Error("nothing was read and nothing is wrong")
		}
		if patch, err := receive.Merge(config(c), body, "1"); err == nil && len(patch.Faults) == 0 {
			if slices.Contains(body, 0) {
				t.Error("U+0000 is taken")
			}
			before := &spatial.Feature{Properties: make([]any, len(c.Fields))}
			if _, err := patch.Onto(before); err != nil {
				t.Error(err)
			}
		}
	})
}
