// Package sourcetest holds what every tiles.Source must do. Positions are
// lon, lat degrees (SRID 4326, x first); how the source stores them is its own
// affair.
package sourcetest

import (
	"bytes"
	"context"
	"math"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/mvt/mvttest"
)

// Feature is one record that the source is to hold. Its name is the only
// property; WKT is in SRID 4326.
type Feature struct {
	ID   string // decimal digits
	WKT  string // "" is no geometry
	Name string // "" is null
}

// Features are what Run expects the source to hold.
func Features() []Feature {
	return []Feature{
		{"1", "POINT(106.65 10.98)", "Thủ Dầu Một"},
		{"2", "LINESTRING(106.60 10.98,106.70 10.98)", ""},
		{"3", "POLYGON((106.64 10.97,106.66 10.97,106.66 10.99,106.64 10.99,106.64 10.97))", "quảng trường"},
		{"4", "", "không có hình"},
		{"5", "POINT(106.99 11.40)", "far away"},
	}
}

// at is a tile of zoom 12 around the first features.
var at = tiles.Coord{Z: 12, X: 3261, Y: 1922}

// Run publishes Features as a public collection of the property "name" through
// publish and tests the source it returns.
func Run(t *testing.T, publish func(t *testing.T, features []Feature) (tiles.Source, *spatial.Collection)) {
	t.Helper()
	source, c := publish(t, Features())
	draw := func(ctx context.Context, at tiles.Coord) []byte {
		t.Helper()
		b, err := source.Layer(ctx, tiles.LayerRequest{Collection: c, Coord: at})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	t.Run("one layer named like the collection", func(t *testing.T) {
		features := decode(t, c.ID, draw(t.Context(), at))
		if len(features) != 3 {
			t.Errorf("%d features, want 1, 2 and 3", len(features))
		}
		if f := features[1]; f.Properties["name"] != "Thủ Dầu Một" || f.Type != mvttest.Point || !near(f.Parts[0][0], 106.65, 10.98) {
			t.Errorf("the point is %+v", f)
		}
		if f := features[2]; len(f.Properties) != 0 || f.Type != mvttest.LineString {
			t.Errorf("the line, whose name is null, is %+v", f)
		}
		if f := features[3]; f.Type != mvttest.Polygon || len(f.Parts) != 1 || len(f.Parts[0]) != 4 {
			t.Errorf("the square is %+v", f)
		}
	})
	t.Run("the same bytes again", func(t *testing.T) {
		if !bytes.Equal(draw(t.Context(), at), draw(t.Context(), at)) {
			t.Error("two drawings differ")
		}
	})
	t.Run("nothing elsewhere", func(t *testing.T) {
		for _, away := range []tiles.Coord{{Z: 12, X: 3262, Y: 1925}, {Z: 12, X: 0, Y: 0}, {Z: 24, X: 1<<24 - 1, Y: 1<<24 - 1}} {
			if b := draw(t.Context(), away); len(b) != 0 {
				t.Errorf("%d bytes at %v", len(b), away)
			}
		}
	})
	t.Run("what lies in the buffer", func(t *testing.T) {
		n := float64(uint64(1) << 18)
		x := (106.65 + 180) / 360 * n
		y := (1 - math.Asinh(math.Tan(10.98*math.Pi/180))/math.Pi) / 2 * n
		side := uint32(x) + 1
		if x-math.Floor(x) < 0.5 {
			side = uint32(x) - 1
		}
		units := math.Min(x-math.Floor(x), 1-(x-math.Floor(x))) * tiles.Extent
		_, drawn := decode(t, c.ID, draw(t.Context(), tiles.Coord{Z: 18, X: side, Y: uint32(y)}))[1]
		if want := units <= tiles.TileBuffer; drawn != want {
			t.Errorf("a point %.1f units outside is drawn: %v", units, drawn)
		}
	})
	t.Run("only the properties that are asked for", func(t *testing.T) {
		for want, names := range [][]string{{}, {"name"}} {
			b, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at, Query: &tiles.Query{Properties: names}})
			if err != nil {
				t.Fatal(err)
			}
			if f := decode(t, c.ID, b)[1]; len(f.Properties) != want {
				t.Errorf("of %q the point carries %v", names, f.Properties)
			}
		}
	})
	t.Run("not for whom it is hidden", func(t *testing.T) {
		hidden := *c
		hidden.Visibility = spatial.VisibilityInternal
		if _, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: &hidden, Coord: at}); spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("an anonymous caller got %v, want not_found", err)
		}
	})
	t.Run("stops with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := source.Layer(ctx, tiles.LayerRequest{Collection: c, Coord: at}); spatial.CodeOf(err) != spatial.CodeCanceled {
			t.Errorf("%v, want canceled", err)
		}
	})
}

func decode(t *testing.T, name string, tile []byte) map[uint64]mvttest.Feature {
	t.Helper()
	layers, err := mvttest.Check(tile)
	if err != nil {
		t.Fatal(err)
	}
	if err := mvttest.Within(layers, tiles.TileBuffer); err != nil {
		t.Error(err)
	}
	out := map[uint64]mvttest.Feature{}
	for _, l := range layers {
		if l.Name != name || l.Extent != tiles.Extent || l.Version != 2 || len(layers) != 1 {
			t.Errorf("layer %q of %d, extent %d, version %d", l.Name, len(layers), l.Extent, l.Version)
		}
		for _, f := range l.Features {
			out[f.ID] = f
		}
	}
	return out
}

// near reports whether the position is within a unit of lon, lat.
func near(p mvttest.Position, lon, lat float64) bool {
	n := float64(uint64(1) << at.Z)
	x := ((lon+180)/360*n - float64(at.X)) * tiles.Extent
	y := ((1-math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi)/2*n - float64(at.Y)) * tiles.Extent
	return math.Abs(float64(p[0])-x) <= 1 && math.Abs(float64(p[1])-y) <= 1
}
