package mvt

import "math"

type side uint8

const (
	left side = iota
	right
	top
	bottom
)

func (b box) inside(s side, p gridPoint) bool {
	switch s {
	case left:
		return p.x >= b.minX
	case right:
		return p.x <= b.maxX
	case top:
		return p.y >= b.minY
	default:
		return p.y <= b.maxY
	}
}

// cross is where the edge a-b meets the side's line, rounded to the grid. It
// is the same point for b-a, so that two polygons sharing the edge still share
// it when clipped.
func (b box) cross(s side, p, q gridPoint) gridPoint {
	if p.x > q.x || p.x == q.x && p.y > q.y {
		p, q = q, p
	}
	switch s {
	case left:
		return gridPoint{b.minX, p.y + ratio(q.y-p.y, b.minX-p.x, q.x-p.x)}
	case right:
		return gridPoint{b.maxX, p.y + ratio(q.y-p.y, b.maxX-p.x, q.x-p.x)}
	case top:
		return gridPoint{p.x + ratio(q.x-p.x, b.minY-p.y, q.y-p.y), b.minY}
	default:
		return gridPoint{p.x + ratio(q.x-p.x, b.maxY-p.y, q.y-p.y), b.maxY}
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
func clipRing(ring []gridPoint, bounds, clip box, a, b []gridPoint) (out, scratch1, scratch2 []gridPoint) {
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

func clipSide(dst, src []gridPoint, clip box, s side) []gridPoint {
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
func clipSegment(p, q gridPoint, clip box) (gridPoint, gridPoint, bool) {
	if clip.has(p) && clip.has(q) {
		return p, q, true
	}
	dx, dy := float64(q.x-p.x), float64(q.y-p.y)
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{
		{-dx, float64(p.x - clip.minX)}, {dx, float64(clip.maxX - p.x)},
		{-dy, float64(p.y - clip.minY)}, {dy, float64(clip.maxY - p.y)},
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
		a = gridPoint{p.x + snap(t0*dx), p.y + snap(t0*dy)}
	}
	if t1 < 1 {
		b = gridPoint{p.x + snap(t1*dx), p.y + snap(t1*dy)}
	}
	return clip.clamp(a), clip.clamp(b), true
}

// clamp takes back a last unit that rounding put outside.
func (b box) clamp(p gridPoint) gridPoint {
	return gridPoint{min(max(p.x, b.minX), b.maxX), min(max(p.y, b.minY), b.maxY)}
}
