package postgis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
)

// TestProjectionIsWithinASixteenthOfAUnit holds the promise of the package
// comment, for vertices on the tile and far outside it.
func TestProjectionIsWithinASixteenthOfAUnit(t *testing.T) {
	t.Parallel()
	extent := spatial.Envelope{SRID: 4326, MinX: 106.3, MinY: 10.8, MaxX: 107.1, MaxY: 11.6} // across 11.04° N
	for _, srid := range []spatial.SRID{9210, 3405, 32648, 4326, 4756} {
		t.Run(srid.String(), func(t *testing.T) {
			t.Parallel()
			p, err := newPlan(&spatial.Collection{ID: "c", Table: "c", SRID: srid, Extent: extent})
			if err != nil {
				t.Fatal(err)
			}
			fromLonLat, err := crs.NewTransform(4326, srid)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(3, uint64(srid)))
			worst, n := 0.0, 0
			for z := uint32(4); z <= 22; z++ {
				for range 20 {
					at := tileAt(106.3+rng.Float64()*0.8, 10.8+rng.Float64()*0.8, z)
					view, err := p.view(at)
					if err != nil || view.none {
						t.Fatalf("%v: %+v, %v", at, view, err)
					}
					for range 50 {
						x, y := spread(rng, at)
						if x < 100 || x > 112 || y < 5 || y > 17 {
							continue
						}
						x, y, err = fromLonLat.Point(x, y)
						if err != nil {
							t.Fatal(err)
						}
						wantX, wantY, err := p.exact.Point(x, y)
						if err != nil {
							t.Fatal(err)
						}
						xy := []float64{x, y}
						if err := view.grid.Project(xy); err != nil {
							t.Fatal(err)
						}
						worst = max(worst, math.Hypot(xy[0]-wantX, xy[1]-wantY)*view.grid.Scale)
						n++
					}
				}
			}
			if worst > fitError*math.Sqrt2 || n < 1000 {
				t.Errorf("off by %g units in %d positions, want at most 1/16 along each axis", worst, n)
			}
		})
	}
}

func tileAt(lon, lat float64, z uint32) tiles.Coord {
	n := float64(uint64(1) << z)
	return tiles.Coord{Z: z, X: uint32((lon + 180) / 360 * n), Y: uint32((1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * n)}
}

// spread is a position up to two tiles around the tile, lon, lat degrees.
func spread(rng *rand.Rand, at tiles.Coord) (lon, lat float64) {
	n := float64(uint64(1) << at.Z)
	x, y := float64(at.X)+rng.Float64()*5-2, float64(at.Y)+rng.Float64()*5-2
	return x/n*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*y/n))) * 180 / math.Pi
}

func ExampleSource() {
	p, err := newPlan(&spatial.Collection{ID: "parcel", Table: "parcel_v3", SRID: 9210, IDKind: spatial.IDText,
		Fields: []spatial.Field{{Name: "Loại đất", Column: "loai_dat", Type: spatial.FieldString}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.sql + byID)
	// Output:
	// select "geom", "id", "loai_dat"
	// from "data"."parcel_v3" t
	// where "geom" && st_makeenvelope($1, $2, $3, $4, 9210)
	// order by "id"
}
