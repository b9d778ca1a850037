package cell_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

// commune is the cells of a commune's parcels, opened, and the rows of each.
type commune struct {
	cells map[tiles.Coord]cell.Record
	rows  map[tiles.Coord]*source
	full  []tiles.Coord // cells that lie inside the commune
	bytes int
	count int
}

func packed(tb testing.TB, s *source, band cell.Band) *commune {
	tb.Helper()
	c := &commune{cells: map[tiles.Coord]cell.Record{}, rows: map[tiles.Coord]*source{}}
	var shape mvt.Shape
	for _, r := range s.rows {
		if err := s.lattice(band).Read(&shape, r.ewkb); err != nil {
			tb.Fatal(err)
		}
		lo, hi, _ := shape.Bounds()
		from, to := band.Covering(lo, hi)
		for x := from.X; x <= to.X; x++ {
			for y := from.Y; y <= to.Y; y++ {
				at := tiles.Coord{Z: from.Z, X: x, Y: y}
				if c.rows[at] == nil {
					c.rows[at] = &source{project: s.project}
				}
				c.rows[at].rows = append(c.rows[at].rows, r)
			}
		}
	}
	most := 0
	for _, s := range c.rows {
		most = max(most, len(s.rows))
	}
	for at, s := range c.rows {
		record := build(tb, s, band, at)
		r, err := cell.Open(record)
		if err != nil {
			tb.Fatal(err)
		}
		c.cells[at], c.bytes, c.count = r, c.bytes+len(record), c.count+r.Len()
		if len(s.rows) > most/2 {
			c.full = append(c.full, at)
		}
	}
	return c
}

// BenchmarkCut draws tiles of a commune's parcels from cells in memory.
func BenchmarkCut(b *testing.B) {
	band := cell.Band{First: 14, Last: 18}
	c := packed(b, realParcels(b), band)
	b.Logf("%d cells, %.1f bytes a feature, %d features in %d full ones", len(c.cells), float64(c.bytes)/float64(c.count), c.cells[c.full[0]].Len(), len(c.full))
	for z := band.First; z <= band.Last; z++ {
		b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) {
			b.ReportAllocs()
			rng := rand.New(rand.NewPCG(1, 2))
			cutter := cell.NewCutter()
			features, size, n := 0, 0, 0
			for b.Loop() {
				at := c.full[rng.IntN(len(c.full))]
				d := z - band.First
				cutter.Reset()
				k, err := cutter.Cut(c.cells[at], tiles.Coord{Z: z, X: at.X<<d + rng.Uint32N(1<<d), Y: at.Y<<d + rng.Uint32N(1<<d)}, options(1))
				if err != nil {
					b.Fatal(err)
				}
				features, size, n = features+k, size+len(cutter.Tile()), n+1
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tiles/s")
			b.ReportMetric(float64(features)/float64(n), "features/tile")
			b.ReportMetric(float64(size)/float64(n), "B/tile")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(features), "ns/feature")
		})
	}
}

// BenchmarkBuild packs the cells of a commune from its rows.
func BenchmarkBuild(b *testing.B) {
	band := cell.Band{First: 14, Last: 18}
	c := packed(b, realParcels(b), band)
	at := c.full[0]
	s := c.rows[at]
	builder := cell.NewBuilder()
	var shape mvt.Shape
	var out []byte
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := builder.Reset(band, at, keys); err != nil {
			b.Fatal(err)
		}
		for i := range s.rows {
			r := &s.rows[i]
			if err := s.lattice(band).Read(&shape, r.ewkb); err != nil {
				b.Fatal(err)
			}
			if builder.Geometry(&shape) {
				r.properties(b, builder)
				builder.EndFeature(r.meta)
			}
		}
		var err error
		if out, err = builder.Append(out[:0]); err != nil {
			b.Fatal(err)
		}
		n += builder.Len()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "features/s")
}

// TestCutDoesNotAllocate holds the promise of Cutter: once its buffers have
// grown, a tile costs no allocation but its own bytes.
func TestCutDoesNotAllocate(t *testing.T) {
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	s := randomShapes(rand.New(rand.NewPCG(8, 1)), band, at, 200)
	for i := range s.rows { // repair may allocate
		x, y := float64(i%14)/16, float64(i/14)/16
		e := square.Envelope(at, tiles.Extent, 0)
		w := e.MaxX - e.MinX
		s.rows[i].ewkb = polygon([]float64{e.MinX + x*w, e.MinY + y*w, e.MinX + (x+0.1)*w, e.MinY + y*w, e.MinX + x*w, e.MinY + (y+0.1)*w, e.MinX + x*w, e.MinY + y*w})
	}
	r, err := cell.Open(build(t, s, band, at))
	if err != nil {
		t.Fatal(err)
	}
	c, o := cell.NewCutter(), options(1)
	got := testing.AllocsPerRun(20, func() {
		c.Reset()
		if n, err := c.Cut(r, at, o); err != nil || n != 200 {
			t.Fatal(n, err)
		}
	})
	if got > 0 {
		t.Errorf("%v allocations a tile, want none", got)
	}
}
