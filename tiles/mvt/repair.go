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
	sweep   sweep
	hot     []node
	pieces  []segment
	along   []step
	faces   faces
	points  []Position
	seams   []Position
	loops   []loop
	nesting nesting
}

// node is a position in one number that sorts by x, then y.
type node uint64

func nodeOf(p Position) node { return node(uint32(p.X+1<<31))<<32 | node(uint32(p.Y+1<<31)) }

func (n node) position() Position {
	return Position{int64(n>>32) - 1<<31, int64(uint32(n)) - 1<<31}
}

// segment is an edge without direction: a before b.
type segment struct{ a, b node }

// step is a hot cell on the way along an edge.
type step struct {
	way int64
	at  node
}

// repair replaces the rings by those of a valid multipolygon, none if nothing
// has an area. The same rings give the same result. Where an edge crosses that
// of the tile it stays in its place, as seam promises.
func (m *mender) repair(r *ringSet, tile, clip box) {
	m.node(r, tile, clip)
	r.reset()
	if len(m.pieces) > 0 {
		m.faces.build(m.pieces)
		m.collect(r)
	}
}

// node fills pieces with the snap-rounded edges that bound the filled area.
func (m *mender) node(r *ringSet, tile, clip box) {
	m.sweep.edges, m.hot, m.pieces = m.sweep.edges[:0], m.hot[:0], m.pieces[:0]
	for i := range r.ends {
		m.sweep.add(r.ring(i))
	}
	for _, p := range r.positions {
		m.hot = append(m.hot, nodeOf(p))
	}
	m.seams = m.seams[:0]
	for i := range m.sweep.edges {
		m.seams = seamSegment(m.seams, m.sweep.edges[i].a, m.sweep.edges[i].b, tile, clip)
	}
	for _, p := range m.seams {
		m.hot = append(m.hot, nodeOf(p))
	}
	m.sweep.meet(func(e, o *edge) bool {
		if p, ok := meeting(e, o); ok {
			m.hot = append(m.hot, nodeOf(p))
		}
		return true
	})
	slices.Sort(m.hot)
	m.hot = slices.Compact(m.hot)
	for i := range m.sweep.edges {
		m.split(&m.sweep.edges[i])
	}
	slices.SortFunc(m.pieces, func(s, t segment) int { return cmp.Or(cmp.Compare(s.a, t.a), cmp.Compare(s.b, t.b)) })
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
	dx, dy := e.b.X-e.a.X, e.b.Y-e.a.Y
	from, _ := slices.BinarySearch(m.hot, nodeOf(Position{e.minX, e.minY}))
	for _, h := range m.hot[from:] {
		p := h.position()
		if p.X > e.maxX {
			break
		}
		if p.Y >= e.minY && p.Y <= e.maxY && passes(e.a, e.b, p) {
			m.along = append(m.along, step{p.X*dx + p.Y*dy, h})
		}
	}
	if len(m.along) > 2 {
		slices.SortFunc(m.along, func(s, t step) int { return cmp.Compare(s.way, t.way) })
	}
	for i := 1; i < len(m.along); i++ {
		a, b := m.along[i-1].at, m.along[i].at
		m.pieces = append(m.pieces, segment{min(a, b), max(a, b)})
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
	// Twice the distances of the corners from the edge's line, times its length.
	middle := dy*px - dx*py
	ll, lr, ul, ur := middle-dx+dy, middle-dx-dy, middle+dx+dy, middle+dx-dy
	if min(ll, lr, ul, ur) < 0 && max(ll, lr, ul, ur) > 0 {
		return true
	}
	return ll == 0
}
