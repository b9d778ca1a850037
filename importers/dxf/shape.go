package dxf

import (
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// shape is a geometry in the making: parts, each a point, a line or a polygon.
type shape struct {
	pos   []vec
	ends  []int // of rings and lines, in pos
	parts []part
	// loose polygons come from several entities and may overlap, which those of
	// a MultiPolygon must not.
	loose bool
	areal bool // some part is one
}

type part struct {
	kind uint32 // wkb.Point, wkb.LineString, wkb.Polygon
	end  int    // in ends
}

func (s *shape) reset() {
	s.pos, s.ends, s.parts, s.loose = s.pos[:0], s.ends[:0], s.parts[:0], false
	s.areal = false
}

func (s *shape) empty() bool { return len(s.parts) == 0 }

// endRing closes the positions added since the last call into a line or ring.
func (s *shape) endRing() { s.ends = append(s.ends, len(s.pos)) }

// endPart makes the rings ended since the last call a part.
func (s *shape) endPart(kind uint32) {
	s.areal = s.areal || kind == wkb.Polygon
	s.parts = append(s.parts, part{kind, len(s.ends)})
}

func (s *shape) point(p vec) {
	s.pos = append(s.pos, p)
	s.endRing()
	s.endPart(wkb.Point)
}

// line adds a line; without any length it is a point.
func (s *shape) line(positions ...vec) {
	long := false
	for _, p := range positions {
		long = long || p != positions[0]
	}
	if !long {
		if len(positions) > 0 {
			s.point(positions[0])
		}
		return
	}
	s.pos = append(s.pos, positions...)
	s.endRing()
	s.endPart(wkb.LineString)
}

// polygon adds a polygon of one ring, which need not repeat its first position.
func (s *shape) polygon(ring ...vec) {
	s.ring(ring)
	s.endPart(wkb.Polygon)
}

func (s *shape) ring(ring []vec) {
	s.pos = append(s.pos, ring...)
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		s.pos = append(s.pos, ring[0])
	}
	s.endRing()
}

// path adds positions as a polygon where they are closed and enclose something,
// else as a line.
func (s *shape) path(positions []vec, closed bool) {
	n := len(positions)
	if n > 1 && positions[0].distance(positions[n-1]) <= 1e-9*(1+math.Abs(positions[0].x)+math.Abs(positions[0].y)) && positions[0].z == positions[n-1].z {
		closed = true
		n-- // the repetition
	}
	switch {
	case closed && n > 2:
		s.polygon(positions[:n]...)
	case closed && n == 2:
		s.line(positions[0], positions[1])
	default:
		s.line(positions...)
	}
}

// add appends the parts of another shape.
func (s *shape) add(o *shape) {
	s.loose = s.loose || o.loose || s.areal && o.areal
	s.areal = s.areal || o.areal
	pos, ends := len(s.pos), len(s.ends)
	s.pos = append(s.pos, o.pos...)
	for _, e := range o.ends {
		s.ends = append(s.ends, pos+e)
	}
	for _, p := range o.parts {
		s.parts = append(s.parts, part{p.kind, ends + p.end})
	}
}

func (s *shape) transform(m *matrix) {
	for i := range s.pos {
		s.pos[i] = m.apply(s.pos[i])
	}
}

// hasZ ignores the dust that a turned coordinate system leaves on a height of 0.
func (s *shape) hasZ() bool {
	for _, p := range s.pos {
		if math.Abs(p.z) > 1e-9 {
			return true
		}
	}
	return false
}

// kind is the type code of the whole: a single type, a multi type, or a
// collection where the parts differ.
func (s *shape) kind() uint32 {
	kind := s.parts[0].kind
	if s.loose {
		return wkb.GeometryCollection
	}
	for _, p := range s.parts[1:] {
		if p.kind != kind {
			return wkb.GeometryCollection
		}
	}
	if len(s.parts) > 1 {
		return kind + 3
	}
	return kind
}

// encode appends the shape as EWKB; a shape without parts as nothing.
func (s *shape) encode(dst []byte, d spatial.Dimensions, scale float64) []byte {
	if s.empty() {
		return dst
	}
	if len(s.parts) > 1 {
		dst = wkb.AppendHeader(dst, s.kind(), d)
		dst = wkb.AppendCount(dst, len(s.parts))
	}
	ring := 0
	for _, p := range s.parts {
		dst = wkb.AppendHeader(dst, p.kind, d)
		if p.kind == wkb.Polygon {
			dst = wkb.AppendCount(dst, p.end-ring)
		}
		for ; ring < p.end; ring++ {
			from := 0
			if ring > 0 {
				from = s.ends[ring-1]
			}
			if p.kind != wkb.Point {
				dst = wkb.AppendCount(dst, s.ends[ring]-from)
			}
			for _, v := range s.pos[from:s.ends[ring]] {
				dst = wkb.AppendFloat(dst, v.x*scale)
				dst = wkb.AppendFloat(dst, v.y*scale)
				if d == spatial.XYZ {
					dst = wkb.AppendFloat(dst, v.z*scale)
				}
			}
		}
	}
	return dst
}
