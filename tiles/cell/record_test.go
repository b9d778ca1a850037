package cell_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

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
