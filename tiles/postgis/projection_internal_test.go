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
// comment in every kind of grid, for vertices on the tile and far outside it.
func TestProjectionIsWithinASixteenthOfAUnit(t *testing.T) {
	t.Parallel()
	extent := spatial.Envelope{SRID: 4326, MinX: 106.3, MinY: 10.8, MaxX: 107.1, MaxY: 11.6} // across 11.04° N
	for _, id := range []string{"WebMercatorQuad", "WorldCRS84Quad", "VN2000_9210Quad", "VN2000_3405Quad"} {
		set, err := tiles.MatrixSet(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, srid := range []spatial.SRID{9210, 3405, 32648, 4326, 4756, 3857} {
			if srid == set.SRID {
				continue // as it is
			}
			t.Run(id+"/"+srid.String(), func(t *testing.T) {
				t.Parallel()
				worst, n := 0.0, 0
				p, err := newPlan(&spatial.Collection{ID: "c", Table: "c", SRID: srid, Extent: extent}, set)
				if err != nil {
					t.Fatal(err)
				}
				if p.exact.Identity() {
					t.Skip("the coordinates are the same")
				}
				for z := uint32(4); z <= 22; z++ {
					w, k := worstOf(t, p, z)
					worst, n = max(worst, w), n+k
				}
				if worst > fitError*math.Sqrt2 || n < 1000 {
					t.Errorf("off by %g units in %d positions, want at most 1/16 along each axis", worst, n)
				}
			})
		}
	}
}

// worstOf is the largest error on tiles of a zoom, in units, and the number of
// positions looked at.
func worstOf(t *testing.T, p *plan, z uint32) (worst float64, n int) {
	t.Helper()
	fromLonLat, err := crs.NewTransform(4326, p.exact.From().SRID)
	if err != nil {
		t.Fatal(err)
	}
	toGrid, err := crs.NewTransform(4326, p.set.SRID)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(z), uint64(p.exact.From().SRID)))
	for range 20 {
		at := tileAt(t, p.set, toGrid, 106.3+rng.Float64()*0.8, 10.8+rng.Float64()*0.8, z)
		view, err := p.view(at)
		if err != nil || view.none {
			t.Fatalf("%v: %+v, %v", at, view, err)
		}
		for range 50 {
			x, y, ok := spread(rng, p.set, toGrid.Inverse(), at)
			if !ok || x < 100 || x > 112 || y < 5 || y > 17 {
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
	return worst, n
}

func tileAt(t *testing.T, set tiles.TileMatrixSet, toGrid *crs.Transform, lon, lat float64, z uint32) tiles.Coord {
	t.Helper()
	x, y, err := toGrid.Point(lon, lat)
	if err != nil {
		t.Fatal(err)
	}
	w := set.TileWidth(z)
	c := tiles.Coord{Z: z, X: uint32((x - set.MinX) / w), Y: uint32((set.MaxY - y) / w)}
	if !set.Has(c) {
		t.Fatalf("%v is no tile of %s", c, set.ID)
	}
	return c
}

// spread is a position up to two tiles around the tile, lon, lat degrees.
func spread(rng *rand.Rand, set tiles.TileMatrixSet, fromGrid *crs.Transform, at tiles.Coord) (lon, lat float64, ok bool) {
	w := set.TileWidth(at.Z)
	x, y := float64(at.X)+rng.Float64()*5-2, float64(at.Y)+rng.Float64()*5-2
	lon, lat, err := fromGrid.Point(set.MinX+x*w, set.MaxY-y*w)
	return lon, lat, err == nil
}

func ExampleSource() {
	p, err := newPlan(&spatial.Collection{ID: "parcel", Table: "parcel_v3", SRID: 9210, IDKind: spatial.IDText,
		Fields: []spatial.Field{{Name: "Loại đất", Column: "loai_dat", Type: spatial.FieldString}}}, tiles.WebMercatorQuad())
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
