package overview_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/overview"
)

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
	testdata.SkipUnderRace(t)
	for _, test := range []struct {
		name   string
		budget int
		town   func() *town
		step   generalise.Step // of zoom 11
		ids    int             // at most, below zoom 12; 0: any number
	}{
		{"alone", 0, func() *town { return newFields(t, 90) }, generalise.StepNone, 0},
		{"too small to be alone", 0, func() *town { return newTown(t, 160, false) }, generalise.StepNone, 2 * owners * 5},
		{"dissolved", 60_000, func() *town { return newFields(t, 90) }, generalise.StepDissolve, 2 * owners * 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			town := test.town()
			made := town.build(t, overview.Config{Value: "loai_dat", Budget: test.budget, Workers: 2})
			if len(made.choices) != 13 || made.choices[1].Step != test.step {
				t.Fatalf("%+v, want %v for zoom 11 of 13", made.choices, test.step)
			}
			for _, c := range made.choices {
				if c.Zoom >= 4 {
					covers(t, town, made, c, test.ids)
				}
			}
		})
	}
}

// covers compares the area of each use on a zoom's tiles with the source, and
// their size with the choice.
func covers(t *testing.T, town *town, made overviews, c generalise.Choice, mostIDs int) {
	t.Helper()
	areas, ids := map[any]float64{}, map[uint64]bool{}
	z := uint32(c.Zoom)
	largest := made.each(t, z, func(_ tiles.Coord, f mvttest.Feature) {
		ids[f.ID] = true
		for _, ring := range f.Parts {
			areas[f.Properties["loai_dat"]] += inside(ring)
		}
		if c.Step > generalise.StepNone && len(f.Properties) != 1 {
			t.Errorf("z%d: %v", z, f.Properties)
		}
	})
	scale := math.Exp2(2 * float64(26-12-z))
	for use, want := range town.areas {
		// Four cells meet in the middle of the town; a unit of each cannot be split.
		if got := areas[use]; math.Abs(got-want/scale) > 0.01*want/scale+4 {
			t.Errorf("z%d: %s covers %.0f, which was %.0f", z, use, got, want/scale)
		}
	}
	if mostIDs > 0 && z < 12 && len(ids) > mostIDs {
		t.Errorf("z%d: %d ids", z, len(ids))
	}
	if c.Over || largest > c.LargestBytes+64 {
		t.Errorf("%+v, the largest tile has %d bytes", c, largest)
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
		if c.LargestBytes > budget && !c.Over || c.Zoom == 11 && c.Tolerance <= 2 {
			t.Errorf("%+v", c)
		}
	}
}

func TestPointsCluster(t *testing.T) {
	t.Parallel()
	town := newTown(t, 50, true)
	made := town.build(t, overview.Config{Value: "loai_dat"})
	for _, z := range []uint32{0, 5, 8, 10} {
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
