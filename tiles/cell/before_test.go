package cell_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
)

// TestBefore makes cells with an earlier record at hand, in which some features are
// others, and wants the bytes of cells made without.
func TestBefore(t *testing.T) {
	t.Parallel()
	band, at := cell.Band{First: 12, Last: 12}, tiles.Coord{Z: 12, X: 3261, Y: 1923}
	s := randomShapes(rand.New(rand.NewPCG(4, 1)), band, at, 200)
	want := build(t, s, band, at)
	others := randomShapes(rand.New(rand.NewPCG(4, 2)), band, at, 200)
	for i := range others.rows {
		if i%3 > 0 {
			others.rows[i] = s.rows[i]
		}
	}
	for name, record := range map[string][]byte{"as it is": want, "with others": build(t, others, band, at)} {
		before, err := cell.Open(record)
		if err != nil {
			t.Fatal(err)
		}
		b := cell.NewBuilder()
		if err := b.Reset(band, at, keys); err != nil {
			t.Fatal(err)
		}
		if err := b.Before(before); err != nil {
			t.Fatal(err)
		}
		add(t, b, s, band)
		got, err := b.Append(nil)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %d without it, %v", name, len(got), len(want), err)
		}
	}
}
