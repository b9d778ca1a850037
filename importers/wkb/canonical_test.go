package wkb_test

import (
	"bytes"
	"math"
	"testing"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// shape writes nested slices of positions as EWKB: rings for a polygon.
func shapePolygon(d spatial.Dimensions, rings ...[]float64) []byte {
	b := wkb.AppendCount(wkb.AppendHeader(nil, wkb.Polygon, d), len(rings))
	for _, r := range rings {
		b = wkb.AppendCount(b, len(r)/wkb.Stride(d))
		for _, v := range r {
			b = wkb.AppendFloat(b, v)
		}
	}
	return b
}

func shapeMulti(kind uint32, parts ...[]byte) []byte {
	b := wkb.AppendCount(wkb.AppendHeader(nil, kind, spatial.XY), len(parts))
	return append(b, bytes.Join(parts, nil)...)
}

func shapeLine(ordinates ...float64) []byte {
	b := wkb.AppendCount(wkb.AppendHeader(nil, wkb.LineString, spatial.XY), len(ordinates)/2)
	for _, v := range ordinates {
		b = wkb.AppendFloat(b, v)
	}
	return b
}

func TestAppendCanonical(t *testing.T) {
	t.Parallel()
	square := []float64{0, 0, 9, 0, 9, 9, 0, 9, 0, 0}
	turned := []float64{9, 9, 0, 9, 0, 0, 9, 0, 9, 9}
	reversed := []float64{9, 0, 0, 0, 0, 9, 9, 9, 9, 0}
	hole, hole2 := []float64{1, 1, 2, 1, 2, 2, 1, 1}, []float64{3, 3, 4, 3, 4, 4, 3, 3}
	holeBack := []float64{2, 2, 2, 1, 1, 1, 2, 2}
	// A ring that passes its least position twice, from both of them.
	eight := []float64{0, 0, 1, 2, 2, 1, 0, 0, -1, -2, -2, -1, 0, 0}
	eightLater := []float64{0, 0, -1, -2, -2, -1, 0, 0, 1, 2, 2, 1, 0, 0}
	zero := math.Copysign(0, -1)
	far := []float64{20, 20, 21, 20, 21, 21, 20, 20}
	for _, tt := range []struct {
		name string
		a, b []byte
		same bool
	}{
		{"the same", shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, square), true},
		{"another start", shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, turned), true},
		{"another direction", shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, reversed), true},
		{"holes in another order", shapePolygon(spatial.XY, square, hole, hole2), shapePolygon(spatial.XY, turned, hole2, holeBack), true},
		{"a hole less", shapePolygon(spatial.XY, square, hole, hole2), shapePolygon(spatial.XY, square, hole), false},
		{"hole and shell exchanged", shapePolygon(spatial.XY, square, hole), shapePolygon(spatial.XY, hole, square), false},
		{"a least position twice", shapePolygon(spatial.XY, eight), shapePolygon(spatial.XY, eightLater), true},
		{"minus zero", shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, []float64{zero, 0, 9, zero, 9, 9, 0, 9, 0, zero}), true},
		{"a millimetre", shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, []float64{0, 0, 9, 0, 9, 9.001, 0, 9, 0, 0}), false},
		{"one part of a multi-geometry", shapePolygon(spatial.XY, square), shapeMulti(wkb.MultiPolygon, shapePolygon(spatial.XY, turned)), true},
		{"parts in another order",
			shapeMulti(wkb.MultiPolygon, shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, far)),
			shapeMulti(wkb.MultiPolygon, shapePolygon(spatial.XY, far), shapePolygon(spatial.XY, reversed)), true},
		{"two parts or one with a hole",
			shapeMulti(wkb.MultiPolygon, shapePolygon(spatial.XY, square), shapePolygon(spatial.XY, hole)),
			shapePolygon(spatial.XY, square, hole), false},
		{"a line the other way", shapeLine(0, 0, 1, 1), shapeLine(1, 1, 0, 0), false},
		{"lines in another order",
			shapeMulti(wkb.MultiLineString, shapeLine(0, 0, 1, 1), shapeLine(5, 5, 6, 6)),
			shapeMulti(wkb.MultiLineString, shapeLine(5, 5, 6, 6), shapeLine(0, 0, 1, 1)), true},
		{"a line and its ring", shapeLine(square...), shapePolygon(spatial.XY, square), false},
		{"heights count", shapePolygon(spatial.XYZ, []float64{0, 0, 1, 9, 0, 1, 9, 9, 1, 0, 0, 1}),
			shapePolygon(spatial.XYZ, []float64{0, 0, 2, 9, 0, 1, 9, 9, 1, 0, 0, 2}), false},
	} {
		dims := spatial.XY
		if tt.name == "heights count" {
			dims = spatial.XYZ
		}
		a, err := wkb.AppendCanonical(nil, tt.a, dims)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		before := bytes.Clone(tt.b)
		b, err := wkb.AppendCanonical(nil, tt.b, dims)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if bytes.Equal(a, b) != tt.same {
			t.Errorf("%s: same %v, want %v", tt.name, !tt.same, tt.same)
		}
		if !bytes.Equal(before, tt.b) {
			t.Errorf("%s: the input was changed", tt.name)
		}
	}
}

// A ring of one position a thousand times over takes no time of note: the
// search for the start is linear.
func TestAppendCanonicalIsLinear(t *testing.T) {
	t.Parallel()
	b := wkb.AppendCount(wkb.AppendCount(wkb.AppendHeader(nil, wkb.Polygon, spatial.XY), 1), 1_000_000)
	b = append(b, make([]byte, 16_000_000)...)
	b[len(b)-16*500_000] = 1
	if _, err := wkb.AppendCanonical(nil, b, spatial.XY); err != nil {
		t.Fatal(err)
	}
	if _, err := wkb.AppendCanonical(nil, b[:40], spatial.XY); err == nil {
		t.Error("a cut geometry was accepted")
	}
}

func FuzzAppendCanonical(f *testing.F) {
	f.Add(shapePolygon(spatial.XY, []float64{0, 0, 1, 0, 1, 1, 0, 0}))
	f.Add(shapeMulti(wkb.GeometryCollection, shapeLine(0, 0, 1, 1), shapeMulti(wkb.MultiPoint)))
	f.Fuzz(func(t *testing.T, g []byte) {
		var in wkb.Info
		bad := wkb.Inspect(g, spatial.XY, &in)
		_, err := wkb.AppendCanonical(nil, g, spatial.XY)
		if (bad == nil) != (err == nil) {
			t.Errorf("Inspect says %v, AppendCanonical %v", bad, err)
		}
	})
}
