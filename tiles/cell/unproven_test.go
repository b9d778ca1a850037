package cell_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
)

// TestUnproven makes a smaller record from which the same tiles are cut.
func TestUnproven(t *testing.T) {
	t.Parallel()
	for _, band := range []cell.Band{{First: 12, Last: 12}, {First: 14, Last: cell.MaxZoom}} {
		at := tiles.Coord{Z: band.First, X: 3261, Y: 1923}
		s := randomShapes(rand.New(rand.NewPCG(5, 1)), band, at, 200)
		proven := build(t, s, band, at)
		b := cell.NewBuilder()
		if err := b.Reset(band, at, keys); err != nil {
			t.Fatal(err)
		}
		b.Unproven()
		add(t, b, s, band)
		record, err := b.Append(nil)
		if err != nil || len(record) > len(proven) || bytes.Equal(record, proven) {
			t.Errorf("%v: %d bytes, %d with proofs, %v", band, len(record), len(proven), err)
		}
		c := tiles.Coord{Z: band.Last, X: at.X << (band.Last - band.First), Y: at.Y << (band.Last - band.First)}
		if !bytes.Equal(cut(t, record, c, options(1)), cut(t, proven, c, options(1))) {
			t.Errorf("%v: another tile", band)
		}
		if err := b.Reset(band, at, keys); err != nil {
			t.Fatal(err)
		}
		add(t, b, s, band)
		if again, err := b.Append(nil); err != nil || !bytes.Equal(again, proven) {
			t.Errorf("%v: a cell after it is not proven, %v", band, err)
		}
	}
}
