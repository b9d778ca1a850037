package cell_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt/mvttest"
)

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
	most := uint32(0)
	for _, r := range s.rows {
		most = max(most, r.meta.Owner)
	}
	base := options(1)
	owners, rank := base, base
	owners.Owners, owners.Known = cell.Owners(nil).With(3).With(1), most
	rank.MinRank = 60
	tests := []struct {
		name string
		o    cell.Options
		want *source
	}{
		{"areas", owners, part(func(r *row) bool { return r.meta.Owner == 1 || r.meta.Owner == 3 })},
		{"no area", cell.Options{Layer: "parcels", Buffer: tiles.TileBuffer, Owners: cell.Owners{}, Known: most}, &source{}},
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
