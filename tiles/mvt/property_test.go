package mvt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/planar"

	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// star is a jagged ring of n vertices around a centre, concave nearly
// everywhere.
func star(rng *rand.Rand, x, y, radius float64, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(n)
		r := radius * (0.3 + 0.7*rng.Float64())
		ring = append(ring, orb.Point{x + r*math.Cos(a), y + r*math.Sin(a)})
	}
	return append(ring, ring[0])
}

// TestPiecesAddUp cuts jagged polygons with holes, and lines, into the tiles of
// a 5 by 5 block: areas and lengths of the pieces must add up to the whole.
// Snapping moves each vertex and each cut by up to one unit.
func TestPiecesAddUp(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		n := 5 + rng.IntN(200)
		x, y := 4096*(2+rng.Float64()), 4096*(2+rng.Float64())
		polygon := orb.Polygon{star(rng, x, y, 4096*2*rng.Float64()+100, n)}
		inner := math.Inf(1)
		for _, p := range polygon[0] {
			inner = min(inner, math.Hypot(p[0]-x, p[1]-y))
		}
		polygon = append(polygon, star(rng, x, y, inner*0.6, 3+rng.IntN(40)))
		line := orb.LineString(polygon[0])

		area, length, cuts := 0.0, 0.0, 0.0
		for column := range 5 {
			for row := range 5 {
				g := mvt.Grid{MinX: float64(column) * 4096, MaxY: float64(row+1) * 4096, Scale: 1}
				a, _ := measure(t, g, polygon)
				_, l := measure(t, g, line)
				area, length, cuts = area+a, length+l, cuts+8
			}
		}
		vertices := float64(len(polygon[0]) + len(polygon[1]))
		if want := planar.Area(polygon); math.Abs(area-want) > planar.Length(polygon)+vertices {
			t.Errorf("%v vertices: pieces of area %.0f, whole %.0f", vertices, area, want)
		}
		if want := planar.Length(line); math.Abs(length-want) > 3*(vertices+2*cuts) {
			t.Errorf("%v vertices: pieces of length %.0f, whole %.0f", vertices, length, want)
		}
	}
}

// measure encodes one geometry on its own and returns what the tile has of it.
func measure(t *testing.T, g mvt.Grid, geometry orb.Geometry) (area, length float64) {
	t.Helper()
	b, err := ewkb.Marshal(geometry, 3857)
	if err != nil {
		t.Fatal(err)
	}
	e := mvt.NewEncoder()
	if err := e.BeginLayer("l", g, nil); err != nil {
		t.Fatal(err)
	}
	ok, err := e.Geometry(b)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return 0, 0
	}
	e.EndFeature(1)
	e.EndLayer()
	layers, err := mvttest.Check(e.Tile())
	if err != nil {
		t.Fatal(err)
	}
	if err := mvttest.Within(layers, int64(g.Buffer)); err != nil {
		t.Fatal(err)
	}
	for _, part := range layers[0].Features[0].Parts {
		area += float64(mvttest.Area2(part)) / 2
		for i := 1; i < len(part); i++ {
			length += math.Hypot(float64(part[i][0]-part[i-1][0]), float64(part[i][1]-part[i-1][1]))
		}
	}
	return area, length
}
