package generalise

import (
	"errors"
	"math"
	"slices"
)

// Cell is the square of one record: its top left corner, its side, and the
// Margin around it in which other cells see the same. Cells of a band stand at
// multiples of Side.
type Cell struct{ X, Y, Side, Margin int32 }

var errCell = errors.New("generalise: a cell needs a side, a margin of less than half of it, and a corner at a multiple of it")

func (c Cell) check() error {
	if c.Side <= 0 || c.Margin < 0 || 2*int64(c.Margin) >= int64(c.Side) || c.X%c.Side != 0 || c.Y%c.Side != 0 {
		return errCell
	}
	return nil
}

// known is the cell with its margin: what the features handed in tell all of.
func (c Cell) known() box {
	return box{c.X - c.Margin, c.Y - c.Margin, c.X + c.Side + c.Margin, c.Y + c.Side + c.Margin}
}

// core reports whether the cell itself holds p; of two cells that touch only
// the one to the right of, or below, the border does.
func (c Cell) core(p Point) bool {
	return p.X >= c.X && p.X < c.X+c.Side && p.Y >= c.Y && p.Y < c.Y+c.Side
}

// lines are the six coordinates along one axis at which edges are cut.
type lines [6]int32

func linesOf(at, side, margin int32) lines {
	return lines{at - margin, at, at + margin, at + side - margin, at + side, at + side + margin}
}

func (l *lines) has(v int32) bool {
	return v == l[0] || v == l[1] || v == l[2] || v == l[3] || v == l[4] || v == l[5]
}

// between reports whether a line lies strictly between lo and hi.
func (l *lines) between(lo, hi int32) bool {
	for _, v := range l {
		if v > lo && v < hi {
			return true
		}
	}
	return false
}

// beside reports whether v lies strictly between the lines around what reaches
// from a to b; where both lie on one line, whether v does too.
func (l *lines) beside(a, b, v int32) bool {
	if a == b && l.has(a) {
		return v == a
	}
	return !l.has(v) && !l.between(min(a, b, v), max(a, b, v))
}

// cutter cuts edges at the lines of a cell.
type cutter struct {
	x, y lines
	cuts []cut
}

type cut struct {
	t float64
	p Point
}

// crosses reports whether anything within b may need a cut.
func (c *cutter) crosses(b box) bool {
	return c.x.between(b.minX, b.maxX) || c.y.between(b.minY, b.maxY)
}

// on reports whether p lies on a line; such a vertex stays.
func (c *cutter) on(p Point) bool { return c.x.has(p.X) || c.y.has(p.Y) }

// ring appends the open ring with the points where its edges meet the lines.
func (c *cutter) ring(dst, ring []Point) []Point {
	for i, p := range ring {
		dst = append(dst, p)
		q := ring[0]
		if i+1 < len(ring) {
			q = ring[i+1]
		}
		dst = c.edge(dst, p, q)
	}
	return dst
}

// line appends the line likewise.
func (c *cutter) line(dst, line []Point) []Point {
	for i, p := range line {
		dst = append(dst, p)
		if i+1 < len(line) {
			dst = c.edge(dst, p, line[i+1])
		}
	}
	return dst
}

// edge appends the points strictly between p and q. They are the same for q-p,
// and in every cell that has the line.
func (c *cutter) edge(dst []Point, p, q Point) []Point {
	lo := box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
	if !c.crosses(lo) {
		return dst
	}
	turned := p.X > q.X || p.X == q.X && p.Y > q.Y
	if turned {
		p, q = q, p
	}
	c.cuts = c.cuts[:0]
	dx, dy := int64(q.X)-int64(p.X), int64(q.Y)-int64(p.Y)
	for _, v := range c.x {
		if v > lo.minX && v < lo.maxX {
			d := int64(v) - int64(p.X)
			c.cuts = append(c.cuts, cut{float64(d) / float64(dx), Point{v, p.Y + int32(ratio(dy, d, dx))}})
		}
	}
	for _, v := range c.y {
		if v > lo.minY && v < lo.maxY {
			d := int64(v) - int64(p.Y)
			c.cuts = append(c.cuts, cut{float64(d) / float64(dy), Point{p.X + int32(ratio(dx, d, dy)), v}})
		}
	}
	slices.SortFunc(c.cuts, func(a, b cut) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		}
		return 0
	})
	for i := range c.cuts {
		at := c.cuts[i].p
		if turned {
			at = c.cuts[len(c.cuts)-1-i].p
		}
		if at != dst[len(dst)-1] {
			dst = append(dst, at)
		}
	}
	return dst
}

// ratio is d*num/den to the nearest integer, halves up.
func ratio(d, num, den int64) int64 {
	if den < 0 {
		num, den = -num, -den
	}
	n := 2*d*num + den
	quotient := n / (2 * den)
	if n%(2*den) < 0 {
		quotient--
	}
	return quotient
}

// round is v to the nearest integer, halves up.
func round(v float64) int32 { return int32(math.Floor(v + 0.5)) }
