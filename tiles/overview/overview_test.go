package overview_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/overview"
)

const owners = 2

// town is a square of parcels, a road after every tenth, as records of z12
// around the corner of four tiles of z9. Uses go by block and sometimes by
// chance.
type town struct {
	records map[tiles.Coord]cell.Record
	bytes   map[tiles.Coord][]byte // of the records
	cells   []tiles.Coord
	areas   map[string]float64 // by use, square positions of the z12 lattice
}

// plot is the side of a parcel in positions: about 22 m.
const plot = 37

func newTown(tb testing.TB, n int64, points bool) *town {
	tb.Helper()
	return newEditedTown(tb, n, points, func(_, _ int64, use string) (string, bool) { return use, true })
}

// newEditedTown asks edit what the use of each parcel is, and whether it is there.
func newEditedTown(tb testing.TB, n int64, points bool, edit func(x, y int64, use string) (string, bool)) *town {
	tb.Helper()
	band, _ := cell.BandOf(12)
	const corner = 12 << 3 // a column of z12 where cells of z9 meet
	middle := int64(corner) << (band.Bits() - 12)
	t := &town{records: map[tiles.Coord]cell.Record{}, bytes: map[tiles.Coord][]byte{}, areas: map[string]float64{}}
	builders := map[tiles.Coord]*cell.Builder{}
	r := rand.New(rand.NewPCG(1, 1))
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
			px, py := middle+(x-n/2)*plot+(x/10)*12, middle+(y-n/2)*plot+(y/10)*12
			s := mvt.Shape{
				Positions: []mvt.Position{{X: px, Y: py}, {X: px + plot, Y: py}, {X: px + plot, Y: py + plot}, {X: px, Y: py + plot}},
				Parts:     []mvt.Part{{Kind: mvt.ExteriorPart, End: 4}},
			}
			if points {
				s = mvt.Shape{Positions: s.Positions[:1], Parts: []mvt.Part{{Kind: mvt.PointPart, End: 1}}}
			}
			t.areas[use] += plot * plot
			lo, hi, _ := s.Bounds()
			from, to := band.Covering(lo, hi)
			for cy := from.Y; cy <= to.Y; cy++ {
				for cx := from.X; cx <= to.X; cx++ {
					at := tiles.Coord{Z: 12, X: cx, Y: cy}
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
					b.EndFeature(cell.Meta{ID: uint64(y*n + x + 1), Owner: uint32(2 * x / n)})
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

// overviews is what Build made.
type overviews struct {
	records map[tiles.Coord][]byte
	choices []generalise.Choice
}

func (t *town) build(tb testing.TB, c overview.Config) overviews {
	tb.Helper()
	out := overviews{records: map[tiles.Coord][]byte{}}
	var err error
	out.choices, err = overview.Build(tb.Context(), c, t.cells, t.load, func(band cell.Band, at tiles.Coord, features int, record []byte) error {
		if band.First != at.Z || features == 0 {
			tb.Errorf("cell %v of band %v has %d features", at, band, features)
		}
		out.records[at] = record
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// each decodes all tiles of a zoom.
func (o overviews) each(t *testing.T, z uint32, fn func(at tiles.Coord, f mvttest.Feature)) (largest int) {
	t.Helper()
	band, _ := cell.BandOf(z)
	cutter := cell.NewCutter()
	for at, b := range o.records {
		if at.Z != band.First {
			continue
		}
		r, err := cell.Open(b)
		if err != nil {
			t.Fatal(err)
		}
		d := z - at.Z
		for y := at.Y << d; y < (at.Y+1)<<d; y++ {
			for x := at.X << d; x < (at.X+1)<<d; x++ {
				cutter.Reset()
				c := tiles.Coord{Z: z, X: x, Y: y}
				if _, err := cutter.Cut(r, c, cell.Options{Layer: "parcels", Buffer: tiles.TileBuffer}); err != nil {
					t.Fatal(err)
				}
				tile := cutter.Tile()
				largest = max(largest, len(tile))
				layers, err := mvttest.Check(tile)
				if err != nil {
					t.Fatalf("tile %v: %v", c, err)
				}
				for _, l := range layers {
					for _, f := range l.Features {
						fn(c, f)
					}
				}
			}
		}
	}
	return largest
}

// inside is the signed area of a ring within the tile without its buffer.
func inside(ring []mvttest.Position) float64 {
	points := make([][2]float64, len(ring))
	for i, p := range ring {
		points[i] = [2]float64{float64(p[0]), float64(p[1])}
	}
	for side := range 4 {
		axis, at, sign := side%2, float64(side/2*tiles.Extent), float64(1-side/2*2)
		var out [][2]float64
		for i, p := range points {
			q := points[(i+1)%len(points)]
			pin, qin := sign*(p[axis]-at) >= 0, sign*(q[axis]-at) >= 0
			if pin {
				out = append(out, p)
			}
			if pin != qin {
				s := (at - p[axis]) / (q[axis] - p[axis])
				out = append(out, [2]float64{p[0] + s*(q[0]-p[0]), p[1] + s*(q[1]-p[1])})
			}
		}
		points = out
	}
	sum := 0.0
	for i, p := range points {
		q := points[(i+1)%len(points)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return sum / 2
}

func TestAreasStayAtEveryZoom(t *testing.T) {
	t.Parallel()
	town := newTown(t, 240, false)
	made := town.build(t, overview.Config{Value: "loai_dat", Workers: 2})
	if len(made.choices) != 12 {
		t.Fatalf("%d choices, want one for each zoom below 12", len(made.choices))
	}
	for z := uint32(4); z < 12; z++ {
		areas, ids := map[any]float64{}, map[uint64]bool{}
		largest := made.each(t, z, func(_ tiles.Coord, f mvttest.Feature) {
			ids[f.ID] = true
			for _, ring := range f.Parts {
				areas[f.Properties["loai_dat"]] += inside(ring)
			}
			if len(f.Properties) != 1 {
				t.Errorf("z%d: %v", z, f.Properties)
			}
		})
		scale := math.Exp2(2 * float64(26-12-z))
		for use, want := range town.areas {
			// A unit of the band's first zoom for each owner cannot be split.
			band, _ := cell.BandOf(z)
			unit := math.Exp2(2 * float64(z-band.First))
			if got := areas[use]; math.Abs(got-want/scale) > 0.01*want/scale+owners*unit {
				t.Errorf("z%d: %s covers %.0f, which was %.0f", z, use, got, want/scale)
			}
		}
		if len(ids) > 2*owners*len(town.areas) {
			t.Errorf("z%d: %d ids", z, len(ids))
		}
		for _, c := range made.choices {
			if c.Zoom == int(z) && (c.LargestBytes > generalise.DefaultBudget || c.Over || c.Step != generalise.StepDissolve || largest > c.LargestBytes+64) {
				t.Errorf("%+v, the largest tile has %d bytes", c, largest)
			}
		}
	}
}

func TestSameRecordsSameBytes(t *testing.T) {
	t.Parallel()
	town := newTown(t, 60, false)
	a := town.build(t, overview.Config{Value: "loai_dat", Workers: 1})
	for i, j := 0, len(town.cells)-1; i < j; i, j = i+1, j-1 {
		town.cells[i], town.cells[j] = town.cells[j], town.cells[i]
	}
	b := town.build(t, overview.Config{Value: "loai_dat", Workers: 3})
	if len(a.records) < 7 || len(a.records) != len(b.records) {
		t.Fatalf("%d and %d cells", len(a.records), len(b.records))
	}
	for at, record := range a.records {
		if !bytes.Equal(record, b.records[at]) {
			t.Errorf("cell %v differs", at)
		}
	}
}

func TestBudgetMakesTilesCoarser(t *testing.T) {
	t.Parallel()
	town := newTown(t, 120, false)
	budget := 4000
	made := town.build(t, overview.Config{Value: "loai_dat", Budget: budget, MinZoom: 8})
	if len(made.choices) != 5 {
		t.Fatalf("%+v", made.choices)
	}
	for _, c := range made.choices {
		if c.LargestBytes > budget && !c.Over || c.Zoom == 10 && c.Tolerance <= 2 {
			t.Errorf("%+v", c)
		}
	}
}

func TestPointsCluster(t *testing.T) {
	t.Parallel()
	town := newTown(t, 50, true)
	made := town.build(t, overview.Config{Value: "loai_dat"})
	for _, z := range []uint32{0, 5, 8, 10, 11} {
		var count int64
		features := 0
		made.each(t, z, func(_ tiles.Coord, f mvttest.Feature) {
			p := f.Parts[0][0]
			if p[0] < 0 || p[1] < 0 || p[0] >= tiles.Extent || p[1] >= tiles.Extent {
				return
			}
			features++
			switch n := f.Properties[overview.CountProperty].(type) {
			case uint64:
				count += int64(n)
			case int64:
				count += n
			case nil:
				count++
			}
		})
		if count != 50*50 || features >= 50*50/4 {
			t.Errorf("z%d: %d features stand for %d", z, features, count)
		}
	}
}

func TestBuildEndsWithItsErrors(t *testing.T) {
	t.Parallel()
	town, broken := newTown(t, 10, false), errors.New("broken")
	fine := func(cell.Band, tiles.Coord, int, []byte) error { return nil }
	if _, err := overview.Build(t.Context(), overview.Config{}, town.cells, func(context.Context, tiles.Coord) (cell.Record, error) {
		return cell.Record{}, broken
	}, fine); !errors.Is(err, broken) {
		t.Errorf("load: %v", err)
	}
	if _, err := overview.Build(t.Context(), overview.Config{}, town.cells, town.load, func(cell.Band, tiles.Coord, int, []byte) error {
		return broken
	}); !errors.Is(err, broken) {
		t.Errorf("emit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := overview.Build(ctx, overview.Config{}, town.cells, town.load, fine); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func BenchmarkBuild(b *testing.B) {
	town := newTown(b, 400, false)
	b.ReportAllocs()
	for b.Loop() {
		town.build(b, overview.Config{Value: "loai_dat"})
	}
	b.ReportMetric(float64(b.N)*400*400/b.Elapsed().Seconds(), "features/s")
}
