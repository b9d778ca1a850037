package overview_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/overview"
)

// crossings are where the rings of each value pass a line of a tile, by the
// position along it; axis 0 is a line of one x.
func crossings(into map[any][]float64, f mvttest.Feature, axis, line int) {
	v := f.Properties["loai_dat"]
	for _, ring := range f.Parts {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			if a, b := int(p[axis])-line, int(q[axis])-line; (a < 0) != (b < 0) {
				into[v] = append(into[v], float64(p[1-axis])+float64(q[1-axis]-p[1-axis])*float64(a)/float64(a-b))
			}
		}
	}
}

// TestTilesMeet compares, at every zoom and step, the borders that two tiles show
// on the edge between them.
func TestTilesMeet(t *testing.T) {
	t.Parallel()
	town := newFields(t, 60)
	for _, budget := range []int{0, 12_000, 3000} {
		made := town.build(t, overview.Config{Value: "loai_dat", Budget: budget, MinZoom: 7, Workers: 2})
		for _, c := range made.choices {
			last, first := map[tiles.Coord][2]map[any][]float64{}, map[tiles.Coord][2]map[any][]float64{}
			made.each(t, uint32(c.Zoom), func(at tiles.Coord, f mvttest.Feature) {
				if _, ok := last[at]; !ok {
					last[at] = [2]map[any][]float64{{}, {}}
					first[at] = [2]map[any][]float64{{}, {}}
				}
				for axis := range 2 {
					crossings(last[at][axis], f, axis, tiles.Extent)
					crossings(first[at][axis], f, axis, 0)
				}
			})
			meet(t, c, last, first)
		}
	}
}

func meet(t *testing.T, c generalise.Choice, last, first map[tiles.Coord][2]map[any][]float64) {
	t.Helper()
	borders := 0
	for at, edges := range last {
		for axis, next := range []tiles.Coord{{Z: at.Z, X: at.X + 1, Y: at.Y}, {Z: at.Z, X: at.X, Y: at.Y + 1}} {
			others, ok := first[next]
			if !ok {
				continue
			}
			for v, a := range edges[axis] {
				b := others[axis][v]
				slices.Sort(a)
				slices.Sort(b)
				if borders += len(a); !cmp.Equal(a, b) {
					t.Errorf("%+v: %v of %v passes into %v at %v, there at %v", c, v, at, next, a, b)
				}
			}
		}
	}
	if borders == 0 && c.Zoom >= 9 { // below, all of the town is dust, which lies within tiles
		t.Errorf("%+v: nothing passes an edge", c)
	}
}
