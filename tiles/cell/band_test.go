package cell_test

import (
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

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
