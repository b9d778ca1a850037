package label_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gisd/tiles/label"
)

func TestPolygon(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		xy      []float64
		ends    []int
		x, y, r float64
	}{
		{"square", []float64{0, 0, 10, 0, 10, 10, 0, 10}, []int{4}, 5, 5, 5},
		{"closed and turned", []float64{0, 0, 0, 10, 10, 10, 10, 0, 0, 0}, []int{5}, 5, 5, 5},
		{"bar", []float64{0, 0, 100, 0, 100, 2, 0, 2}, []int{4}, math.NaN(), 1, 1},
		{"L, whose centre of gravity lies near the corner", []float64{0, 0, 100, 0, 100, 10, 40, 10, 40, 40, 0, 40}, []int{6}, 20, 20, 20},
		{"C, whose centre lies outside", []float64{0, 0, 90, 0, 90, 20, 20, 20, 20, 70, 90, 70, 90, 100, 0, 100}, []int{8}, math.NaN(), math.NaN(), 15.2},
		{"a hole in the middle", []float64{0, 0, 30, 0, 30, 30, 0, 30, 14, 14, 14, 16, 16, 16, 16, 14}, []int{4, 8}, math.NaN(), math.NaN(), 8.2},
		{"far from the origin", []float64{600000, 1.2e6, 600010, 1.2e6, 600010, 1200010, 600000, 1200010}, []int{4}, 600005, 1200005, 5},
	} {
		var f label.Finder
		x, y, r, ok := f.Polygon(test.xy, test.ends)
		if !ok || math.Abs(r-test.r) > 0.05*test.r {
			t.Errorf("%s: radius %g (%v), want %g", test.name, r, ok, test.r)
		}
		if math.Abs(x-test.x) > 0.05*test.r || math.Abs(y-test.y) > 0.05*test.r {
			t.Errorf("%s: at %g %g, want %g %g", test.name, x, y, test.x, test.y)
		}
	}
}

func TestPolygonRefuses(t *testing.T) {
	t.Parallel()
	for _, xy := range [][]float64{
		{0, 0, 1, 0, 2, 0}, {0, 0, 0, 0, 0, 0}, {0, 0, math.NaN(), 1, 1, 1}, {0, 0, 1, 0, 1, math.Inf(1)}, {},
	} {
		var f label.Finder
		if x, y, r, ok := f.Polygon(xy, []int{len(xy) / 2}); ok {
			t.Errorf("%v has a label at %g %g, radius %g", xy, x, y, r)
		}
	}
	var f label.Finder
	if _, _, _, ok := f.Polygon(nil, nil); ok {
		t.Error("nothing has a label")
	}
}

// TestPolygonAgainstRaster looks for a better point on a raster, on random
// stars.
func TestPolygonAgainstRaster(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	var f label.Finder
	for range 200 {
		n := 3 + r.IntN(20)
		var xy []float64
		for i := range n {
			a, d := 2*math.Pi*float64(i)/float64(n), 20+80*r.Float64()
			xy = append(xy, d*math.Cos(a), d*math.Sin(a)*0.5)
		}
		_, _, radius, ok := f.Polygon(xy, []int{n})
		if !ok {
			t.Fatalf("no label in %v", xy)
		}
		best, side := 0.0, 0.0
		for x := -100.0; x <= 100; x += 2 {
			for y := -50.0; y <= 50; y += 2 {
				if d := distanceInside(xy, x, y); d > best {
					best = d
				}
			}
		}
		for i := 1; i < len(xy); i += 2 {
			side = max(side, math.Abs(xy[i]))
		}
		if radius < best-2*side/50 {
			t.Errorf("radius %g, the raster has %g: %v", radius, best, xy)
		}
	}
}

func distanceInside(xy []float64, x, y float64) float64 {
	in, least := false, math.Inf(1)
	n := len(xy) / 2
	for i := range n {
		j := (i + 1) % n
		ax, ay, bx, by := xy[2*i], xy[2*i+1], xy[2*j], xy[2*j+1]
		if (ay > y) != (by > y) && x < (bx-ax)*(y-ay)/(by-ay)+ax {
			in = !in
		}
		t := ((x-ax)*(bx-ax) + (y-ay)*(by-ay)) / ((bx-ax)*(bx-ax) + (by-ay)*(by-ay))
		t = min(max(t, 0), 1)
		least = min(least, math.Hypot(x-ax-t*(bx-ax), y-ay-t*(by-ay)))
	}
	if !in {
		return -least
	}
	return least
}

func TestLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		xy          []float64
		x, y, angle float64
		ok          bool
	}{
		{"straight", []float64{0, 0, 10, 10}, 5, 5, math.Pi / 4, true},
		{"backwards reads the same", []float64{10, 10, 0, 0}, 5, 5, math.Pi / 4, true},
		{"by length, not by vertices", []float64{0, 0, 1, 0, 2, 0, 3, 0, 3, 9}, 3, 3, math.Pi / 2, true},
		{"downwards", []float64{0, 9, 0, 0}, 0, 4.5, math.Pi / 2, true},
		{"repeated", []float64{0, 0, 0, 0, 4, 0, 4, 0}, 2, 0, 0, true},
		{"no length", []float64{1, 1, 1, 1}, 0, 0, 0, false},
		{"nothing", nil, 0, 0, 0, false},
		{"no number", []float64{0, 0, math.NaN(), 1}, 0, 0, 0, false},
	} {
		x, y, angle, ok := label.Line(test.xy)
		if ok != test.ok || math.Abs(x-test.x)+math.Abs(y-test.y)+math.Abs(angle-test.angle) > 1e-9 {
			t.Errorf("%s: %g %g %g %v", test.name, x, y, angle, ok)
		}
	}
}

func BenchmarkPolygon(b *testing.B) {
	// A parcel of nine corners.
	xy := []float64{0, 0, 8, 1, 16, 1.5, 17, 12, 18, 25, 12, 24, 5, 24.5, 2, 15, 1, 7}
	var f label.Finder
	b.ReportAllocs()
	for b.Loop() {
		f.Polygon(xy, []int{9})
	}
}
