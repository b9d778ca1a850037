package mvt

import (
	"cmp"
	"math"
	"slices"
)

type side uint8

const (
	left side = iota
	right
	top
	bottom
)

func (b box) inside(s side, p Position) bool {
	switch s {
	case left:
		return p.X >= b.minX
	case right:
		return p.X <= b.maxX
	case top:
		return p.Y >= b.minY
	default:
		return p.Y <= b.maxY
	}
}

// cross is where the edge a-b meets the side's line, rounded to the grid. It
// is the same point for b-a, so that two polygons sharing the edge still share
// it when clipped.
func (b box) cross(s side, p, q Position) Position {
	if p.X > q.X || p.X == q.X && p.Y > q.Y {
		p, q = q, p
	}
	switch s {
	case left:
		return Position{b.minX, p.Y + ratio(q.Y-p.Y, b.minX-p.X, q.X-p.X)}
	case right:
		return Position{b.maxX, p.Y + ratio(q.Y-p.Y, b.maxX-p.X, q.X-p.X)}
	case top:
		return Position{p.X + ratio(q.X-p.X, b.minY-p.Y, q.Y-p.Y), b.minY}
	default:
		return Position{p.X + ratio(q.X-p.X, b.maxY-p.Y, q.Y-p.Y), b.maxY}
	}
}

// ratio is d*num/den to the nearest integer; den is never zero here.
func ratio(d, num, den int64) int64 {
	return int64(math.Floor(float64(d)*(float64(num)/float64(den)) + 0.5))
}

// clipRing cuts an open ring to the box, side after side (Sutherland and
// Hodgman 1974). a and b are scratch; the result is one of them. A concave
// ring that leaves the box twice comes back joined along the box's edge, which
// lies outside what a map shows.
func clipRing(ring []Position, bounds, clip box, a, b []Position) (out, scratch1, scratch2 []Position) {
	src := ring
	for _, s := range [4]side{left, right, top, bottom} {
		switch {
		case s == left && bounds.minX >= clip.minX,
			s == right && bounds.maxX <= clip.maxX,
			s == top && bounds.minY >= clip.minY,
			s == bottom && bounds.maxY <= clip.maxY:
			continue
		}
		a = clipSide(a[:0], src, clip, s)
		src = a
		a, b = b, a
		if len(src) == 0 {
			break
		}
	}
	return src, a, b
}

// compare orders positions by x, then y.
func compare(a, b Position) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

// turnToLeast turns a ring to begin at its least position, so that it does not
// show where outside the clip box it once began.
func turnToLeast(ring []Position) {
	least := 0
	for i := 1; i < len(ring); i++ {
		switch c := compare(ring[i], ring[least]); {
		case c < 0:
			least = i
		case c == 0:
			for k := 1; k < len(ring); k++ {
				if c = compare(ring[(i+k)%len(ring)], ring[(least+k)%len(ring)]); c != 0 {
					break
				}
			}
			if c < 0 {
				least = i
			}
		}
	}
	if least > 0 {
		slices.Reverse(ring[:least])
		slices.Reverse(ring[least:])
		slices.Reverse(ring)
	}
}

func clipSide(dst, src []Position, clip box, s side) []Position {
	if len(src) == 0 {
		return dst
	}
	prev := src[len(src)-1]
	prevIn := clip.inside(s, prev)
	for _, p := range src {
		in := clip.inside(s, p)
		if in != prevIn {
			dst = append(dst, clip.cross(s, prev, p))
		}
		if in {
			dst = append(dst, p)
		}
		prev, prevIn = p, in
	}
	return dst
}

// clipSegment cuts p-q to the box (Liang and Barsky 1984) and reports whether
// anything is left.
func clipSegment(p, q Position, clip box) (Position, Position, bool) {
	if clip.has(p) && clip.has(q) {
		return p, q, true
	}
	dx, dy := float64(q.X-p.X), float64(q.Y-p.Y)
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{
		{-dx, float64(p.X - clip.minX)}, {dx, float64(clip.maxX - p.X)},
		{-dy, float64(p.Y - clip.minY)}, {dy, float64(clip.maxY - p.Y)},
	} {
		d, room := e[0], e[1]
		switch {
		case d == 0 && room < 0:
			return p, q, false
		case d < 0:
			t0 = max(t0, room/d)
		case d > 0:
			t1 = min(t1, room/d)
		}
	}
	if t0 > t1 {
		return p, q, false
	}
	a, b := p, q
	if t0 > 0 {
		a = Position{p.X + snap(t0*dx), p.Y + snap(t0*dy)}
	}
	if t1 < 1 {
		b = Position{p.X + snap(t1*dx), p.Y + snap(t1*dy)}
	}
	return clip.clamp(a), clip.clamp(b), true
}

// clamp takes back a last unit that rounding put outside.
func (b box) clamp(p Position) Position {
	return Position{min(max(p.X, b.minX), b.maxX), min(max(p.Y, b.minY), b.maxY)}
}
