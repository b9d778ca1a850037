package postgis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/planar"

	"gisd/tiles/mvt"
)

// star is a ring around a place with corners at random distances.
func star(rng *rand.Rand, x, y, least, most float64, corners int) orb.Ring {
	var ring orb.Ring
	for i := range corners {
		angle := 2 * math.Pi * float64(i) / float64(corners)
		r := least + rng.Float64()*(most-least)
		ring = append(ring, orb.Point{x + r*math.Cos(angle), y + r*math.Sin(angle)})
	}
	return append(ring, ring[0])
}

// TestRaster: where it is sure of a box, every point of the box is on that side of the
// area; small boxes away from the edge it is sure of.
func TestRaster(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(14, 1))
	square := orb.Polygon{{{600000, 1220000}, {601000, 1220000}, {601000, 1221000}, {600000, 1221000}, {600000, 1220000}}}
	areas := []orb.MultiPolygon{{square}}
	for range 12 {
		x, y := 600000+rng.Float64()*1000, 1220000+rng.Float64()*1000
		areas = append(areas, orb.MultiPolygon{
			{star(rng, x, y, 300, 500, 40), star(rng, x, y, 50, 200, 12)},
			{star(rng, x+1000, y, 100, 400, 7)},
		})
	}
	for i, area := range areas {
		ewkb, err := wkb.Marshal(area)
		if err != nil {
			t.Fatal(err)
		}
		var shape mvt.Shape
		xy, err := shape.Coordinates(ewkb)
		if err != nil {
			t.Fatal(err)
		}
		r := newRaster(xy, shape.Parts)
		sure, inside := 0, 0
		const boxes = 3000
		for range boxes {
			minX, minY := r.minX-100+rng.Float64()*(r.maxX-r.minX+200), r.minY-100+rng.Float64()*(r.maxY-r.minY+200)
			maxX, maxY := minX+rng.Float64()*20, minY+rng.Float64()*20
			if rng.IntN(20) == 0 {
				maxX, maxY = minX, minY
			}
			in, ok := r.tell(minX, minY, maxX, maxY)
			if !ok {
				continue
			}
			sure++
			for k := range 9 {
				p := orb.Point{minX + float64(k%3)/2*(maxX-minX), minY + float64(k/3)/2*(maxY-minY)}
				if planar.MultiPolygonContains(area, p) != in {
					t.Fatalf("area %d: the box from %v, %v to %v, %v is said to be inside: %v; %v is not", i, minX, minY, maxX, maxY, in, p)
				}
			}
			if in {
				inside++
			}
		}
		if sure < boxes/2 || inside < boxes/100 {
			t.Errorf("area %d: sure of %d of %d boxes, of %d that they are inside", i, sure, boxes, inside)
		}
	}
	if _, ok := newRaster(nil, nil).tell(0, 0, 1, 1); !ok {
		t.Error("an area of nothing may hold something")
	}
	if _, ok := newRaster([]float64{0, 0, 0, 5}, nil).tell(0, 1, 1, 2); ok {
		t.Error("sure of an area without width")
	}
	if _, ok := newRaster([]float64{0, 0, 5, 5}, nil).tell(math.NaN(), 1, 2, 2); ok {
		t.Error("sure of a box that is none")
	}
}
