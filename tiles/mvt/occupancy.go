package mvt

// occupancy remembers which cells already show a feature that the grid shrank
// to one unit: at a small scale hundreds of parcels fall on one cell, and
// drawing it once is enough. One bit a cell, allocated at the first use.
type occupancy struct {
	bits   []uint64
	used   bool
	origin int64 // position of column and row 0 of bits
	width  int64
}

func (o *occupancy) reset(g Grid) {
	width := int64(g.Extent + 2*g.Buffer + 1)
	if width != o.width {
		o.bits = nil
	} else if o.used {
		clear(o.bits)
	}
	o.used, o.width, o.origin = false, width, -int64(g.Buffer)
}

// take reports whether the cell at p, which lies within the clip box, was free,
// and marks it.
func (o *occupancy) take(p gridPoint) bool {
	if o.bits == nil {
		o.bits = make([]uint64, (o.width*o.width+63)/64)
	}
	o.used = true
	i := (p.y-o.origin)*o.width + p.x - o.origin
	word, bit := i/64, uint64(1)<<(i%64)
	if o.bits[word]&bit != 0 {
		return false
	}
	o.bits[word] |= bit
	return true
}
