package shapefile

import (
	"math"
	"slices"

	"gisd/importers/wkb"
)

// ring is one part of a polygon.
type ring struct {
	from, to               int // positions
	minX, minY, maxX, maxY float64
	area                   float64 // signed, > 0 counter-clockwise; relative to the first position
	parent                 int     // the smallest ring around it, -1 for none
	depth                  int     // rings around it
}

// trustOrder is the number of rings above which the winding order alone tells
// shells from holes, which bounds the work of a hostile record.
const trustOrder = 4000

// polygons writes the rings as a Polygon or MultiPolygon. The format says that
// shells run clockwise and holes counter-clockwise, and writers get it wrong,
// so what counts is which ring lies inside which:
//
//	depth 0  shell      +-----------+
//	depth 1  hole       | +-------+ |
//	depth 2  shell      | | +---+ | |
//
// For files that follow the rule the result is the same.
func (b *builder) polygons(dst []byte, s *shape) []byte {
	if s.nparts == 1 {
		dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.Polygon, b.dims), 1)
		return b.run(dst, s, 0, s.points())
	}
	b.measure(s)
	if len(b.rings) == 0 {
		return dst
	}
	b.nest(s)
	shells := 0
	for i := range b.rings {
		if b.rings[i].depth%2 == 0 {
			shells++
		}
	}
	if shells > 1 {
		dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.MultiPolygon, b.dims), shells)
	}
	holes := b.holesByShell()
	for i := range b.rings {
		r := &b.rings[i]
		if r.depth%2 != 0 {
			continue
		}
		mine := holes.of(i)
		dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.Polygon, b.dims), 1+len(mine))
		dst = b.run(dst, s, r.from, r.to)
		for _, h := range mine {
			dst = b.run(dst, s, b.rings[h].from, b.rings[h].to)
		}
	}
	return dst
}

// measure fills rings; empty parts are left out.
func (b *builder) measure(s *shape) {
	b.rings = b.rings[:0]
	for i := range s.nparts {
		from, to := s.part(i)
		if from == to {
			continue
		}
		r := ring{from: from, to: to, parent: -1, minX: math.Inf(1), minY: math.Inf(1), maxX: math.Inf(-1), maxY: math.Inf(-1)}
		x0, y0 := s.x(from), s.y(from)
		px, py := 0.0, 0.0
		for k := from; k < to; k++ {
			x, y := s.x(k), s.y(k)
			r.minX, r.maxX = min(r.minX, x), max(r.maxX, x)
			r.minY, r.maxY = min(r.minY, y), max(r.maxY, y)
			x, y = x-x0, y-y0
			r.area += px*y - x*py
			px, py = x, y
		}
		r.area /= 2
		b.rings = append(b.rings, r)
	}
}

// nest finds for every ring the smallest ring around it. Rings are visited from
// large to small, so that a parent's depth is known before its children's.
func (b *builder) nest(s *shape) {
	b.order = b.order[:0]
	for i := range b.rings {
		b.order = append(b.order, i)
	}
	slices.SortStableFunc(b.order, func(i, k int) int {
		return cmpFloat(math.Abs(b.rings[k].area), math.Abs(b.rings[i].area))
	})
	trust := len(b.rings) > trustOrder
	for at, i := range b.order {
		r := &b.rings[i]
		if trust && r.area < 0 {
			continue
		}
		for k := at - 1; k >= 0; k-- {
			o := b.order[k]
			outer := &b.rings[o]
			if trust && outer.area > 0 {
				continue
			}
			if outer.around(r) && b.inside(s, r, outer) {
				r.parent, r.depth = o, outer.depth+1
				break
			}
		}
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (r *ring) around(in *ring) bool {
	return r.minX <= in.minX && r.maxX >= in.maxX && r.minY <= in.minY && r.maxY >= in.maxY
}

// inside decides by the first position of in that lies off outer's edge. Where
// all lie on it the middles of in's edges are tried, and at last the winding
// order: equal rings of one order are two shells, of opposite orders a hole.
func (b *builder) inside(s *shape, in, outer *ring) bool {
	for k := in.from; k < in.to; k++ {
		if side := b.locate(s, s.x(k), s.y(k), outer); side != 0 {
			return side > 0
		}
	}
	for k := in.from; k+1 < in.to; k++ {
		if side := b.locate(s, (s.x(k)+s.x(k+1))/2, (s.y(k)+s.y(k+1))/2, outer); side != 0 {
			return side > 0
		}
	}
	return in.area > 0 && outer.area < 0
}

// locate says 1 for inside the ring, -1 for outside, 0 for on its edge.
func (b *builder) locate(s *shape, x, y float64, r *ring) int {
	in := false
	ax, ay := s.x(r.to-1), s.y(r.to-1)
	for k := r.from; k < r.to; k++ {
		bx, by := s.x(k), s.y(k)
		if min(ay, by) <= y && y <= max(ay, by) && min(ax, bx) <= x {
			cross := (bx-ax)*(y-ay) - (by-ay)*(x-ax)
			if cross == 0 && x <= max(ax, bx) {
				return 0
			}
			// half-open in y, so that a corner counts once
			if (ay > y) != (by > y) && (cross > 0) == (ay > by) {
				in = !in
			}
		}
		ax, ay = bx, by
	}
	if in {
		return 1
	}
	return -1
}

// holeIndex lists the holes of each shell.
type holeIndex struct {
	start []int
	holes []int
}

func (h *holeIndex) of(shell int) []int { return h.holes[h.start[shell]:h.start[shell+1]] }

func (b *builder) holesByShell() holeIndex {
	h := holeIndex{start: make([]int, len(b.rings)+1)}
	for i := range b.rings {
		if r := &b.rings[i]; r.depth%2 == 1 {
			h.start[r.parent+1]++
		}
	}
	for i := range b.rings {
		h.start[i+1] += h.start[i]
	}
	h.holes = make([]int, h.start[len(b.rings)])
	next := slices.Clone(h.start)
	for i := range b.rings {
		if r := &b.rings[i]; r.depth%2 == 1 {
			h.holes[next[r.parent]] = i
			next[r.parent]++
		}
	}
	return h
}
