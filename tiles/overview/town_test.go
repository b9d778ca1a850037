package overview_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/overview"
)

const owners = 2

// town is a square of parcels, a road after every tenth, as records of z13
// around the corner of four tiles of z9. Uses go by block and sometimes by
// chance.
type town struct {
	records map[tiles.Coord]cell.Record
	bytes   map[tiles.Coord][]byte // of the records
	cells   []tiles.Coord
	areas   map[string]float64 // by use, square positions of the z13 lattice
}

// plot is the side of a parcel in positions: about 22 m.
const plot = 37

func newTown(tb testing.TB, n int64, points bool) *town {
	tb.Helper()
	return newEditedTown(tb, n, points, func(_, _ int64, use string) (string, bool) { return use, true })
}

// newFields is a town of parcels of 90 m, which are more than a pixel at zoom 11.
func newFields(tb testing.TB, n int64) *town {
	tb.Helper()
	return newTownOf(tb, 4*plot, n, false, func(_, _ int64, use string) (string, bool) { return use, true })
}

// newEditedTown asks edit what the use of each parcel is, and whether it is there.
func newEditedTown(tb testing.TB, n int64, points bool, edit func(x, y int64, use string) (string, bool)) *town {
	tb.Helper()
	return newTownOf(tb, plot, n, points, edit)
}

// parcel is a square whose upper and lower edges are bent in the middle.
func parcel(x, y, side, upper, lower int64) mvt.Shape {
	s := mvt.Shape{Positions: []mvt.Position{{X: x, Y: y}, {X: x + side/2, Y: y + upper}, {X: x + side, Y: y},
		{X: x + side, Y: y + side}, {X: x + side/2, Y: y + side + lower}, {X: x, Y: y + side}}}
	s.Parts = []mvt.Part{{Kind: mvt.ExteriorPart, End: len(s.Positions)}}
	return s
}

func newTownOf(tb testing.TB, plot, n int64, points bool, edit func(x, y int64, use string) (string, bool)) *town {
	tb.Helper()
	band, _ := cell.BandOf(overview.BaseZoom)
	const corner = 12 << 4 // a column of z13 where cells of z9 meet
	middle := int64(corner) << (band.Bits() - overview.BaseZoom)
	t := &town{records: map[tiles.Coord]cell.Record{}, bytes: map[tiles.Coord][]byte{}, areas: map[string]float64{}}
	builders := map[tiles.Coord]*cell.Builder{}
	r, road := rand.New(rand.NewPCG(1, 1)), plot/3
	bend := plot / 6
	uses := []string{"ODT", "ONT", "CLN", "LUC", "BHK"}
	for y := range n {
		for x := range n {
			use := uses[(x/7+y/5)%int64(len(uses))]
			if r.IntN(10) == 0 {
				use = uses[r.IntN(len(uses))]
			}
			use, there := edit(x, y, use)
			if !there {
				continue
			}
			px, py := middle+(x-n/2)*plot+x/10*road, middle+(y-n/2)*plot+y/10*road
			s := parcel(px, py, plot, bend*((x+y)%3-1), bend*((x+y+1)%3-1))
			if points {
				s = mvt.Shape{Positions: s.Positions[:1], Parts: []mvt.Part{{Kind: mvt.PointPart, End: 1}}}
			}
			t.areas[use] += float64(plot*plot) + float64(plot*bend*((x+y+1)%3-(x+y)%3))/2
			lo, hi, _ := s.Bounds()
			from, to := band.Covering(lo, hi)
			for cy := from.Y; cy <= to.Y; cy++ {
				for cx := from.X; cx <= to.X; cx++ {
					at := tiles.Coord{Z: overview.BaseZoom, X: cx, Y: cy}
					b := builders[at]
					if b == nil {
						b = cell.NewBuilder()
						if err := b.Reset(band, at, []string{"so_thua", "loai_dat"}); err != nil {
							tb.Fatal(err)
						}
						builders[at] = b
						t.cells = append(t.cells, at)
					}
					if !b.Geometry(&s) {
						continue
					}
					b.Integer(0, y*n+x)
					if err := b.String(1, []byte(use)); err != nil {
						tb.Fatal(err)
					}
					b.EndFeature(cell.Meta{ID: uint64(y*n + x + 1), Owner: uint32(2 * x / n), Rank: overview.SizeOf(&s, band.Bits()).Rank(uint64(y*n + x + 1))})
				}
			}
		}
	}
	for at, b := range builders {
		record, err := b.Append(nil)
		if err != nil {
			tb.Fatal(err)
		}
		if record == nil {
			continue
		}
		t.bytes[at] = record
		if t.records[at], err = cell.Open(record); err != nil {
			tb.Fatal(err)
		}
	}
	return t
}

func (t *town) load(_ context.Context, at tiles.Coord) (cell.Record, error) {
	return t.records[at], nil
}
