package flatgeobuf

import (
	"encoding/binary"
	"errors"
	"math"

	"gisd/importers/flatbuf"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// maxDepth is of collections in collections.
const maxDepth = 16

var errGeometry = errors.New("its offsets and counts contradict each other")

// geometryReader turns Geometry tables (FlatGeobuf feature.fbs) into EWKB.
type geometryReader struct {
	dims   spatial.Dimensions
	hasZ   bool
	hasM   bool
	dst    []byte
	flat   []byte // dst without its curves
	curved bool
	// limit bounds dst: parts may refer to the same bytes over and over.
	limit int
}

func newGeometryReader(d spatial.Dimensions) *geometryReader {
	return &geometryReader{dims: d, hasZ: d == spatial.XYZ || d == spatial.XYZM, hasM: d == spatial.XYM || d == spatial.XYZM}
}

// read returns the geometry, valid until the next call. kind is the header's
// type, 0 where the geometry says.
func (g *geometryReader) read(t *flatbuf.Table, kind uint32) ([]byte, error) {
	g.dst, g.curved = g.dst[:0], false
	g.limit = 4*t.Size() + 1024
	if kind == 0 {
		kind = uint32(t.Byte(6))
	}
	if err := g.geometry(t, kind, 0); err != nil {
		return nil, err
	}
	if t.Damaged() {
		return nil, errGeometry
	}
	if !g.curved {
		return g.dst, nil
	}
	var err error
	g.flat, err = wkb.Normalize(g.flat[:0], g.dst, g.dims)
	return g.flat, err
}

func (g *geometryReader) geometry(t *flatbuf.Table, kind uint32, depth int) error {
	if depth > maxDepth || len(g.dst) > g.limit || !t.Present() || t.Damaged() {
		return errGeometry
	}
	switch kind {
	case wkb.Point:
		return g.point(t)
	case wkb.LineString, wkb.CircularString:
		g.curved = g.curved || kind != wkb.LineString
		g.dst = wkb.AppendHeader(g.dst, kind, g.dims)
		p := g.positions(t)
		return g.run(&p, 0, p.n)
	case wkb.Polygon, wkb.Triangle:
		return g.polygon(t)
	case wkb.MultiPoint, wkb.MultiLineString, wkb.TIN:
		return g.split(t, kind)
	case wkb.MultiPolygon, wkb.GeometryCollection, wkb.CompoundCurve, wkb.CurvePolygon, wkb.MultiCurve, wkb.MultiSurface, wkb.PolyhedralSurface:
		return g.parts(t, kind, depth)
	}
	return errors.New("it is of a type that is not known")
}

// positions are the coordinates of one table.
type positions struct {
	xy, z, m []byte
	n        int
	ends     []byte // of rings or lines, uint32 each
}

func (g *geometryReader) positions(t *flatbuf.Table) positions {
	p := positions{ends: t.Vector(0, 4), xy: t.Vector(1, 8)}
	p.n = len(p.xy) / 16
	if g.hasZ {
		p.z = t.Vector(2, 8)
	}
	if g.hasM {
		p.m = t.Vector(3, 8)
	}
	return p
}

// run appends a count and the positions from, to.
func (g *geometryReader) run(p *positions, from, to int) error {
	if from > to || to > p.n || len(g.dst) > g.limit {
		return errGeometry
	}
	g.dst = wkb.AppendCount(g.dst, to-from)
	g.append(p, from, to)
	return nil
}

func (g *geometryReader) append(p *positions, from, to int) {
	if g.dims == spatial.XY {
		g.dst = append(g.dst, p.xy[16*from:16*to]...)
		return
	}
	for i := from; i < to; i++ {
		g.dst = append(g.dst, p.xy[16*i:16*i+16]...)
		if g.hasZ {
			g.dst = appendOrdinate(g.dst, p.z, i)
		}
		if g.hasM {
			g.dst = appendOrdinate(g.dst, p.m, i)
		}
	}
}

// appendOrdinate writes 0 where a geometry lacks what the header promises.
func appendOrdinate(dst, v []byte, i int) []byte {
	if len(v) < 8*i+8 {
		return append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	return append(dst, v[8*i:8*i+8]...)
}

// point writes all NaN for an empty one, to the bit as PostGIS does.
func (g *geometryReader) point(t *flatbuf.Table) error {
	g.dst = wkb.AppendHeader(g.dst, wkb.Point, g.dims)
	p := g.positions(t)
	if p.n > 0 {
		g.append(&p, 0, 1)
		return nil
	}
	for range wkb.Stride(g.dims) {
		g.dst = wkb.AppendFloat(g.dst, math.Float64frombits(0x7ff8<<48))
	}
	return nil
}

// end returns where run i ends; runs without ends are one.
func (p *positions) end(i int) int {
	if len(p.ends) == 0 {
		return p.n
	}
	return int(binary.LittleEndian.Uint32(p.ends[4*i:]))
}

// runs is the number of rings or lines.
func (p *positions) runs() int {
	if len(p.ends) == 0 {
		return min(p.n, 1)
	}
	return len(p.ends) / 4
}

func (g *geometryReader) polygon(t *flatbuf.Table) error {
	g.dst = wkb.AppendHeader(g.dst, wkb.Polygon, g.dims)
	p := g.positions(t)
	g.dst = wkb.AppendCount(g.dst, p.runs())
	from := 0
	for i := range p.runs() {
		to := p.end(i)
		if err := g.run(&p, from, to); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// split writes what one table holds as several parts: points, lines or
// triangles.
func (g *geometryReader) split(t *flatbuf.Table, kind uint32) error {
	p := g.positions(t)
	n, part := p.runs(), uint32(wkb.LineString)
	switch kind {
	case wkb.MultiPoint:
		n, part = p.n, wkb.Point
	case wkb.TIN:
		kind, part = wkb.MultiPolygon, wkb.Polygon
	}
	g.dst = wkb.AppendHeader(g.dst, kind, g.dims)
	g.dst = wkb.AppendCount(g.dst, n)
	from := 0
	for i := range n {
		g.dst = wkb.AppendHeader(g.dst, part, g.dims)
		if part == wkb.Point {
			g.append(&p, i, i+1)
			continue
		}
		if part == wkb.Polygon {
			g.dst = wkb.AppendCount(g.dst, 1)
		}
		to := p.end(i)
		if err := g.run(&p, from, to); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// parts writes a geometry made of others. The type of a part may be left out
// where the whole admits only one.
func (g *geometryReader) parts(t *flatbuf.Table, kind uint32, depth int) error {
	list := t.Children(7)
	n := list.Len()
	own := n == 0 && kind == wkb.MultiPolygon && t.Vector(1, 8) != nil
	if own {
		n = 1
	}
	g.curved = g.curved || kind >= wkb.CompoundCurve
	g.dst = wkb.AppendHeader(g.dst, kind, g.dims)
	g.dst = wkb.AppendCount(g.dst, n)
	if own { // its only polygon without a table of its own
		return g.polygon(t)
	}
	for i := range n {
		part := list.Get(i)
		k := uint32(part.Byte(6))
		switch kind {
		case wkb.MultiPolygon:
			k = wkb.Polygon
		case wkb.MultiSurface, wkb.PolyhedralSurface:
			if k == 0 {
				k = wkb.Polygon
			}
		case wkb.CompoundCurve, wkb.CurvePolygon, wkb.MultiCurve:
			if k == 0 {
				k = wkb.LineString
			}
		}
		if err := g.geometry(&part, k, depth+1); err != nil {
			return err
		}
	}
	return nil
}
