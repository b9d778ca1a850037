package label

import "math"

// Finder finds label points; it keeps its memory between calls and is not safe
// for goroutines.
type Finder struct {
	queue []square
	edges []edge
}

// edge is one side of a ring.
type edge struct{ ax, ay, dx, dy, inverse float64 } // inverse of the squared length

// square is a region of the search: its middle, half its side, the distance of
// the middle from the border (negative outside), and the most any of its points
// can have.
type square struct{ x, y, half, distance, most float64 }

// maxSquares ends the search on shapes made to be slow.
const maxSquares = 4096

// Polygon returns the pole of inaccessibility (Garcia-Castellanos and Lombardo
// 2007) and the radius of the circle around it that fits the polygon. The radius
// is within 2 % of the shorter side of the polygon's box of the best there is.
//
// xy holds the rings one behind the other, the exterior first, closed or open,
// in any winding; ends are the ends of the rings, counted in positions. The
// search divides the box into squares and goes on with the one that promises
// most. ok is false for a polygon without area or with a coordinate that is not
// a number.
func (f *Finder) Polygon(xy []float64, ends []int) (x, y, radius float64, ok bool) {
	minX, minY, maxX, maxY := f.prepare(xy, ends)
	width, height := maxX-minX, maxY-minY
	if !(width > 0) || !(height > 0) || math.IsInf(width, 0) || math.IsInf(height, 0) {
		return 0, 0, 0, false
	}
	precision := min(width, height) / 50
	side := min(width, height)
	if max(width, height) > 64*side {
		side = max(width, height) / 64
	}
	best := f.square(minX+width/2, minY+height/2, 0)
	if c, ok := f.centroid(xy, ends); ok && c.distance > best.distance {
		best = c
	}
	f.queue = f.queue[:0]
	for left := minX; left < maxX; left += side {
		for top := minY; top < maxY; top += side {
			f.push(f.square(left+side/2, top+side/2, side/2))
		}
	}
	for n := 0; len(f.queue) > 0 && n < maxSquares; n++ {
		s := f.pop()
		if s.distance > best.distance {
			best = s
		}
		if s.most-best.distance <= precision {
			break
		}
		h := s.half / 2
		f.push(f.square(s.x-h, s.y-h, h))
		f.push(f.square(s.x+h, s.y-h, h))
		f.push(f.square(s.x-h, s.y+h, h))
		f.push(f.square(s.x+h, s.y+h, h))
	}
	return best.x, best.y, best.distance, best.distance > 0
}

// prepare lists the edges and returns the box of the exterior.
func (f *Finder) prepare(xy []float64, ends []int) (minX, minY, maxX, maxY float64) {
	minX, minY, maxX, maxY = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	f.edges = f.edges[:0]
	from := 0
	for ring, end := range ends {
		if end > from {
			px, py := xy[2*end-2], xy[2*end-1]
			for i := from; i < end; i++ {
				qx, qy := xy[2*i], xy[2*i+1]
				if ring == 0 {
					minX, maxX = min(minX, qx), max(maxX, qx)
					minY, maxY = min(minY, qy), max(maxY, qy)
				}
				if dx, dy := qx-px, qy-py; dx != 0 || dy != 0 {
					f.edges = append(f.edges, edge{px, py, dx, dy, 1 / (dx*dx + dy*dy)})
				}
				px, py = qx, qy
			}
		}
		from = end
	}
	return minX, minY, maxX, maxY
}

// square measures the square around x, y.
func (f *Finder) square(x, y, half float64) square {
	inside, least := false, math.Inf(1)
	for i := range f.edges {
		e := &f.edges[i]
		px, py := x-e.ax, y-e.ay
		if (py < 0) != (py < e.dy) && px < e.dx*py/e.dy {
			inside = !inside
		}
		t := (px*e.dx + py*e.dy) * e.inverse
		if t > 1 {
			t = 1
		} else if !(t > 0) {
			t = 0
		}
		px -= t * e.dx
		py -= t * e.dy
		if d := px*px + py*py; d < least {
			least = d
		}
	}
	distance := math.Sqrt(least)
	if !inside {
		distance = -distance
	}
	return square{x, y, half, distance, distance + half*math.Sqrt2}
}

// centroid measures the exterior's centre of gravity, which is the answer, or
// near it, for most parcels.
func (f *Finder) centroid(xy []float64, ends []int) (square, bool) {
	n := ends[0]
	ox, oy := xy[0], xy[1]
	var area, cx, cy float64
	px, py := xy[2*n-2]-ox, xy[2*n-1]-oy
	for i := range n {
		qx, qy := xy[2*i]-ox, xy[2*i+1]-oy
		w := px*qy - qx*py
		area += w
		cx += (px + qx) * w
		cy += (py + qy) * w
		px, py = qx, qy
	}
	if area == 0 {
		return square{}, false
	}
	return f.square(ox+cx/(3*area), oy+cy/(3*area), 0), true
}

func (f *Finder) push(s square) {
	f.queue = append(f.queue, s)
	for i := len(f.queue) - 1; i > 0; {
		parent := (i - 1) / 2
		if f.queue[i].most <= f.queue[parent].most {
			return
		}
		f.queue[i], f.queue[parent] = f.queue[parent], f.queue[i]
		i = parent
	}
}

func (f *Finder) pop() square {
	q := f.queue
	top, last := q[0], len(q)-1
	q[0] = q[last]
	q = q[:last]
	f.queue = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(q) {
			return top
		}
		if child+1 < len(q) && q[child+1].most > q[child].most {
			child++
		}
		if q[child].most <= q[i].most {
			return top
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}
