package cell

// A box of the index has 8 bits a side: the cell with its buffer in 256 steps.
// The map is monotone, so that boxes which meet still do.
const indexSteps = 247 // along the cell without its buffer, which takes 1/64 of it on each side

// step is the index step of a lattice position relative to the cell.
func (b Band) step(v int64) uint8 {
	limit := int64(1) << b.cellBits()
	v = min(max(v, -limit), 2*limit) + b.buffer()
	return uint8(min(max(v*indexSteps>>b.cellBits(), 0), 255))
}

// packBox is the frame in index steps: minX, minY, maxX, maxY.
func (b Band) packBox(f frame) [4]byte {
	return [4]byte{b.step(f.minX), b.step(f.minY), b.step(f.maxX), b.step(f.maxY)}
}

// meets reports whether two boxes of the index meet.
func meets(a []byte, b *[4]byte) bool {
	return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]
}

// hilbert is the place of x, y on a Hilbert curve over a square of 2^16 a side.
func hilbert(x, y uint32) (d uint32) {
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d = d<<2 | (3 * rx) ^ ry
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}

// curve is the place of a frame's centre on the Hilbert curve.
func (b Band) curve(f frame) uint32 {
	scale := func(lo, hi int64) uint32 {
		limit := int64(2) << b.cellBits()
		v := (min(max(lo, -limit), limit)+min(max(hi, -limit), limit))/2 + b.buffer()
		return uint32(min(max(v<<15>>b.cellBits(), 0), 1<<16-1))
	}
	return hilbert(scale(f.minX, f.maxX), scale(f.minY, f.maxY))
}
