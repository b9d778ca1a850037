package wkb

import (
	"math"

	"gisd/spatial"
)

func (r *TextReader) body(kind uint32, depth int) error {
	r.dst = AppendHeader(r.dst, kind, r.dims)
	if kind >= CircularString {
		r.curved = true
	}
	if kind == Point {
		return r.point()
	}
	at := len(r.dst)
	r.dst = AppendCount(r.dst, 0)
	if r.empty() {
		return nil
	}
	if !r.take('(') {
		return r.fault("( is missing")
	}
	n, err := 0, error(nil)
	switch kind {
	case LineString, CircularString:
		n, err = r.positions()
	case Polygon, Triangle:
		n, err = r.rings()
	default:
		n, err = r.parts(kind, depth)
	}
	if err != nil {
		return err
	}
	SetCount(r.dst, at, n)
	return nil
}

func (r *TextReader) point() error {
	if r.empty() {
		for range Stride(r.dims) {
			r.dst = AppendFloat(r.dst, math.NaN())
		}
		return nil
	}
	if !r.take('(') {
		return r.fault("( is missing")
	}
	if err := r.position(); err != nil {
		return err
	}
	if !r.take(')') {
		return r.fault(") is missing")
	}
	return nil
}

// positions reads up to the closing parenthesis.
func (r *TextReader) positions() (n int, err error) {
	for {
		if err := r.position(); err != nil {
			return n, err
		}
		n++
		if r.take(',') {
			continue
		}
		if r.take(')') {
			return n, nil
		}
		return n, r.fault("a comma or ) is missing")
	}
}

func (r *TextReader) rings() (n int, err error) {
	for {
		at := len(r.dst)
		r.dst = AppendCount(r.dst, 0)
		switch {
		case r.take('('):
			points, err := r.positions()
			if err != nil {
				return n, err
			}
			SetCount(r.dst, at, points)
			n++
		case r.empty():
			r.dst = r.dst[:at]
		default:
			return n, r.fault("( is missing")
		}
		if r.take(',') {
			continue
		}
		if r.take(')') {
			return n, nil
		}
		return n, r.fault("a comma or ) is missing")
	}
}

// parts reads the members of a collection, of a curve or of a surface.
func (r *TextReader) parts(kind uint32, depth int) (n int, err error) {
	for {
		if kind == MultiPoint {
			err = r.multiPointPart()
		} else {
			err = r.tagged(partOf(kind), depth+1)
		}
		if err != nil {
			return n, err
		}
		n++
		if r.take(',') {
			continue
		}
		if r.take(')') {
			return n, nil
		}
		return n, r.fault("a comma or ) is missing")
	}
}

func partOf(kind uint32) uint32 {
	switch kind {
	case MultiLineString, CompoundCurve, CurvePolygon, MultiCurve:
		return LineString
	case MultiPolygon, MultiSurface, PolyhedralSurface:
		return Polygon
	case TIN:
		return Triangle
	}
	return 0
}

// multiPointPart takes both forms in use: ((1 2), (3 4)) and (1 2, 3 4).
func (r *TextReader) multiPointPart() error {
	r.skip()
	if r.at < len(r.b) && (r.b[r.at] == '-' || r.b[r.at] == '+' || r.b[r.at] == '.' || r.b[r.at] >= '0' && r.b[r.at] <= '9') {
		r.dst = AppendHeader(r.dst, Point, r.dims)
		return r.position()
	}
	if r.at < len(r.b) && (r.b[r.at]|0x20) == 'p' {
		return r.tagged(Point, maxDepth)
	}
	r.dst = AppendHeader(r.dst, Point, r.dims)
	return r.point()
}

// position reads two to four numbers and writes them in the wanted dimensions.
func (r *TextReader) position() error {
	var v [4]float64
	n := 0
	for ; n < 4; n++ {
		for r.at < len(r.b) && r.b[r.at] <= ' ' {
			r.at++
		}
		f, size := ParseFloat(r.b[r.at:])
		if size == 0 {
			break
		}
		v[n] = f
		r.at += size
	}
	if n < 2 {
		return r.fault("a position needs two numbers")
	}
	r.dst = AppendFloat(AppendFloat(r.dst, v[0]), v[1])
	if r.dims == spatial.XY {
		return nil
	}
	z, m := v[2], v[3]
	if r.m && n == 3 {
		z, m = 0, v[2]
	}
	if r.wantZ {
		r.dst = AppendFloat(r.dst, z)
	}
	if r.wantM {
		r.dst = AppendFloat(r.dst, m)
	}
	return nil
}
