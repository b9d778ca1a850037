package cell_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
)

// TestUnknownOwners: a cut that cannot tell whose a feature is says so and leaves
// nothing behind, of every band, drawn ahead or not.
func TestUnknownOwners(t *testing.T) {
	t.Parallel()
	for _, band := range cell.Bands() {
		at := tiles.Coord{Z: band.First}
		s := randomShapes(rand.New(rand.NewPCG(14, uint64(band.First))), band, at, 60)
		for i := range s.rows {
			s.rows[i].meta.Owner = uint32(i % 4 * 40)
		}
		r, err := cell.Open(build(t, s, band, at))
		if err != nil {
			t.Fatal(err)
		}
		c := cell.NewCutter()
		o := options(1)
		o.Owners, o.Known = cell.Owners(nil).With(40), 80
		if _, err := c.Cut(r, at, o); !errors.Is(err, cell.ErrOwner) {
			t.Errorf("band %v: %v", band, err)
		}
		o.Known = 120
		mine := &source{}
		for _, row := range s.rows {
			if row.meta.Owner == 40 {
				mine.rows = append(mine.rows, row)
			}
		}
		n, err := c.Cut(r, at, o)
		if err != nil || !bytes.Equal(c.Tile(), direct(t, mine, band, at, 1)) || n == 0 {
			t.Errorf("band %v: %d features, %v", band, n, err)
		}
	}
}
