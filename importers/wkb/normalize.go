package wkb

import (
	"encoding/binary"
	"fmt"
	"math"

	"gisd/spatial"
)

// Normalize appends src, in ISO WKB or EWKB of either byte order, to dst as
// little-endian EWKB without an SRID and with exactly the dimensions d: missing
// ordinates become 0, surplus ones are dropped.
//
// Curves become lines of 32 segments a quadrant (the count PostGIS uses), a
// polyhedral surface or TIN a MultiPolygon, a triangle a Polygon. Open rings
// are closed; rings of one to three and lines of one position are padded by
// repeating the last, so that PostGIS's parser takes them and the repair step
// can judge them; empty rings are dropped. src is not changed. The error wraps
// ErrMalformed.
func Normalize(dst, src []byte, d spatial.Dimensions) ([]byte, error) {
	n := normalizer{b: src, dst: dst, dims: d, stride: Stride(d)}
	if _, err := n.geometry(0); err != nil {
		return dst, err
	}
	return n.dst, nil
}

// Header says the type code and dimensions of a geometry in ISO WKB or EWKB.
func Header(src []byte) (kind uint32, d spatial.Dimensions, err error) {
	n := normalizer{b: src}
	h, err := n.header()
	return h.kind, DimensionsOf(h.z, h.m), err
}

type header struct {
	order binary.ByteOrder
	kind  uint32
	z, m  bool
}

type normalizer struct {
	b      []byte // what is left of the source
	dst    []byte
	dims   spatial.Dimensions
	stride int
	pos    []float64 // scratch: positions of one line, stride ordinates each
	arc    []float64
}

func (n *normalizer) header() (header, error) {
	if len(n.b) < 5 {
		return header{}, fmt.Errorf("%w: cut short", ErrMalformed)
	}
	h := header{order: binary.BigEndian}
	switch n.b[0] {
	case 1:
		h.order = binary.LittleEndian
	case 0:
	default:
		return h, fmt.Errorf("%w: byte order mark %d", ErrMalformed, n.b[0])
	}
	word := h.order.Uint32(n.b[1:])
	n.b = n.b[5:]
	h.z, h.m = word&FlagZ != 0, word&FlagM != 0
	if word&FlagSRID != 0 {
		if len(n.b) < 4 {
			return h, fmt.Errorf("%w: cut short", ErrMalformed)
		}
		n.b = n.b[4:]
	}
	word &^= FlagZ | FlagM | FlagSRID
	switch word / 1000 { // OGC 06-103r4 §8.2.3: +1000 Z, +2000 M, +3000 ZM
	case 0:
	case 1:
		h.z = true
	case 2:
		h.m = true
	case 3:
		h.z, h.m = true, true
	default:
		return h, fmt.Errorf("%w: type code %d", ErrMalformed, word)
	}
	h.kind = word % 1000
	return h, nil
}

func (n *normalizer) count(h header, size int) (int, error) {
	if len(n.b) < 4 {
		return 0, fmt.Errorf("%w: cut short", ErrMalformed)
	}
	c := h.order.Uint32(n.b)
	n.b = n.b[4:]
	if uint64(c)*uint64(size) > uint64(len(n.b)) {
		return 0, fmt.Errorf("%w: %d parts in %d bytes", ErrMalformed, c, len(n.b))
	}
	return int(c), nil
}

// geometry copies one geometry and returns the type code it wrote.
func (n *normalizer) geometry(depth int) (uint32, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
	}
	h, err := n.header()
	if err != nil {
		return 0, err
	}
	switch h.kind {
	case Point:
		n.dst = AppendHeader(n.dst, Point, n.dims)
		if err := n.readPositions(h, 1); err != nil {
			return 0, err
		}
		n.writePositions()
		return Point, nil
	case LineString, CircularString, CompoundCurve:
		n.pos = n.pos[:0]
		if err := n.curve(h, depth); err != nil {
			return 0, err
		}
		n.dst = AppendHeader(n.dst, LineString, n.dims)
		n.writeLine(2)
		return LineString, nil
	case Polygon, Triangle, CurvePolygon:
		return Polygon, n.polygon(h, depth)
	}
	return n.collection(h, depth)
}

func (n *normalizer) polygon(h header, depth int) error {
	n.dst = AppendHeader(n.dst, Polygon, n.dims)
	at := len(n.dst)
	n.dst = AppendCount(n.dst, 0)
	least := 4
	if h.kind == CurvePolygon {
		least = 9
	}
	rings, err := n.count(h, least)
	if err != nil {
		return err
	}
	written := 0
	for range rings {
		n.pos = n.pos[:0]
		if h.kind == CurvePolygon {
			var ring header
			if ring, err = n.header(); err == nil {
				err = n.curve(ring, depth+1)
			}
		} else {
			err = n.plainLine(h)
		}
		if err != nil {
			return err
		}
		if len(n.pos) > 0 {
			n.writeLine(4)
			written++
		}
	}
	SetCount(n.dst, at, written)
	return nil
}

// collection writes the multi type that the parts add up to: a MultiCurve of
// lines is a MultiLineString.
func (n *normalizer) collection(h header, depth int) (uint32, error) {
	kind := h.kind
	switch h.kind {
	case MultiPoint, MultiLineString, MultiPolygon, GeometryCollection:
	case MultiCurve:
		kind = MultiLineString
	case MultiSurface, PolyhedralSurface, TIN:
		kind = MultiPolygon
	default:
		return 0, fmt.Errorf("%w: type code %d", ErrMalformed, h.kind)
	}
	parts, err := n.count(h, 9)
	if err != nil {
		return 0, err
	}
	n.dst = AppendHeader(n.dst, kind, n.dims)
	n.dst = AppendCount(n.dst, parts)
	for range parts {
		part, err := n.geometry(depth + 1)
		if err != nil {
			return 0, err
		}
		if kind != GeometryCollection && part != kind-3 {
			return 0, fmt.Errorf("%w: type %d inside type %d", ErrMalformed, part, kind)
		}
	}
	return kind, nil
}

// curve appends the positions of a line, an arc or a chain of both to pos.
func (n *normalizer) curve(h header, depth int) error {
	switch h.kind {
	case LineString:
		return n.plainLine(h)
	case CircularString:
		from := len(n.pos)
		if err := n.plainLine(h); err != nil {
			return err
		}
		n.arc = append(n.arc[:0], n.pos[from:]...)
		n.pos = linearize(n.pos[:from], n.arc, n.stride)
		return nil
	case CompoundCurve:
		if depth > maxDepth {
			return fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
		}
		parts, err := n.count(h, 9)
		for i := 0; i < parts && err == nil; i++ {
			from := len(n.pos)
			var part header
			if part, err = n.header(); err != nil {
				break
			}
			err = n.curve(part, depth+1)
			n.dropRepeated(from)
		}
		return err
	}
	return fmt.Errorf("%w: type %d inside a curve", ErrMalformed, h.kind)
}

// dropRepeated removes the first position of a part that begins where the part
// before it ended.
func (n *normalizer) dropRepeated(from int) {
	s := n.stride
	if from >= s && len(n.pos) >= from+s && n.pos[from-s] == n.pos[from] && n.pos[from-s+1] == n.pos[from+1] {
		n.pos = append(n.pos[:from], n.pos[from+s:]...)
	}
}

func (n *normalizer) plainLine(h header) error {
	c, err := n.count(h, 16)
	if err != nil {
		return err
	}
	return n.appendPositions(h, c)
}

func (n *normalizer) readPositions(h header, c int) error {
	n.pos = n.pos[:0]
	return n.appendPositions(h, c)
}

func (n *normalizer) appendPositions(h header, c int) error {
	size := 16
	if h.z {
		size += 8
	}
	if h.m {
		size += 8
	}
	if c*size > len(n.b) {
		return fmt.Errorf("%w: cut short", ErrMalformed)
	}
	wantZ := n.dims == spatial.XYZ || n.dims == spatial.XYZM
	wantM := n.dims == spatial.XYM || n.dims == spatial.XYZM
	for ; c > 0; c-- {
		var v [4]float64
		for i := range size / 8 {
			v[i] = math.Float64frombits(h.order.Uint64(n.b[8*i:]))
		}
		n.b = n.b[size:]
		z, m := 0.0, v[2]
		if h.z {
			z, m = v[2], v[3]
		}
		n.pos = append(n.pos, v[0], v[1])
		if wantZ {
			n.pos = append(n.pos, z)
		}
		if wantM {
			n.pos = append(n.pos, m)
		}
	}
	return nil
}

// writeLine writes pos as a line or ring of at least so many positions.
func (n *normalizer) writeLine(least int) {
	s := n.stride
	if len(n.pos) == 0 {
		n.dst = AppendCount(n.dst, 0)
		return
	}
	last := n.pos[len(n.pos)-s:]
	if least == 4 && (n.pos[0] != last[0] || n.pos[1] != last[1]) {
		n.pos = append(n.pos, n.pos[:s]...)
	}
	for len(n.pos)/s < least {
		n.pos = append(n.pos, n.pos[len(n.pos)-s:]...)
	}
	n.dst = AppendCount(n.dst, len(n.pos)/s)
	n.writePositions()
}

func (n *normalizer) writePositions() {
	for _, v := range n.pos {
		n.dst = AppendFloat(n.dst, v)
	}
}
