package cell

import "gisd/tiles/mvt"

// frame is a closed box of positions.
type frame struct{ minX, minY, maxX, maxY int64 }

func (f frame) grown(by int64) frame {
	return frame{f.minX - by, f.minY - by, f.maxX + by, f.maxY + by}
}

func (f frame) meets(o frame) bool {
	return o.minX <= f.maxX && o.maxX >= f.minX && o.minY <= f.maxY && o.maxY >= f.minY
}

func (f frame) holds(o frame) bool {
	return o.minX >= f.minX && o.maxX <= f.maxX && o.minY >= f.minY && o.maxY <= f.maxY
}

// sides says on which sides of the frame a position lies outside, one bit a
// side.
func (f frame) sides(p mvt.Position) (s uint8) {
	if p.X < f.minX {
		s = 1
	} else if p.X > f.maxX {
		s = 2
	}
	if p.Y < f.minY {
		s |= 4
	} else if p.Y > f.maxY {
		s |= 8
	}
	return s
}

func frameOf(ps []mvt.Position) frame {
	f := frame{ps[0].X, ps[0].Y, ps[0].X, ps[0].Y}
	for _, p := range ps[1:] {
		f.minX, f.maxX = min(f.minX, p.X), max(f.maxX, p.X)
		f.minY, f.maxY = min(f.minY, p.Y), max(f.maxY, p.Y)
	}
	return f
}

// shorten appends ps to dst without what cannot be seen from inside the frame:
// of a stretch that stays outside on one side only the first and the last
// position are kept. Clipping to any box within the frame gives the same points
// in the same order as before: what enters and leaves the frame is unchanged.
//
//	┌─────┐  ·  ·
//	│  ·──┼──a  ·──·      a and z stay, what lies between goes
//	│  ·──┼──z──·  ·
//	└─────┘
func shorten(dst, ps []mvt.Position, f frame) []mvt.Position {
	run := uint8(0) // sides common to the run that ends in the last of dst
	length := 0
	for _, p := range ps {
		s := f.sides(p)
		if common := run & s; common != 0 && length > 0 {
			if length > 1 {
				dst = dst[:len(dst)-1]
			} else {
				length++
			}
			dst, run = append(dst, p), common
			continue
		}
		dst, run, length = append(dst, p), s, 1
	}
	return dst
}

// touches reports whether any of a line or ring lies in the frame; for a ring
// also what it encloses.
func touches(ps []mvt.Position, f frame, ring bool) bool {
	prev := ps[len(ps)-1]
	if !ring {
		prev = ps[0]
	}
	inside := false
	for _, p := range ps {
		if crosses(prev, p, f) {
			return true
		}
		if ring && (prev.Y > f.minY) != (p.Y > f.minY) && left(prev, p, mvt.Position{X: f.minX, Y: f.minY}) == (p.Y > prev.Y) {
			inside = !inside
		}
		prev = p
	}
	return inside
}

// crosses reports whether p-q has a point in the frame.
func crosses(p, q mvt.Position, f frame) bool {
	a, b := f.sides(p), f.sides(q)
	if a == 0 || b == 0 {
		return true
	}
	if a&b != 0 {
		return false
	}
	// Both ends lie outside: the frame is met if its corners are on both sides.
	first := left(p, q, mvt.Position{X: f.minX, Y: f.minY})
	return first != left(p, q, mvt.Position{X: f.maxX, Y: f.minY}) ||
		first != left(p, q, mvt.Position{X: f.minX, Y: f.maxY}) ||
		first != left(p, q, mvt.Position{X: f.maxX, Y: f.maxY})
}

// left reports the side of a-b that c lies on. Floating point: positions of a
// whole world would overflow, and an error of a billionth only keeps a shape
// that just misses.
func left(a, b, c mvt.Position) bool {
	return float64(b.X-a.X)*float64(c.Y-a.Y)-float64(b.Y-a.Y)*float64(c.X-a.X) > 0
}
