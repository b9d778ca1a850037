package shapefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// shape is the content of one record, taken apart but not copied.
type shape struct {
	kind   uint32
	parts  []byte // part starts, 4 bytes each; MultiPatch: then part types
	nparts int
	xy     []byte // 16 bytes a position
	zs, ms []byte // 8 bytes a position, nil without
}

func (s *shape) points() int { return len(s.xy) / 16 }
func (s *shape) hasM() bool  { return s.ms != nil }

func (s *shape) x(i int) float64 { return float(s.xy[16*i:]) }
func (s *shape) y(i int) float64 { return float(s.xy[16*i+8:]) }

func (s *shape) z(i int) float64 {
	if s.zs == nil {
		return 0
	}
	return float(s.zs[8*i:])
}

// m is the measure, with "no data" as NaN's stand-in 0: PostGIS and GeoJSON
// have no notation for a missing one.
func (s *shape) m(i int) float64 {
	if s.ms == nil {
		return 0
	}
	if v := float(s.ms[8*i:]); v > noData {
		return v
	}
	return 0
}

// part returns the half-open range of positions of part i.
func (s *shape) part(i int) (from, to int) {
	from = int(binary.LittleEndian.Uint32(s.parts[4*i:]))
	to = s.points()
	if i+1 < s.nparts {
		to = int(binary.LittleEndian.Uint32(s.parts[4*i+4:]))
	}
	return from, to
}

func float(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

var errShape = errors.New("the shape's counts do not fit its record")

// parseShape checks every count against the bytes that are there.
func parseShape(b []byte) (shape, error) {
	if len(b) < 4 {
		return shape{kind: shapeNull}, nil
	}
	s := shape{kind: binary.LittleEndian.Uint32(b)}
	if !knownShape(s.kind) {
		return s, fmt.Errorf("shape type %d is unknown", s.kind)
	}
	b = b[4:]
	if s.kind == shapeNull {
		return s, nil
	}
	if s.kind != shapeMultiPatch && s.kind%10 == shapePoint {
		return s, s.parsePoint(b)
	}
	if len(b) < 36 {
		return s, errShape
	}
	b = b[32:] // the box is not needed
	multiPoint := s.kind != shapeMultiPatch && s.kind%10 == shapeMultiPoint
	nparts := uint32(0)
	if !multiPoint {
		nparts = binary.LittleEndian.Uint32(b)
		b = b[4:]
	}
	if len(b) < 4 {
		return s, errShape
	}
	npoints := uint64(binary.LittleEndian.Uint32(b))
	b = b[4:]
	perPart := uint64(4)
	if s.kind == shapeMultiPatch {
		perPart = 8
	}
	if uint64(nparts)*perPart+npoints*16 > uint64(len(b)) {
		return s, errShape
	}
	s.nparts = int(nparts)
	s.parts, b = b[:uint64(nparts)*perPart], b[uint64(nparts)*perPart:]
	s.xy, b = b[:npoints*16], b[npoints*16:]
	if err := s.checkParts(); err != nil {
		return s, err
	}
	return s, s.parseZM(b)
}

func (s *shape) checkParts() error {
	last := uint32(0)
	for i := range s.nparts {
		v := binary.LittleEndian.Uint32(s.parts[4*i:])
		if v < last || uint64(v)*16 > uint64(len(s.xy)) || i == 0 && v != 0 {
			return errShape
		}
		last = v
	}
	return nil
}

func (s *shape) parsePoint(b []byte) error {
	if len(b) < 16 {
		return errShape
	}
	s.xy, b = b[:16], b[16:]
	switch {
	case s.kind > 20 && len(b) >= 8:
		s.ms = b[:8]
	case s.kind > 10 && s.kind < 20 && len(b) >= 8:
		s.zs = b[:8]
		if len(b) >= 16 {
			s.ms = b[8:16]
		}
	}
	return nil
}

// parseZM takes the Z block (range and values) and the optional M block.
func (s *shape) parseZM(b []byte) error {
	size := 16 + 8*s.points()
	if s.kind > 10 && s.kind < 20 || s.kind == shapeMultiPatch {
		if len(b) < size {
			if s.points() == 0 {
				return nil
			}
			return errShape
		}
		s.zs, b = b[16:size], b[size:]
	}
	if s.kind > 10 && len(b) >= size {
		s.ms = b[16:size]
	}
	return nil
}

// builder turns shapes into EWKB, reusing its scratch space.
type builder struct {
	dims  spatial.Dimensions
	rings []ring
	order []int
}

// append appends the shape as EWKB; nothing for a null or empty one.
func (b *builder) append(dst []byte, s *shape) ([]byte, error) {
	if s.points() == 0 {
		return dst, nil
	}
	if s.kind == shapeMultiPatch {
		return b.multiPatch(dst, s)
	}
	switch s.kind % 10 {
	case shapePoint:
		dst = wkb.AppendHeader(dst, wkb.Point, b.dims)
		return b.positions(dst, s, 0, 1), nil
	case shapeMultiPoint:
		dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.MultiPoint, b.dims), s.points())
		for i := range s.points() {
			dst = wkb.AppendHeader(dst, wkb.Point, b.dims)
			dst = b.positions(dst, s, i, i+1)
		}
		return dst, nil
	case shapePolyLine:
		return b.lines(dst, s), nil
	}
	return b.polygons(dst, s), nil
}

// lines writes one line as a LineString, several as a MultiLineString.
func (b *builder) lines(dst []byte, s *shape) []byte {
	n := 0
	for i := range s.nparts {
		if from, to := s.part(i); to > from {
			n++
		}
	}
	if n > 1 {
		dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.MultiLineString, b.dims), n)
	}
	for i := range s.nparts {
		if from, to := s.part(i); to > from {
			dst = wkb.AppendHeader(dst, wkb.LineString, b.dims)
			dst = b.run(dst, s, from, to)
		}
	}
	return dst
}

// run appends a count and the positions from..to.
func (b *builder) run(dst []byte, s *shape, from, to int) []byte {
	return b.positions(wkb.AppendCount(dst, to-from), s, from, to)
}

func (b *builder) positions(dst []byte, s *shape, from, to int) []byte {
	if b.dims == spatial.XY {
		return append(dst, s.xy[16*from:16*to]...)
	}
	withZ := b.dims != spatial.XYM
	withM := b.dims != spatial.XYZ
	for i := from; i < to; i++ {
		dst = append(dst, s.xy[16*i:16*i+16]...)
		if withZ {
			dst = wkb.AppendFloat(dst, s.z(i))
		}
		if withM {
			dst = wkb.AppendFloat(dst, s.m(i))
		}
	}
	return dst
}
