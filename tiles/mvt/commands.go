package mvt

import "encoding/binary"

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

func (c *commands) point(p Position) {
	c.b = appendZigzag32(c.b, int32(p.X-c.x))
	c.b = appendZigzag32(c.b, int32(p.Y-c.y))
	c.x, c.y = p.X, p.Y
}

func (c *commands) points(ps []Position) {
	c.command(moveTo, len(ps))
	for _, p := range ps {
		c.point(p)
	}
}

func (c *commands) line(ps []Position) {
	c.command(moveTo, 1)
	c.point(ps[0])
	c.command(lineTo, len(ps)-1)
	for _, p := range ps[1:] {
		c.point(p)
	}
}

// ring writes an open ring of the given sign of area, turning it where needed.
func (c *commands) ring(ps []Position, turned bool) {
	c.command(moveTo, 1)
	c.point(ps[0])
	c.command(lineTo, len(ps)-1)
	if turned {
		for i := len(ps) - 1; i > 0; i-- {
			c.point(ps[i])
		}
	} else {
		for _, p := range ps[1:] {
			c.point(p)
		}
	}
	c.command(closePath, 1)
}

func appendZigzag32(b []byte, v int32) []byte {
	return binary.AppendUvarint(b, uint64(uint32(v<<1)^uint32(v>>31)))
}
