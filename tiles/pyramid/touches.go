package pyramid

import (
	"gisd/spatial"
	"gisd/tiles"
)

// touches are the cells of one zoom that boxes touch.
type touches struct {
	ranges []span
	cells  int64 // at most, since ranges may overlap
}

type span struct{ from, to tiles.Coord }

func newTouches(boxes []spatial.Envelope, z uint32) touches {
	var t touches
	for _, box := range boxes {
		if from, to, ok := Touched(box, z); ok {
			t.ranges = append(t.ranges, span{from, to})
			t.cells += int64(to.X-from.X+1) * int64(to.Y-from.Y+1)
		}
	}
	return t
}

func (t touches) has(c tiles.Coord) bool {
	for _, r := range t.ranges {
		if c.Z == r.from.Z && c.X >= r.from.X && c.X <= r.to.X && c.Y >= r.from.Y && c.Y <= r.to.Y {
			return true
		}
	}
	return false
}

// each calls f for every cell; for one that several boxes touch several times.
func (t touches) each(f func(tiles.Coord)) {
	for _, r := range t.ranges {
		for y := r.from.Y; y <= r.to.Y; y++ {
			for x := r.from.X; x <= r.to.X; x++ {
				f(tiles.Coord{Z: r.from.Z, X: x, Y: y})
			}
		}
	}
}
