package mvt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"
	"google.golang.org/protobuf/encoding/protowire"

	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// units is a grid whose coordinates are tile units themselves, y upwards from
// the bottom edge: (0 0) is the tile's lower left corner.
var units = mvt.Grid{MinX: 0, MaxY: 4096, Scale: 1, Buffer: 64}

func ewkbOf(t testing.TB, text string, order binary.ByteOrder) []byte {
	t.Helper()
	g, err := wkt.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	g, err = geom.SetSRID(g, 3857)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ewkb.Marshal(g, order)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGeometry(t *testing.T) {
	t.Parallel()
	// want is in tile units with y down, rings without their closing point.
	type rings = [][]mvttest.Position
	tests := []struct {
		name, wkt string
		typ       mvttest.GeomType
		want      rings
	}{
		{"point", "POINT(10 4086)", mvttest.Point, rings{{{10, 10}}}},
		{"point in the buffer", "POINT(-64 4160)", mvttest.Point, rings{{{-64, -64}}}},
		{"point outside", "POINT(-65 0)", 0, nil},
		{"point rounds halves up", "POINT(10.5 4085.5)", mvttest.Point, rings{{{11, 11}}}},
		{"point Z", "POINT Z(10 4086 99)", mvttest.Point, rings{{{10, 10}}}},
		{"points, one outside", "MULTIPOINT(1 4096, 5000 0, 2 4096)", mvttest.Point, rings{{{1, 0}}, {{2, 0}}}},
		{"empty point", "POINT EMPTY", 0, nil},
		{"line loses repeated and straight points", "LINESTRING(0 4096, 0.2 4096, 5 4096, 9 4096, 9 4090)", mvttest.LineString, rings{{{0, 0}, {9, 0}, {9, 6}}}},
		{"line that turns back", "LINESTRING(0 4096, 9 4096, 4 4096)", mvttest.LineString, rings{{{0, 0}, {9, 0}, {4, 0}}}},
		{"line crosses the tile", "LINESTRING M(-1000 2048 1, 9000 2048 2)", mvttest.LineString, rings{{{-64, 2048}, {4160, 2048}}}},
		{"line leaves and returns", "LINESTRING(4000 4000, 5000 4000, 5000 3000, 4000 3000)", mvttest.LineString,
			rings{{{4000, 96}, {4160, 96}}, {{4160, 1096}, {4000, 1096}}}},
		{"line outside", "LINESTRING(5000 0, 6000 50)", 0, nil},
		{"line past a corner", "LINESTRING(-200 4096, 0 4400)", 0, nil},
		{"line shrinks to a unit", "LINESTRING(10.1 4086, 10.2 4086)", mvttest.LineString, rings{{{10, 10}, {11, 10}}}},
		{"lines", "MULTILINESTRING((0 4096, 9 4096), (5000 0, 6000 0), (0 4090, 9 4090))", mvttest.LineString, rings{{{0, 0}, {9, 0}}, {{0, 6}, {9, 6}}}},
		{"polygon wound on screen", "POLYGON((0 4096, 0 4086, 10 4086, 10 4096, 0 4096))", mvttest.Polygon, rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		{"polygon wound the other way", "POLYGON((0 4096, 10 4096, 10 4086, 0 4086, 0 4096))", mvttest.Polygon, rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		{"polygon with a hole", "POLYGON((0 4096, 10 4096, 10 4086, 0 4086, 0 4096), (2 4094, 8 4094, 8 4088, 2 4088, 2 4094))", mvttest.Polygon,
			rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{2, 2}, {2, 8}, {8, 8}, {8, 2}}}},
		{"hole without area", "POLYGON((0 4096, 10 4096, 10 4086, 0 4086, 0 4096), (2 4094, 2.1 4094, 2.1 4093.9, 2 4094))", mvttest.Polygon,
			rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		{"spike and straight points", "POLYGON((0 4096, 5 4096, 10 4096, 20 4096, 10 4096, 10 4086, 0 4086, 0 4090, 0 4096))", mvttest.Polygon,
			rings{{{10, 0}, {10, 10}, {0, 10}, {0, 0}}}},
		{"polygon around the tile", "POLYGON((-9000 -9000, 9000 -9000, 9000 9000, -9000 9000, -9000 -9000))", mvttest.Polygon,
			rings{{{-64, 4160}, {-64, -64}, {4160, -64}, {4160, 4160}}}},
		{"polygon beside the tile", "POLYGON((5000 0, 6000 0, 6000 50, 5000 0))", 0, nil},
		{"polygon in one cell", "POLYGON((10.1 4086, 10.2 4086, 10.2 4086.1, 10.1 4086))", mvttest.Polygon, rings{{{10, 10}, {11, 10}, {11, 11}, {10, 11}}}},
		{"polygon thinner than a cell", "POLYGON((10 4086, 30 4086, 30 4086.2, 10 4086.2, 10 4086))", mvttest.Polygon, rings{{{10, 10}, {30, 10}, {30, 11}, {10, 11}}}},
		{"only the polygons with area of a multipolygon", "MULTIPOLYGON(((0 4096, 10 4096, 10 4086, 0 4086, 0 4096)), ((50 4000, 50.1 4000, 50.1 4000.1, 50 4000)))",
			mvttest.Polygon, rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}}},
		{"holes of a lost polygon", "MULTIPOLYGON(((5000 0, 5010 0, 5010 10, 5000 0), (0 0, 1 0, 1 1, 0 0)))", 0, nil},
		{"far beyond the world", "POLYGON((-1e300 -1e300, 1e300 -1e300, 1e300 1e300, -1e300 1e300, -1e300 -1e300))", mvttest.Polygon,
			rings{{{-64, 4160}, {-64, -64}, {4160, -64}, {4160, 4160}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, order := range []binary.ByteOrder{ewkb.NDR, ewkb.XDR} {
				e := mvt.NewEncoder()
				if err := e.BeginLayer("l", units, nil); err != nil {
					t.Fatal(err)
				}
				ok, err := e.Geometry(ewkbOf(t, tt.wkt, order))
				if err != nil || ok != (tt.want != nil) {
					t.Fatalf("Geometry = %v, %v; want %v", ok, err, tt.want != nil)
				}
				if !ok {
					continue
				}
				e.EndFeature(1)
				e.EndLayer()
				layers, err := check(e.Tile(), 64)
				if err != nil {
					t.Fatal(err)
				}
				got := layers["l"][0]
				if got.Type != tt.typ {
					t.Errorf("type %v, want %v", got.Type, tt.typ)
				}
				if d := cmp.Diff(canonical(tt.typ, tt.want), canonical(got.Type, got.Parts)); d != "" {
					t.Errorf("positions (-want +got):\n%s", d)
				}
			}
		})
	}
}

// canonical turns each ring to start at its smallest position: where a ring
// starts says nothing.
func canonical(typ mvttest.GeomType, parts [][]mvttest.Position) (out [][]mvttest.Position) {
	if typ != mvttest.Polygon {
		return parts
	}
	for _, ring := range parts {
		start := 0
		for i, p := range ring {
			if slices.Compare(p[:], ring[start][:]) < 0 {
				start = i
			}
		}
		out = append(out, slices.Concat(ring[start:], ring[:start]))
	}
	return out
}

func TestCollectionGivesOneFeatureADimension(t *testing.T) {
	t.Parallel()
	e := mvt.NewEncoder()
	if err := e.BeginLayer("l", units, []string{"k"}); err != nil {
		t.Fatal(err)
	}
	ok, err := e.Geometry(ewkbOf(t, "GEOMETRYCOLLECTION(POLYGON((0 0, 9 0, 9 9, 0 0)), POINT(5 5), LINESTRING(0 0, 5 0), GEOMETRYCOLLECTION(POINT(6 6)))", ewkb.NDR))
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	e.Integer(0, -7)
	e.EndFeature(3)
	e.EndLayer()
	layers, err := check(e.Tile(), 64)
	if err != nil {
		t.Fatal(err)
	}
	fs := layers["l"]
	if len(fs) != 3 || len(fs[0].Parts) != 2 {
		t.Fatalf("%d features, want a point feature of two, a line and a polygon", len(fs))
	}
	for _, f := range fs {
		if f.ID != 3 || f.Properties["k"] != int64(-7) {
			t.Errorf("feature %+v", f)
		}
	}
}

func TestPropertiesAndLayers(t *testing.T) {
	t.Parallel()
	point := ewkbOf(t, "POINT(1 1)", ewkb.NDR)
	e := mvt.NewEncoder()
	write := func() []byte {
		e.Reset()
		for _, name := range []string{"a", "empty", "b"} {
			if err := e.BeginLayer(name, units, []string{"never", "text", "int", "num", "yes"}); err != nil {
				t.Fatal(err)
			}
			for i := range 300 {
				if ok, err := e.Geometry(point); name == "empty" || !ok || err != nil {
					break
				}
				if err := e.String(1, []byte{'A' + byte(i%3)}); err != nil {
					t.Fatal(err)
				}
				e.Integer(2, int64(i))
				e.Double(3, 0.5)
				e.Bool(4, i%2 == 0)
				e.EndFeature(uint64(i))
			}
			e.EndLayer()
		}
		return e.Tile()
	}
	tile := write()
	if !bytes.Equal(tile, write()) {
		t.Error("the same calls gave other bytes")
	}
	layers, err := check(tile, 64)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 2 {
		t.Fatalf("%d layers, want 2: a layer without features is left out", len(layers))
	}
	want := map[string]any{"text": "C", "int": uint64(299), "num": 0.5, "yes": false}
	if d := cmp.Diff(want, layers["b"][299].Properties); d != "" {
		t.Errorf("tags (-want +got):\n%s", d)
	}
	counts := [16]int{}
	layer, _ := protowire.ConsumeBytes(tile[1:])
	for len(layer) > 0 {
		number, _, n := protowire.ConsumeField(layer)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		counts[number]++
		layer = layer[n:]
	}
	if counts[3] != 4 || counts[4] != 3+300+1+2 {
		t.Errorf("%d keys and %d values; want 4 and 306, each once", counts[3], counts[4])
	}
}

func TestSmallFeaturesShareTheirCell(t *testing.T) {
	t.Parallel()
	e := mvt.NewEncoder()
	g := units
	g.Cell = 4
	if err := e.BeginLayer("l", g, nil); err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for _, shape := range []struct{ name, wkt string }{
		{"first", "POLYGON((9 4085, 11 4085, 11 4087, 9 4085))"},
		{"second in the cell", "POLYGON((8 4086, 10 4086, 10 4088, 8 4086))"},
		{"line in the cell", "LINESTRING(8 4086, 10 4086)"},
		{"next cell", "POLYGON((12 4085, 14 4085, 14 4087, 12 4085))"},
		{"larger than a cell", "POLYGON((8 4084, 13 4084, 13 4087, 8 4084))"},
		{"corner of the buffer", "POLYGON((4160 -64, 4160.2 -64, 4160 -64.2, 4160 -64))"},
		{"point in the cell", "POINT(9 4086)"},
	} {
		ok, err := e.Geometry(ewkbOf(t, shape.wkt, ewkb.NDR))
		if err != nil {
			t.Fatal(err)
		}
		if kept[shape.name] = ok; ok {
			e.EndFeature(1)
		}
	}
	want := map[string]bool{"first": true, "second in the cell": false, "line in the cell": false, "next cell": true,
		"larger than a cell": true, "corner of the buffer": true, "point in the cell": true}
	if d := cmp.Diff(want, kept); d != "" {
		t.Errorf("drawn (-want +got):\n%s", d)
	}
	e.EndLayer()
	layers, err := check(e.Tile(), 64)
	if err != nil {
		t.Fatal(err)
	}
	square := [][]mvttest.Position{{{8, 8}, {8, 12}, {12, 12}, {12, 8}}}
	slices.Reverse(square[0][1:])
	if d := cmp.Diff(square, layers["l"][0].Parts); d != "" {
		t.Errorf("the cell (-want +got):\n%s", d)
	}
	if err := e.BeginLayer("l", mvt.Grid{Scale: 1, Buffer: 10, Cell: 4}, nil); err == nil {
		t.Error("cells that do not divide the buffer were taken")
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	deep := bytes.Repeat([]byte{1, 7, 0, 0, 0, 1, 0, 0, 0}, 200)
	tests := []struct {
		name string
		b    []byte
	}{
		{"nothing", nil},
		{"byte order", []byte{2, 1, 0, 0, 0}},
		{"curve", []byte{1, 8, 0, 0, 0, 0, 0, 0, 0}},
		{"count beyond the bytes", []byte{1, 2, 0, 0, 0, 255, 255, 255, 255}},
		{"truncated", ewkbOf(t, "LINESTRING(0 0, 1 1)", ewkb.NDR)[:30]},
		{"trailing bytes", append(ewkbOf(t, "POINT(0 0)", ewkb.NDR), 0)},
		{"too deep", deep},
		{"not a number", append([]byte{1, 2, 0, 0, 0, 1, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 16)...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mvt.NewEncoder()
			if err := e.BeginLayer("l", units, nil); err != nil {
				t.Fatal(err)
			}
			if ok, err := e.Geometry(tt.b); ok || !errors.Is(err, mvt.ErrEWKB) {
				t.Errorf("Geometry = %v, %v; want ErrEWKB", ok, err)
			}
		})
	}
	e := mvt.NewEncoder()
	if err := e.BeginLayer("l", mvt.Grid{Scale: math.NaN()}, nil); err == nil || !strings.Contains(err.Error(), "scale") {
		t.Errorf("a grid without scale: %v", err)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	if id, hashed := mvt.IntegerID(1 << 40); id != 1<<40 || hashed {
		t.Errorf("IntegerID(2^40) = %d, %v", id, hashed)
	}
	for _, key := range []int64{-1, mvt.MaxID + 1} {
		if id, hashed := mvt.IntegerID(key); !hashed || id > mvt.MaxID {
			t.Errorf("IntegerID(%d) = %d, %v; want a hash within 53 bits", key, id, hashed)
		}
	}
	// A promise to every client that stored one: it never changes.
	if got := mvt.TextID([]byte("thửa-17")); got != mvt.TextID([]byte("thửa-17")) || got > mvt.MaxID {
		t.Errorf("TextID = %d", got)
	}
}
