package mvt

import (
	"encoding/binary"
	"slices"
)

// The command ids of MVT 2.1 §4.3.1.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// commands is one feature's geometry as a packed repeated uint32 in the
// making. The cursor starts at the tile's origin (MVT 2.1 §4.3).
type commands struct {
	b    []byte
	x, y int64
}

func (c *commands) reset() { c.b, c.x, c.y = c.b[:0], 0, 0 }

func (c *commands) command(id, count int) {
	c.b = binary.AppendUvarint(c.b, uint64(count)<<3|uint64(id))
}

// moves writes the way from the cursor through ps.
func (c *commands) moves(ps []Position) {
	b := slices.Grow(c.b, 2*binary.MaxVarintLen32*len(ps))
	n, x, y := len(b), c.x, c.y
	b = b[:cap(b)]
	for _, p := range ps {
		n = putZigzag(b, n, p.X-x)
		n = putZigzag(b, n, p.Y-y)
		x, y = p.X, p.Y
	}
	c.b, c.x, c.y = b[:n], x, y
}

func (c *commands) points(ps []Position) {
	c.command(moveTo, len(ps))
	c.moves(ps)
}

func (c *commands) line(ps []Position) {
	c.command(moveTo, 1)
	c.moves(ps[:1])
	c.command(lineTo, len(ps)-1)
	c.moves(ps[1:])
}

// ring writes an open ring, turned the other way round in place if asked to.
func (c *commands) ring(ps []Position, turned bool) {
	if turned {
		slices.Reverse(ps[1:])
	}
	c.line(ps)
	c.command(closePath, 1)
}

// putZigzag puts d, a difference of tile units, at n and returns the place
// behind it.
func putZigzag(b []byte, n int, d int64) int {
	u := uint32(d<<1) ^ uint32(d>>63)
	for u >= 0x80 {
		b[n] = byte(u) | 0x80
		u >>= 7
		n++
	}
	b[n] = byte(u)
	return n + 1
}
