package mvt

import (
	"cmp"
	"slices"
)

// ringSet is the rings of one feature, open, tidied and in tile units; holes
// follow their exterior.
type ringSet struct {
	positions []Position
	ends      []int
	kinds     []Kind
}

func (r *ringSet) reset() { r.positions, r.ends, r.kinds = r.positions[:0], r.ends[:0], r.kinds[:0] }

func (r *ringSet) ring(i int) []Position {
	if i == 0 {
		return r.positions[:r.ends[0]]
	}
	return r.positions[r.ends[i-1]:r.ends[i]]
}

// add tidies an open ring and takes it; false if nothing is left of it.
func (r *ringSet) add(ring []Position, k Kind) bool {
	n := len(r.positions)
	r.positions = slices.Grow(r.positions, len(ring))
	kept := tidyRing(r.positions[n:n], ring)
	if len(kept) < 3 {
		return false
	}
	// tidying may have let go of the first positions
	r.positions = append(r.positions[:n], kept...)
	r.ends, r.kinds = append(r.ends, len(r.positions)), append(r.kinds, k)
	return true
}

// write winds the rings by MVT 2.1 §4.3.4.4: exteriors have a positive,
// interiors a negative area.
func (r *ringSet) write(c *commands) {
	for i, k := range r.kinds {
		ring := r.ring(i)
		c.ring(ring, (area2(ring) > 0) != (k == ExteriorPart))
	}
}

// pairwise is how many edges are compared each with each; above it they are
// swept.
const pairwise = 32

// edge is one edge of a ring; next is the number of the edge behind it.
type edge struct {
	a, b       Position
	minX, maxX int64
	minY, maxY int64
	next       int32
	number     int32
}

// sweep is the memory of simple.
type sweep struct {
	edges, active []edge
	nesting       nesting
}

// simple reports whether the rings are a valid multipolygon as they stand:
// no ring touches itself or another one, holes lie in their exterior and no
// polygon lies within another. Rings that touch in a point may be valid too,
// but are left to repair.
func (r *ringSet) simple(s *sweep) bool {
	if len(r.ends) == 1 && (len(r.positions) == 3 || convex(r.positions)) {
		return true
	}
	s.edges = s.edges[:0]
	for i := range r.ends {
		s.add(r.ring(i))
	}
	if len(s.edges) <= pairwise {
		for i := range s.edges {
			for j := range s.edges[:i] {
				if s.edges[i].conflicts(&s.edges[j]) {
					return false
				}
			}
		}
	} else if s.conflict() {
		return false
	}
	return len(r.ends) == 1 || s.nesting.valid(r)
}

func (s *sweep) add(ring []Position) {
	first := int32(len(s.edges))
	for i, a := range ring {
		b, next := ring[0], first
		if i+1 < len(ring) {
			b, next = ring[i+1], first+int32(i)+1
		}
		s.edges = append(s.edges, edge{a, b, min(a.X, b.X), max(a.X, b.X), min(a.Y, b.Y), max(a.Y, b.Y), next, first + int32(i)})
	}
}

// conflicts reports whether two edges have a point in common, other than the
// vertex between neighbours, which in a tidied ring is their only one.
func (e *edge) conflicts(o *edge) bool {
	if e.minX > o.maxX || e.maxX < o.minX || e.minY > o.maxY || e.maxY < o.minY || e.next == o.number || o.next == e.number {
		return false
	}
	return apart(turn(e.a, e.b, o.a), turn(e.a, e.b, o.b)) && apart(turn(o.a, o.b, e.a), turn(o.a, o.b, e.b))
}

// apart reports whether two turns are not strictly to the same side.
func apart(a, b int64) bool { return a >= 0 && b <= 0 || a <= 0 && b >= 0 }

// conflict sweeps the edges from the left.
func (s *sweep) conflict() bool {
	slices.SortFunc(s.edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.minX, b.minX), cmp.Compare(a.number, b.number))
	})
	s.active = s.active[:0]
	for i := range s.edges {
		e := &s.edges[i]
		n := 0
		for j := range s.active {
			o := &s.active[j]
			if o.maxX < e.minX {
				continue
			}
			if e.conflicts(o) {
				return true
			}
			if n != j {
				s.active[n] = *o
			}
			n++
		}
		s.active = append(s.active[:n], *e)
	}
	return false
}

// convex reports whether a tidied ring turns one way and around once, so that
// it cannot touch itself.
func convex(ring []Position) bool {
	n := len(ring)
	a, b := ring[n-2], ring[n-1]
	sign := turn(a, b, ring[0]) > 0
	changes, ahead := 0, forward(a, b)
	for _, c := range ring {
		if turn(a, b, c) > 0 != sign {
			return false
		}
		if f := forward(b, c); f != ahead {
			ahead = f
			changes++
		}
		a, b = b, c
	}
	return changes == 2
}

// forward orders directions into two halves of the circle.
func forward(a, b Position) bool { return b.X > a.X || b.X == a.X && b.Y > a.Y }
