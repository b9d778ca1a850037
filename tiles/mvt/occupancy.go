package mvt

// occupancy remembers which cells already show a feature too small for the
// grid: at a small scale hundreds of parcels fall on one cell, and drawing it
// once is enough. One bit a cell, allocated at the first use.
type occupancy struct {
	bits  []uint64
	used  bool
	clip  box
	cell  int64
	width int64 // cells in a row
}

func (o *occupancy) reset(clip box, cell int64) {
	width := (clip.maxX-clip.minX)/cell + 1
	if width != o.width {
		o.bits = nil
	} else if o.used {
		clear(o.bits)
	}
	*o = occupancy{bits: o.bits, clip: clip, cell: cell, width: width}
}

// take returns the corner of the cell that holds p, and false where p lies
// outside the clip box or the cell is taken already.
func (o *occupancy) take(p Position) (Position, bool) {
	if !o.clip.has(p) {
		return p, false
	}
	if o.bits == nil {
		o.bits = make([]uint64, (o.width*o.width+63)/64)
	}
	o.used = true
	// The last column and row lie on the edge itself and share the one before.
	x := (min(p.X, o.clip.maxX-1) - o.clip.minX) / o.cell
	y := (min(p.Y, o.clip.maxY-1) - o.clip.minY) / o.cell
	i := y*o.width + x
	word, bit := i/64, uint64(1)<<(i%64)
	if o.bits[word]&bit != 0 {
		return p, false
	}
	o.bits[word] |= bit
	return Position{o.clip.minX + x*o.cell, o.clip.minY + y*o.cell}, true
}
