package cell_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// build packs the rows that come near one cell.
func build(tb testing.TB, s *source, band cell.Band, at tiles.Coord) []byte {
	tb.Helper()
	b := cell.NewBuilder()
	if err := b.Reset(band, at, keys); err != nil {
		tb.Fatal(err)
	}
	add(tb, b, s, band)
	record, err := b.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return record
}

func add(tb testing.TB, b *cell.Builder, s *source, band cell.Band) {
	tb.Helper()
	var shape mvt.Shape
	for i := range s.rows {
		r := &s.rows[i]
		if err := s.lattice(band).Read(&shape, r.ewkb); err != nil {
			tb.Fatal(err)
		}
		if b.Geometry(&shape) {
			r.properties(tb, b)
			b.EndFeature(r.meta)
		}
	}
}

// direct encodes one tile from the rows.
func direct(tb testing.TB, s *source, band cell.Band, t tiles.Coord, size int) []byte {
	tb.Helper()
	g := band.Grid(square, t)
	g.Project, g.Cell = s.project, size
	e := mvt.NewEncoder()
	if err := e.BeginLayer("parcels", g, keys); err != nil {
		tb.Fatal(err)
	}
	for i := range s.rows {
		r := &s.rows[i]
		ok, err := e.Geometry(r.ewkb)
		if err != nil {
			tb.Fatal(err)
		}
		if ok {
			r.properties(tb, e)
			e.EndFeature(r.meta.ID)
		}
	}
	e.EndLayer()
	return e.Tile()
}

// cut is the same tile from the record.
func cut(tb testing.TB, record []byte, t tiles.Coord, o cell.Options) []byte {
	tb.Helper()
	if len(record) == 0 {
		return nil
	}
	r, err := cell.Open(record)
	if err != nil {
		tb.Fatal(err)
	}
	c := cell.NewCutter()
	if _, err := c.Cut(r, t, o); err != nil {
		tb.Fatal(err)
	}
	return c.Tile()
}

func options(size int) cell.Options {
	return cell.Options{Layer: "parcels", Buffer: tiles.TileBuffer, Cell: size}
}

// TestRandomShapesEqual cuts tiles of every zoom from cells of features of every
// kind, and wants the bytes that encoding the features themselves gives; each
// tile holds to the specification and each polygon is valid.
func TestRandomShapesEqual(t *testing.T) {
	t.Parallel()
	for _, band := range cell.Bands() {
		rng := rand.New(rand.NewPCG(3, uint64(band.First)))
		last := uint32(1)<<band.First - 1
		for round := range 4 {
			at := tiles.Coord{Z: band.First, X: min(5, last), Y: min(3, last)}
			s := randomShapes(rng, band, at, 150)
			record := build(t, s, band, at)
			for z := band.First; z <= band.Last; z++ {
				d := z - band.First
				for range 6 {
					c := tiles.Coord{Z: z, X: at.X<<d + rng.Uint32N(1<<d), Y: at.Y<<d + rng.Uint32N(1<<d)}
					size := 1 << (round % 3)
					got, want := cut(t, record, c, options(size)), direct(t, s, band, c, size)
					if !bytes.Equal(got, want) {
						t.Fatalf("%v of %v: %d bytes from the cell, %d from the rows", c, at, len(got), len(want))
					}
					valid(t, c, got)
				}
			}
		}
	}
}

func valid(t *testing.T, at tiles.Coord, tile []byte) {
	t.Helper()
	layers, err := mvttest.Check(tile)
	if err != nil {
		t.Fatalf("%v: %v", at, err)
	}
	if err := mvttest.Within(layers, tiles.TileBuffer); err != nil {
		t.Errorf("%v: %v", at, err)
	}
	for _, l := range layers {
		for _, f := range l.Features {
			if err := mvttest.Valid(f); err != nil {
				t.Errorf("%v: feature %d: %v\n%v", at, f.ID, err, f.Parts)
			}
		}
	}
}

// TestRealParcelsEqual does the same for a commune's parcels in VN-2000.
func TestRealParcelsEqual(t *testing.T) {
	t.Parallel()
	s := realParcels(t)
	band, _ := cell.BandOf(14)
	at := middle(t, s, band)
	near := nearby(t, s, band, at)
	record := build(t, near, band, at)
	if len(near.rows) < 500 {
		t.Fatalf("only %d parcels near %v", len(near.rows), at)
	}
	if whole := build(t, s, band, at); !bytes.Equal(record, whole) {
		t.Error("parcels that Covering leaves out belong to the cell")
	}
	t.Logf("%v: %d parcels in %d bytes", at, len(near.rows), len(record))
	seen := 0
	for z := band.First; z <= band.Last; z++ {
		d := z - band.First
		for i := range uint32(1) << min(2*d, 6) {
			// every tile down to z17, a part of z18
			c := tiles.Coord{Z: z, X: at.X<<d + i%(1<<d), Y: at.Y<<d + i>>d}
			got, want := cut(t, record, c, options(1)), direct(t, near, band, c, 1)
			if !bytes.Equal(got, want) {
				t.Errorf("%v: %d bytes from the cell, %d from the rows", c, len(got), len(want))
			}
			valid(t, c, got)
			seen += len(got)
		}
	}
	if seen < 200_000 {
		t.Errorf("only %d bytes compared", seen)
	}
}

// middle is the cell that holds the middle row's first position.
func middle(tb testing.TB, s *source, band cell.Band) tiles.Coord {
	tb.Helper()
	var shape mvt.Shape
	if err := s.lattice(band).Read(&shape, s.rows[len(s.rows)/2].ewkb); err != nil {
		tb.Fatal(err)
	}
	p := shape.Positions[0]
	return tiles.Coord{Z: band.First, X: uint32(p.X >> (band.Bits() - uint(band.First))), Y: uint32(p.Y >> (band.Bits() - uint(band.First)))}
}

func TestOrderOfAddingDoesNotMatter(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	rng := rand.New(rand.NewPCG(1, 1))
	s := randomShapes(rng, band, at, 300)
	want := build(t, s, band, at)
	rng.Shuffle(len(s.rows), func(i, j int) { s.rows[i], s.rows[j] = s.rows[j], s.rows[i] })
	if got := build(t, s, band, at); !bytes.Equal(got, want) {
		t.Error("another order gave other bytes")
	}
}

// TestMerge edits a cell by its record and wants the bytes of a cell made anew.
func TestMerge(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	s := randomShapes(rand.New(rand.NewPCG(2, 1)), band, at, 300)
	before, err := cell.Open(build(t, s, band, at))
	if err != nil {
		t.Fatal(err)
	}
	changed := randomShapes(rand.New(rand.NewPCG(2, 2)), band, at, 20)
	after := &source{rows: slices.Concat(changed.rows, s.rows[25:])}
	b := cell.NewBuilder()
	if err := b.Reset(band, at, keys); err != nil {
		t.Fatal(err)
	}
	if err := b.Merge(before, func(id uint64) bool { return id <= 25 }); err != nil {
		t.Fatal(err)
	}
	add(t, b, changed, band)
	got, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, build(t, after, band, at)) {
		t.Error("a merged cell is not the same as one made of its rows")
	}
	if err := b.Reset(band, tiles.Coord{Z: 14}, keys); err != nil {
		t.Fatal(err)
	}
	if b.Merge(before, func(uint64) bool { return false }) == nil {
		t.Error("the record of another cell was merged")
	}
}
