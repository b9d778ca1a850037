package mvt

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrEWKB marks bytes that are no extended WKB, or a geometry type that has no
// straight edges (curves).
var ErrEWKB = errors.New("mvt: not readable as EWKB")

// maxDepth bounds nested collections; PostGIS itself refuses 200.
const maxDepth = 32

// The type codes of OGC 06-103r4 §8.2.8 as far as edges are straight.
const (
	wkbPoint              = 1
	wkbLineString         = 2
	wkbPolygon            = 3
	wkbMultiPoint         = 4
	wkbMultiLineString    = 5
	wkbMultiPolygon       = 6
	wkbGeometryCollection = 7
	wkbPolyhedralSurface  = 15
	wkbTIN                = 16
	wkbTriangle           = 17

	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000
)

// read replaces s by the geometry in b: EWKB or ISO WKB, either byte order. Z,
// M and the SRID are skipped. Counts are checked against the bytes that are
// there, so that memory stays within a small multiple of len(b).
func (s *Shape) read(b []byte) error {
	s.Reset()
	r := ewkbReader{b: b, shape: s}
	if err := r.geometry(0); err != nil {
		return err
	}
	if len(r.b) != 0 {
		return ErrEWKB
	}
	return nil
}

type ewkbReader struct {
	b     []byte
	big   bool
	shape *Shape
}

func (r *ewkbReader) uint32() (uint32, bool) {
	if len(r.b) < 4 {
		return 0, false
	}
	var v uint32
	if r.big {
		v = binary.BigEndian.Uint32(r.b)
	} else {
		v = binary.LittleEndian.Uint32(r.b)
	}
	r.b = r.b[4:]
	return v, true
}

// header reads byte order, type and SRID; stride is the doubles per point.
func (r *ewkbReader) header() (code uint32, stride int, ok bool) {
	if len(r.b) < 1 || r.b[0] > 1 {
		return 0, 0, false
	}
	r.big = r.b[0] == 0
	r.b = r.b[1:]
	code, ok = r.uint32()
	if !ok {
		return 0, 0, false
	}
	stride = 2
	if code&ewkbZ != 0 {
		stride++
	}
	if code&ewkbM != 0 {
		stride++
	}
	if code&ewkbSRID != 0 {
		if _, ok = r.uint32(); !ok {
			return 0, 0, false
		}
	}
	code &= 0x1fffffff
	switch code / 1000 { // ISO: 1001 is a Point Z, 2001 M, 3001 ZM
	case 0:
	case 1, 2:
		stride = 3
	case 3:
		stride = 4
	default:
		return 0, 0, false
	}
	return code % 1000, stride, true
}

func (r *ewkbReader) geometry(depth int) error {
	code, stride, ok := r.header()
	if !ok || depth > maxDepth {
		return ErrEWKB
	}
	switch code {
	case wkbPoint:
		return r.point(stride)
	case wkbLineString:
		return r.points(stride, LinePart)
	case wkbPolygon, wkbTriangle:
		return r.rings(stride)
	case wkbMultiPoint, wkbMultiLineString, wkbMultiPolygon, wkbGeometryCollection, wkbPolyhedralSurface, wkbTIN:
		n, ok := r.uint32()
		if !ok || uint64(n)*5 > uint64(len(r.b)) {
			return ErrEWKB
		}
		for range n {
			if err := r.geometry(depth + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return ErrEWKB
}

func (r *ewkbReader) point(stride int) error {
	if len(r.b) < stride*8 {
		return ErrEWKB
	}
	start := len(r.shape.xy)
	r.coordinates(1, stride)
	if math.IsNaN(r.shape.xy[start]) { // POINT EMPTY
		r.shape.xy = r.shape.xy[:start]
		return nil
	}
	r.shape.Parts = append(r.shape.Parts, Part{PointPart, start / 2, start/2 + 1})
	return nil
}

func (r *ewkbReader) rings(stride int) error {
	n, ok := r.uint32()
	if !ok || uint64(n)*4 > uint64(len(r.b)) {
		return ErrEWKB
	}
	for i := range n {
		k := HolePart
		if i == 0 {
			k = ExteriorPart
		}
		if err := r.points(stride, k); err != nil {
			return err
		}
	}
	return nil
}

func (r *ewkbReader) points(stride int, k Kind) error {
	n, ok := r.uint32()
	if !ok || uint64(n)*uint64(stride)*8 > uint64(len(r.b)) {
		return ErrEWKB
	}
	start := len(r.shape.xy) / 2
	r.coordinates(int(n), stride)
	r.shape.Parts = append(r.shape.Parts, Part{k, start, start + int(n)})
	return nil
}

// coordinates takes n points; the caller has checked that they are there.
func (r *ewkbReader) coordinates(n, stride int) {
	xy := r.shape.xy
	step := stride * 8
	if r.big {
		for range n {
			xy = append(xy,
				math.Float64frombits(binary.BigEndian.Uint64(r.b)),
				math.Float64frombits(binary.BigEndian.Uint64(r.b[8:])))
			r.b = r.b[step:]
		}
	} else {
		for range n {
			xy = append(xy,
				math.Float64frombits(binary.LittleEndian.Uint64(r.b)),
				math.Float64frombits(binary.LittleEndian.Uint64(r.b[8:])))
			r.b = r.b[step:]
		}
	}
	r.shape.xy = xy
}
