package cell_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestOptions(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	s := randomShapes(rand.New(rand.NewPCG(4, 1)), band, at, 400)
	record := build(t, s, band, at)
	part := func(keep func(r *row) bool) *source {
		p := &source{}
		for _, r := range s.rows {
			if keep(&r) {
				p.rows = append(p.rows, r)
			}
		}
		return p
	}
	base := options(1)
	owners, rank := base, base
	owners.Owners = cell.Owners(nil).With(3).With(1)
	rank.MinRank = 60
	tests := []struct {
		name string
		o    cell.Options
		want *source
	}{
		{"areas", owners, part(func(r *row) bool { return r.meta.Owner == 1 || r.meta.Owner == 3 })},
		{"no area", cell.Options{Layer: "parcels", Buffer: tiles.TileBuffer, Owners: cell.Owners{}}, &source{}},
		{"rank", rank, part(func(r *row) bool { return r.meta.Rank >= 60 })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []tiles.Coord{at, {Z: 16, X: at.X*4 + 1, Y: at.Y*4 + 2}} {
				if got, want := cut(t, record, c, tt.o), direct(t, tt.want, band, c, 1); !bytes.Equal(got, want) {
					t.Errorf("%v: %d bytes, want %d", c, len(got), len(want))
				}
			}
		})
	}
	t.Run("properties", func(t *testing.T) {
		t.Parallel()
		for _, names := range [][]string{{"area", "land_use"}, {}} {
			o := base
			o.Properties = names
			layers, err := mvttest.Check(cut(t, record, at, o))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range layers[0].Features {
				for k := range f.Properties {
					if !slices.Contains(names, k) {
						t.Errorf("feature %d has %q", f.ID, k)
					}
				}
				if f.Properties["area"] == nil && len(names) > 0 {
					t.Errorf("feature %d has no area", f.ID)
				}
			}
		}
	})
}

// TestSeveralLayers puts two collections into one tile; a cut that fails leaves
// nothing behind.
func TestSeveralLayers(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	first := build(t, randomShapes(rand.New(rand.NewPCG(13, 1)), band, at, 50), band, at)
	second := build(t, randomShapes(rand.New(rand.NewPCG(13, 2)), band, at, 50), band, at)
	a, b := options(1), options(1)
	b.Layer = "roads"
	want := slices.Concat(cut(t, first, at, a), cut(t, second, at, b))
	c := cell.NewCutter()
	for range 2 {
		c.Reset()
		for i, record := range [][]byte{first, second} {
			r, err := cell.Open(record)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Cut(r, tiles.Coord{Z: 14}, a); err == nil {
				t.Error("a tile of another cell was cut")
			}
			if _, err := c.Cut(r, at, []cell.Options{a, b}[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(c.Tile(), want) {
			t.Error("two layers are not what each is alone, one behind the other")
		}
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	s := randomShapes(rand.New(rand.NewPCG(5, 1)), band, at, 200)
	r, err := cell.Open(build(t, s, band, at))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]cell.Meta{}
	if err := r.Each(func(f *cell.Feature) error {
		seen[f.ID] = f.Meta
		if want := s.rows[f.ID-1].code; !bytes.HasSuffix(f.Values[0], []byte(want)) {
			t.Errorf("feature %d has code %q, want %q", f.ID, f.Values[0], want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := map[uint64]cell.Meta{}
	for _, row := range s.rows {
		if _, ok := seen[row.meta.ID]; ok {
			want[row.meta.ID] = row.meta
		}
	}
	if d := cmp.Diff(want, seen); d != "" || len(seen) != r.Len() || len(seen) < 50 {
		t.Errorf("%d of %d features (-want +got):\n%s", len(seen), r.Len(), d)
	}
	stop := errors.New("stop")
	if err := r.Each(func(*cell.Feature) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Each = %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	record := build(t, randomShapes(rand.New(rand.NewPCG(6, 1)), band, at, 40), band, at)
	for i := range record {
		b := bytes.Clone(record)
		b[i] ^= 0x10
		if _, err := cell.Open(b); !errors.Is(err, cell.ErrRecord) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := cell.Open(record[:i]); !errors.Is(err, cell.ErrRecord) {
			t.Fatalf("cut off at %d: %v", i, err)
		}
	}
	r, err := cell.Open(record)
	if err != nil {
		t.Fatal(err)
	}
	c := cell.NewCutter()
	for _, other := range []tiles.Coord{{Z: 13, X: 6500, Y: 3850}, {Z: 14, X: 13001, Y: 7700}, {Z: 19, X: 13000 << 5, Y: 7700 << 5}} {
		if _, err := c.Cut(r, other, options(1)); err == nil {
			t.Errorf("tile %v was cut from cell %v", other, at)
		}
	}
	o := options(1)
	o.Buffer = 65
	if _, err := c.Cut(r, at, o); err == nil {
		t.Error("a buffer wider than the cell's was taken")
	}
	b := cell.NewBuilder()
	if b.Reset(cell.Band{First: 13, Last: 18}, tiles.Coord{Z: 13}, nil) == nil || b.Reset(band, tiles.Coord{Z: 15}, nil) == nil ||
		b.Reset(band, at, make([]string, 256)) == nil {
		t.Error("Reset took a band, a cell or properties that there cannot be")
	}
	if err := b.Reset(band, at, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Append([]byte("x")); string(got) != "x" || err != nil {
		t.Errorf("an empty cell gave %q, %v", got, err)
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	for z := range uint32(19) {
		b, ok := cell.BandOf(z)
		if !ok || z < b.First || z > b.Last {
			t.Errorf("zoom %d is in band %v", z, b)
		}
		c := tiles.Coord{Z: z, X: (1<<z - 1) / 2, Y: 1<<z - 1}
		if got := b.Cell(c); got.Z != b.First || !got.Valid() || got.X != c.X>>(z-b.First) {
			t.Errorf("%v lies in cell %v", c, got)
		}
	}
	if b, ok := cell.BandOf(19); ok {
		t.Errorf("zoom 19 is in band %v", b)
	}
	band := cell.Band{First: 14, Last: 18}
	side := int64(1) << 17
	tests := []struct {
		name           string
		lo, hi         mvt.Position
		x0, y0, x1, y1 uint32
		empty          bool
	}{
		{"inside", mvt.Position{X: 5 * side / 2, Y: 9 * side / 2}, mvt.Position{X: 5*side/2 + 9, Y: 9*side/2 + 9}, 2, 4, 2, 4, false},
		{"in the buffer of the next", mvt.Position{X: 3*side - 2000, Y: 9 * side / 2}, mvt.Position{X: 3*side - 1999, Y: 9 * side / 2}, 2, 4, 3, 4, false},
		{"before the buffer", mvt.Position{X: 3*side - 2200, Y: 9 * side / 2}, mvt.Position{X: 3*side - 2199, Y: 9 * side / 2}, 2, 4, 2, 4, false},
		{"over the edge of the world", mvt.Position{X: -side, Y: -side}, mvt.Position{X: 9, Y: 9}, 0, 0, 0, 0, false},
		{"beyond the world", mvt.Position{X: -9 * side, Y: 0}, mvt.Position{X: -5 * side, Y: 9}, 0, 0, 0, 0, true},
	}
	for _, tt := range tests {
		from, to := band.Covering(tt.lo, tt.hi)
		if tt.empty {
			if from.X <= to.X {
				t.Errorf("%s: %v to %v, want none", tt.name, from, to)
			}
			continue
		}
		if want := [2]tiles.Coord{{Z: 14, X: tt.x0, Y: tt.y0}, {Z: 14, X: tt.x1, Y: tt.y1}}; [2]tiles.Coord{from, to} != want {
			t.Errorf("%s: %v to %v, want %v", tt.name, from, to, want)
		}
	}
}

// TestTouching finds all features whose positions meet a box.
func TestTouching(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 14, Last: 18}, tiles.Coord{Z: 14, X: 13000, Y: 7700}
	r, err := cell.Open(build(t, randomShapes(rand.New(rand.NewPCG(3, 1)), band, at, 300), band, at))
	if err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - uint(band.First))
	lo := mvt.Position{X: int64(at.X)*side + side/3, Y: int64(at.Y)*side + side/4}
	hi := mvt.Position{X: lo.X + side/8, Y: lo.Y + side/8}
	found, want, all := map[uint64]bool{}, 0, 0
	if err := r.Touching(lo, hi, func(f *cell.Feature) error {
		found[f.ID] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.Each(func(f *cell.Feature) error {
		all++
		if a, b, ok := f.Shape.Bounds(); ok && a.X <= hi.X && a.Y <= hi.Y && b.X >= lo.X && b.Y >= lo.Y {
			if want++; !found[f.ID] {
				t.Errorf("feature %d was not found", f.ID)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want == 0 || len(found) == all {
		t.Errorf("%d of %d features meet the box, %d were found", want, all, len(found))
	}
}
