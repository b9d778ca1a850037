package dxf

import (
	"bytes"
	"math"
	"strconv"
)

// defaultArrow is the size of arrowheads where no style tells it.
const defaultArrow = 0.18

// dimensionEnds are the ends of the line of a linear DIMENSION, and the points
// that it measures between.
//
//	start ◄────────► end = 10
//	  |               |
//	  a = 13          b = 14
func dimensionEnds(e *entity) (start, end, a, b vec) {
	a, b, end = e.point(13), e.point(14), e.point(10)
	along := b.minus(a).unit()
	if e.int(70, 0)&7 == 0 {
		sin, cos := math.Sincos(radians(e.float(50, 0)))
		along = vec{x: cos, y: sin}
	}
	to := end.minus(a)
	return end.minus(along.times(along.x*to.x + along.y*to.y)), end, a, b
}

// dimensionLine draws a DIMENSION without its picture: a linear one as its three
// lines.
func dimensionLine(e *entity, s *shape) {
	switch e.int(70, 0) & 7 {
	case 0, 1: // rotated, aligned
		start, end, a, b := dimensionEnds(e)
		for _, l := range [...][2]vec{{start, end}, {a, start}, {b, end}} {
			if l[0] != l[1] {
				s.line(l[0], l[1])
			}
		}
	case 3, 4: // diameter, radius
		s.line(e.point(10), e.point(15))
	default:
		s.point(e.point(10))
	}
}

// arrowhead makes one of the two arrowheads of a linear DIMENSION without its
// picture, where its line has room for them.
func (x *exploder) arrowhead(e *entity, s *shape, second bool) bool {
	if e.int(70, 0)&7 > 1 {
		return false
	}
	size, ok := x.d.arrows[folded(e.string(3))]
	if !ok {
		size = defaultArrow
	}
	tip, other, _, _ := dimensionEnds(e)
	if second {
		tip, other = other, tip
	}
	if length := tip.distance(other); size <= 0 || length < 2*size {
		return false
	}
	back := other.minus(tip).unit().times(size)
	across := vec{-back.y / 6, back.x / 6, 0}
	s.polygon(tip.plus(back).plus(across), tip, tip.plus(back).minus(across))
	return true
}

// caption makes the text of an MLEADER, or of a DIMENSION without a picture.
func (x *exploder) caption(e *entity, f *feature) bool {
	if e.kind != "DIMENSION" {
		c := contextOf(e)
		f.text = rawText{bytes: c.text, font: x.d.styles[folded(e.string(7))], multi: true}
		f.height = c.height
		f.shape.point(c.at)
		return len(c.text) > 0
	}
	text := bytes.TrimSpace(e.string(1))
	measured := strconv.AppendFloat(nil, measurement(e), 'f', 2, 64)
	switch {
	case len(text) == 0:
		text = measured
	default:
		text = bytes.ReplaceAll(text, []byte("<>"), measured)
	}
	f.text = rawText{bytes: text, multi: true}
	f.shape.point(e.point(11))
	return true
}

// measurement is what a DIMENSION measures.
func measurement(e *entity) float64 {
	if g, ok := e.find(42); ok {
		return g.number
	}
	a, b := e.point(13), e.point(14)
	switch e.int(70, 0) & 7 {
	case 0:
		sin, cos := math.Sincos(radians(e.float(50, 0)))
		return math.Abs((b.x-a.x)*cos + (b.y-a.y)*sin)
	case 1:
		return b.minus(a).length()
	}
	return e.point(15).minus(e.point(10)).length()
}
