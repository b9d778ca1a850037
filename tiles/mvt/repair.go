package mvt

import (
	"cmp"
	"slices"
)

// mender makes valid polygons of rings that snapping to the grid, or clipping,
// left touching or crossing. What lies in an odd number of rings stays filled
// (the rule of ST_MakeValid's linework method).
//
// Rings are noded by snap rounding (Hobby 1999): the grid cells that hold a
// vertex or a crossing are hot, and an edge that passes a hot cell is led
// through its middle. The edges then meet in vertices only, no vertex lies
// farther than half a unit from its edge, and what runs there and back cancels
// out. The faces between the edges become polygons, see faces.
type mender struct {
	edges   []edge
	active  []edge
	hot     []Position
	pieces  []segment
	along   []Position
	faces   faces
	points  []Position
	loops   []loop
	nesting nesting
}

// segment is an edge without direction: a before b.
type segment struct{ a, b Position }

func compare(a, b Position) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

func (s segment) compare(o segment) int { return cmp.Or(compare(s.a, o.a), compare(s.b, o.b)) }

// repair replaces the rings by those of a valid multipolygon, none if nothing
// has an area. The same rings give the same result.
func (m *mender) repair(r *ringSet) {
	m.node(r)
	r.reset()
	if len(m.pieces) > 0 {
		m.faces.build(m.pieces)
		m.collect(r)
	}
}

// node fills pieces with the snap-rounded edges that bound the filled area.
func (m *mender) node(r *ringSet) {
	var s sweep
	s.edges, s.active = m.edges[:0], m.active
	for i := range r.ends {
		s.add(r.ring(i))
	}
	m.hot = append(m.hot[:0], r.positions...)
	slices.SortFunc(s.edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.minX, b.minX), cmp.Compare(a.number, b.number))
	})
	m.crossings(&s)
	m.edges, m.active = s.edges, s.active
	slices.SortFunc(m.hot, compare)
	m.hot = slices.Compact(m.hot)
	m.pieces = m.pieces[:0]
	for i := range m.edges {
		m.split(&m.edges[i])
	}
	slices.SortFunc(m.pieces, segment.compare)
	m.pieces = odd(m.pieces)
}

// odd keeps one of each segment that is there an odd number of times.
func odd(s []segment) []segment {
	out := s[:0]
	for i := 0; i < len(s); {
		j := i + 1
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if (j-i)%2 == 1 {
			out = append(out, s[i])
		}
		i = j
	}
	return out
}

// crossings adds the grid cells in which edges cross to hot.
func (m *mender) crossings(s *sweep) {
	s.active = s.active[:0]
	for i := range s.edges {
		e := &s.edges[i]
		n := 0
		for j := range s.active {
			o := &s.active[j]
			if o.maxX < e.minX {
				continue
			}
			if e.minY <= o.maxY && e.maxY >= o.minY {
				if p, ok := meeting(e, o); ok {
					m.hot = append(m.hot, p)
				}
			}
			if n != j {
				s.active[n] = *o
			}
			n++
		}
		s.active = append(s.active[:n], *e)
	}
}

// meeting is the grid cell of the point where two edges cross between their
// ends; elsewhere an end is hot already.
func meeting(e, o *edge) (Position, bool) {
	a, b := turn(e.a, e.b, o.a), turn(e.a, e.b, o.b)
	c, d := turn(o.a, o.b, e.a), turn(o.a, o.b, e.b)
	if (a > 0) == (b > 0) || (c > 0) == (d > 0) || a == 0 || b == 0 || c == 0 || d == 0 {
		return Position{}, false
	}
	// o crosses e at o.a + (o.b - o.a)·a/(a-b). Edges lie within the clip box of
	// at most 3·2^16 units, so that the products stay below 2^60.
	return Position{o.a.X + nearest((o.b.X-o.a.X)*a, a-b), o.a.Y + nearest((o.b.Y-o.a.Y)*a, a-b)}, true
}

// nearest is num/den rounded, halves up.
func nearest(num, den int64) int64 {
	if den < 0 {
		num, den = -num, -den
	}
	num, den = 2*num+den, 2*den
	q := num / den
	if num%den < 0 {
		q--
	}
	return q
}

// split cuts an edge at the hot cells it passes and appends the pieces.
func (m *mender) split(e *edge) {
	m.along = m.along[:0]
	from, _ := slices.BinarySearchFunc(m.hot, Position{e.minX, e.minY}, compare)
	for _, h := range m.hot[from:] {
		if h.X > e.maxX {
			break
		}
		if h.Y >= e.minY && h.Y <= e.maxY && passes(e.a, e.b, h) {
			m.along = append(m.along, h)
		}
	}
	dx, dy := e.b.X-e.a.X, e.b.Y-e.a.Y
	slices.SortFunc(m.along, func(p, q Position) int {
		return cmp.Compare(p.X*dx+p.Y*dy, q.X*dx+q.Y*dy)
	})
	for i := 1; i < len(m.along); i++ {
		p, q := m.along[i-1], m.along[i]
		if compare(p, q) > 0 {
			p, q = q, p
		}
		m.pieces = append(m.pieces, segment{p, q})
	}
}

// passes reports whether the edge p-q, in whose box h lies, has a point in the
// cell of h: the square of one unit around it with its left and lower edges.
func passes(p, q, h Position) bool {
	if p.X == q.X || p.Y == q.Y || p == h || q == h {
		return true
	}
	// Doubled, corners are integers: the cell is [-1, 1) around h.
	px, py := 2*(p.X-h.X), 2*(p.Y-h.Y)
	dx, dy := q.X-p.X, q.Y-p.Y
	at := func(x, y int64) int64 { return dx*(y-py) - dy*(x-px) }
	ll, lr, ul, ur := at(-1, -1), at(1, -1), at(-1, 1), at(1, 1)
	if min(ll, lr, ul, ur) < 0 && max(ll, lr, ul, ur) > 0 {
		return true
	}
	return ll == 0
}
