package cell_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt/mvttest"
)

// crossings is where the outline of each feature crosses a line across the tile,
// in tile units along it: x = at, or y = at for the other axis. What touches it
// or crosses there and back in one place does not count.
func crossings(tb testing.TB, tile []byte, axis int, at int64) map[uint64][]float64 {
	tb.Helper()
	layers, err := mvttest.Check(tile)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[uint64][]float64{}
	for _, l := range layers {
		for _, f := range l.Features {
			odd := map[float64]bool{}
			for _, part := range f.Parts {
				for i, q := range part {
					if i == 0 && f.Type != mvttest.Polygon {
						continue
					}
					p := part[(i+len(part)-1)%len(part)]
					if (p[axis] <= at) == (q[axis] <= at) {
						continue
					}
					along := float64(p[1-axis]) + float64((q[1-axis]-p[1-axis])*(at-p[axis]))/float64(q[axis]-p[axis])
					if along > 0 && along < tiles.Extent {
						odd[along] = !odd[along]
					}
				}
			}
			for v, is := range odd {
				if is {
					out[f.ID] = append(out[f.ID], v)
				}
			}
			slices.Sort(out[f.ID])
		}
	}
	return out
}

// TestTilesMeet compares outlines on the edge between neighbouring tiles: both
// draw them across it in the very same places.
func TestTilesMeet(t *testing.T) {
	t.Parallel()
	band := cell.Band{First: 14, Last: 18}
	at := tiles.Coord{Z: 14, X: 13000, Y: 7700}
	random := randomShapes(rand.New(rand.NewPCG(21, 1)), band, at, 400)
	random.rows = append(random.rows, randomPolygons(rand.New(rand.NewPCG(21, 2)), at, 200).rows...)
	for i := range random.rows {
		random.rows[i].meta.ID = uint64(i)
	}
	parcels := realParcels(t)
	place := middle(t, parcels, band)
	parcels = nearby(t, parcels, band, place)
	for _, tt := range []struct {
		name string
		s    *source
		at   tiles.Coord
		want int
	}{{"random", random, at, 1000}, {"parcels", parcels, place, 1000}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(22, 1))
			seen := 0
			for z := band.First + 1; z <= band.Last; z++ {
				for range 8 {
					d := z - band.First
					a := tiles.Coord{Z: z, X: tt.at.X<<d + rng.Uint32N(1<<d), Y: tt.at.Y<<d + rng.Uint32N(1<<d)}
					for axis, b := range []tiles.Coord{{Z: z, X: a.X + 1, Y: a.Y}, {Z: z, X: a.X, Y: a.Y + 1}} {
						here := crossings(t, direct(t, tt.s, band, a, 1), axis, tiles.Extent)
						there := crossings(t, direct(t, tt.s, band, b, 1), axis, 0)
						if diff := cmp.Diff(here, there); diff != "" {
							t.Errorf("%v and %v (-first +second):\n%s", a, b, diff)
						}
						for _, v := range here {
							seen += len(v)
						}
					}
				}
			}
			if seen < tt.want {
				t.Errorf("only %d crossings compared", seen)
			}
		})
	}
}
