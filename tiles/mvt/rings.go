package mvt

import "slices"

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
	changed    bool // not known to keep clear of its like
}

// sweep goes over edges from the left. Positions are those of one tile or of a
// shape not much larger, and fit 32 bits.
type sweep struct {
	edges   []edge
	order   []uint64 // left end and number of each edge
	active  []int32  // the edges that reach the one at hand
	nesting nesting
}

// simple reports whether the rings are a valid multipolygon as they stand:
// no ring touches itself or another one, holes lie in their exterior and no
// polygon lies within another. Rings that touch in a point may be valid too,
// but are left to repair.
//
// sound says that the rings passed before they were cut and bent at tile and
// clip, so that only edges which end there are looked at.
func (r *ringSet) simple(s *sweep, sound bool, tile, clip box) bool {
	if len(r.ends) == 1 && (len(r.positions) == 3 || convex(r.positions)) {
		return true
	}
	if sound && len(r.ends) == 1 {
		return keepsClear(r.positions, tile, clip)
	}
	s.edges = s.edges[:0]
	for i := range r.ends {
		s.add(r.ring(i))
	}
	if sound {
		for i := range s.edges {
			e := &s.edges[i]
			e.changed = tile.edges(e.a) || tile.edges(e.b) || clip.edges(e.a) || clip.edges(e.b)
		}
	}
	if len(s.edges) <= pairwise {
		for i := range s.edges {
			for j := range s.edges[:i] {
				if (s.edges[i].changed || s.edges[j].changed) && s.edges[i].conflicts(&s.edges[j]) {
					return false
				}
			}
		}
	} else if s.conflict() {
		return false
	}
	return sound || len(r.ends) == 1 || s.nesting.valid(r)
}

// keepsClear is simple for a single ring that was sound: its changed edges keep clear
// of all others.
func keepsClear(ring []Position, tile, clip box) bool {
	last := ring[len(ring)-1]
	before := tile.edges(last) || clip.edges(last)
	for i, b := range ring {
		here := tile.edges(b) || clip.edges(b)
		if (before || here) && !clearOf(ring, i) {
			return false
		}
		before = here
	}
	return true
}

// clearOf reports whether the edge that ends in ring[i] has no point in common
// with the others, but for the vertices it shares with its neighbours.
func clearOf(ring []Position, i int) bool {
	n := len(ring)
	p, q := ring[(i+n-1)%n], ring[i]
	b := box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
	// The edge that follows the next one begins at ring[i+1], the last before the
	// one ahead of it ends at ring[i-2].
	c := ring[(i+1)%n]
	for k := 2; k < n-1; k++ {
		j := i + k
		if j >= n {
			j -= n
		}
		d := ring[j]
		if max(c.X, d.X) >= b.minX && min(c.X, d.X) <= b.maxX && max(c.Y, d.Y) >= b.minY && min(c.Y, d.Y) <= b.maxY &&
			apart(turn(p, q, c), turn(p, q, d)) && apart(turn(c, d, p), turn(c, d, q)) {
			return false
		}
		c = d
	}
	return true
}

// edges reports whether p lies on a line of the box's edges.
func (b box) edges(p Position) bool {
	return p.X == b.minX || p.X == b.maxX || p.Y == b.minY || p.Y == b.maxY
}

func (s *sweep) add(ring []Position) {
	first := int32(len(s.edges))
	s.edges = slices.Grow(s.edges, len(ring))
	for i, a := range ring {
		b, next := ring[0], first
		if i+1 < len(ring) {
			b, next = ring[i+1], first+int32(i)+1
		}
		s.edges = append(s.edges, edge{a, b, min(a.X, b.X), max(a.X, b.X), min(a.Y, b.Y), max(a.Y, b.Y), next, first + int32(i), true})
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

// conflict reports whether any two edges conflict, one of them changed.
func (s *sweep) conflict() (found bool) {
	s.meet(func(e, o *edge) bool {
		found = (e.changed || o.changed) && e.conflicts(o)
		return !found
	})
	return found
}

// meet calls fn with all pairs of edges whose boxes may meet, until it says no.
func (s *sweep) meet(fn func(e, o *edge) bool) {
	s.order, s.active = s.order[:0], s.active[:0]
	for i := range s.edges {
		s.order = append(s.order, uint64(s.edges[i].minX+1<<31)<<32|uint64(i))
	}
	slices.Sort(s.order)
	for _, key := range s.order {
		e := &s.edges[uint32(key)]
		n := 0
		for _, j := range s.active {
			o := &s.edges[j]
			if o.maxX < e.minX {
				continue
			}
			s.active[n] = j
			n++
			if e.minY <= o.maxY && e.maxY >= o.minY && !fn(e, o) {
				return
			}
		}
		s.active = append(s.active[:n], int32(uint32(key)))
	}
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
