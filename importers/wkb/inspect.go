package wkb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gisd/spatial"
)

// ErrMalformed is wrapped by every error about bytes that are no geometry.
var ErrMalformed = errors.New("malformed geometry")

const maxDepth = 16

// Info is what one pass over a geometry tells.
type Info struct {
	Kind   uint32 // type code without flags
	Points int
	// The envelope of all positions; MinX is +Inf without one.
	MinX, MinY, MaxX, MaxY float64
	// Loose marks a geometry that PostGIS's parser would refuse but Normalize
	// makes acceptable: a ring that is not closed, a ring of fewer than four or
	// a line of fewer than two positions.
	Loose bool
	// NonFinite marks a NaN or infinite x or y. An unknown height or measure is
	// often written as NaN, and may stand.
	NonFinite bool
}

// Empty reports whether the geometry has no positions.
func (in *Info) Empty() bool { return in.Points == 0 }

// Inspect reads a little-endian EWKB geometry without an SRID of the given
// dimensions and fills in. It does not allocate. Its error wraps ErrMalformed
// for anything else, curves included: those go through Normalize first.
func Inspect(g []byte, d spatial.Dimensions, in *Info) error {
	*in = Info{MinX: math.Inf(1), MinY: math.Inf(1), MaxX: math.Inf(-1), MaxY: math.Inf(-1)}
	p := inspector{b: g, stride: Stride(d), flags: Flags(d), info: in}
	kind, err := p.geometry(0)
	if err != nil {
		return err
	}
	if p.at != len(g) {
		return fmt.Errorf("%w: %d bytes too many", ErrMalformed, len(g)-p.at)
	}
	in.Kind = kind
	return nil
}

type inspector struct {
	b      []byte
	at     int
	stride int
	flags  uint32
	info   *Info
}

func (p *inspector) geometry(depth int) (uint32, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
	}
	if len(p.b)-p.at < 5 {
		return 0, fmt.Errorf("%w: cut short", ErrMalformed)
	}
	word := binary.LittleEndian.Uint32(p.b[p.at+1:])
	if p.b[p.at] != 1 || word&^uint32(0xff) != p.flags {
		return 0, fmt.Errorf("%w: type word %#x", ErrMalformed, word)
	}
	p.at += 5
	kind := word & 0xff
	switch kind {
	case Point:
		return kind, p.point()
	case LineString:
		return kind, p.line(2)
	case Polygon:
		n, err := p.count(4)
		for i := 0; i < n && err == nil; i++ {
			err = p.line(4)
		}
		return kind, err
	case MultiPoint, MultiLineString, MultiPolygon, GeometryCollection:
		n, err := p.count(9)
		for i := 0; i < n && err == nil; i++ {
			var part uint32
			part, err = p.geometry(depth + 1)
			if err == nil && kind != GeometryCollection && part != kind-3 {
				err = fmt.Errorf("%w: type %d inside type %d", ErrMalformed, part, kind)
			}
		}
		return kind, err
	}
	return 0, fmt.Errorf("%w: type code %d", ErrMalformed, kind)
}

// count reads a number of items of at least size bytes each, so that a lying
// count cannot cost more than the bytes that are there.
func (p *inspector) count(size int) (int, error) {
	if len(p.b)-p.at < 4 {
		return 0, fmt.Errorf("%w: cut short", ErrMalformed)
	}
	n := binary.LittleEndian.Uint32(p.b[p.at:])
	p.at += 4
	if uint64(n)*uint64(size) > uint64(len(p.b)-p.at) {
		return 0, fmt.Errorf("%w: %d parts in %d bytes", ErrMalformed, n, len(p.b)-p.at)
	}
	return int(n), nil
}

// point treats the all-NaN position as POINT EMPTY, as PostGIS writes it.
func (p *inspector) point() error {
	if len(p.b)-p.at < 8*p.stride {
		return fmt.Errorf("%w: cut short", ErrMalformed)
	}
	x, y := float(p.b[p.at:]), float(p.b[p.at+8:])
	if x != x && y != y {
		p.at += 8 * p.stride
		return nil
	}
	p.positions(1)
	return nil
}

func (p *inspector) line(least int) error {
	n, err := p.count(8 * p.stride)
	if err != nil || n == 0 {
		p.info.Loose = p.info.Loose || n == 0 && least == 4
		return err
	}
	first, last := p.at, p.at+(n-1)*8*p.stride
	if n < least || least == 4 && !samePosition(p.b[first:], p.b[last:]) {
		p.info.Loose = true
	}
	p.positions(n)
	return nil
}

func samePosition(a, b []byte) bool {
	return float(a) == float(b) && float(a[8:]) == float(b[8:])
}

func (p *inspector) positions(n int) {
	in := p.info
	in.Points += n
	minX, minY, maxX, maxY := in.MinX, in.MinY, in.MaxX, in.MaxY
	step := 8 * p.stride
	for end := p.at + n*step; p.at < end; p.at += step {
		x, y := float(p.b[p.at:]), float(p.b[p.at+8:])
		if x-x != 0 || y-y != 0 { // NaN or infinite
			in.NonFinite = true
			continue
		}
		minX, maxX = min(minX, x), max(maxX, x)
		minY, maxY = min(minY, y), max(maxY, y)
	}
	in.MinX, in.MinY, in.MaxX, in.MaxY = minX, minY, maxX, maxY
}

func float(b []byte) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}
