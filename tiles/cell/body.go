package cell

import (
	"encoding/binary"
	"math"
	"slices"

	"gisd/tiles/mvt"
)

// reach bounds how far from its cell a position may be, so that nothing that is
// computed of it overflows: a world of 2^31 positions is far within.
const reach = 1 << 36

// cursor reads one body. After a fault it stands at the end and bad is set.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) fail() uint64 {
	c.b, c.bad = nil, true
	return 0
}

func (c *cursor) uvarint() uint64 {
	if len(c.b) > 0 && c.b[0] < 0x80 {
		v := c.b[0]
		c.b = c.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		return c.fail()
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

// head is what a body says before its geometry.
type head struct {
	flags byte
	drawn []byte // see flagDrawn; nil where it is not there
	skip  int    // bytes of the geometry that follows; 0 without drawn
	Meta
}

// sound are the flags of soundness; a band of one zoom has one.
func (b Band) sound(flags byte) byte {
	if b.single() {
		return flags & 1
	}
	return flags & flagSound
}

func (r *Record) head(c *cursor, i int) head {
	block := r.blocks[i/perBlock*blockSize:]
	if len(c.b) == 0 {
		c.fail()
		return head{}
	}
	h := head{flags: c.b[0]}
	c.b = c.b[1:]
	h.ID = binary.LittleEndian.Uint64(block[blockID:]) + c.uvarint()
	h.Owner = binary.LittleEndian.Uint32(block[blockOwner:])
	if h.flags&flagOwner != 0 {
		h.Owner = uint32(c.uvarint())
	}
	if h.flags&flagRank != 0 {
		h.Rank = uint16(min(c.uvarint(), math.MaxUint16))
	}
	if r.band.single() && h.flags&flagDrawn != 0 {
		h.drawn = c.bytes(c.uvarint())
		if n := c.uvarint(); n <= uint64(len(c.b)) {
			h.skip = int(n)
		} else {
			c.fail()
		}
	}
	return h
}

// base is what the first position of the bodies in i's block counts from.
func (r *Record) base(i int) mvt.Position {
	block := r.blocks[i/perBlock*blockSize:]
	return mvt.Position{
		X: int64(int32(binary.LittleEndian.Uint32(block[blockBaseX:]))),
		Y: int64(int32(binary.LittleEndian.Uint32(block[blockBaseY:]))),
	}
}

// placing maps lattice positions relative to the cell to a grid.
type placing struct {
	x, y  int64 // added first
	shift uint
}

// geometry appends the positions, placed, and the parts of a body.
func (c *cursor) geometry(s *mvt.Shape, flags byte, at mvt.Position, to placing) {
	n := uint64(1)
	if flags&flagPolygon == 0 {
		n = c.uvarint()
		if n > uint64(len(c.b)) {
			c.fail()
			return
		}
	}
	for range n {
		size, kind := c.uvarint(), mvt.ExteriorPart
		if flags&flagPolygon == 0 {
			size, kind = size>>2, mvt.Kind(size&3)
		}
		if size == 0 || size > uint64(len(c.b)/2) {
			c.fail()
			return
		}
		start := len(s.Positions)
		at = c.positions(s, int(size), at, to)
		s.Parts = append(s.Parts, mvt.Part{Kind: kind, Start: start, End: len(s.Positions)})
	}
}

// positions appends n positions that count from at, and returns the last.
func (c *cursor) positions(s *mvt.Shape, n int, at mvt.Position, to placing) mvt.Position {
	ps, b, i := slices.Grow(s.Positions, n), c.b, 0
	var far int64 // the bits of every distance from the cell
	for range n {
		var u, v uint64
		if i+1 < len(b) && b[i] < 0x80 {
			u = uint64(b[i])
			i++
		} else if i+1 < len(b) && b[i+1] < 0x80 {
			u = uint64(b[i]&0x7f) | uint64(b[i+1])<<7
			i += 2
		} else if u, i = uvarintAt(b, i); i < 0 {
			c.fail()
			return at
		}
		if i+1 < len(b) && b[i] < 0x80 {
			v = uint64(b[i])
			i++
		} else if i+1 < len(b) && b[i+1] < 0x80 {
			v = uint64(b[i]&0x7f) | uint64(b[i+1])<<7
			i += 2
		} else if v, i = uvarintAt(b, i); i < 0 {
			c.fail()
			return at
		}
		at.X += int64(u>>1) ^ -int64(u&1)
		at.Y += int64(v>>1) ^ -int64(v&1)
		far |= at.X ^ at.X>>63 | at.Y ^ at.Y>>63
		ps = append(ps, mvt.Position{X: (at.X + to.x) >> to.shift, Y: (at.Y + to.y) >> to.shift})
	}
	if far >= reach {
		c.fail()
		return at
	}
	s.Positions, c.b = ps, b[i:]
	return at
}

// uvarintAt reads a varint and returns the place behind it, -1 if there is none.
func uvarintAt(b []byte, i int) (uint64, int) {
	v, n := binary.Uvarint(b[i:])
	if n <= 0 {
		return 0, -1
	}
	return v, i + n
}
