package dxf

import (
	"math"
	"slices"
	"sort"

	"gisd/importers/wkb"
)

// chain joins edges that touch, given in any order and direction, into rings.
type chain struct{ edges [][]vec }

// rings adds each closed chain; one that cannot be closed is closed by a
// straight line, as the program that wrote it must have seen it so.
func (c *chain) rings(r *rings) {
	gap := c.gap()
	for len(c.edges) > 0 {
		path := c.edges[0]
		c.edges = c.edges[1:]
		if len(path) == 0 {
			continue
		}
		for path[0].distance(path[len(path)-1]) > gap || len(path) < 3 {
			i, reversed := c.touching(path[len(path)-1], gap)
			if i < 0 {
				break
			}
			next := c.edges[i]
			copy(c.edges[1:i+1], c.edges[:i])
			c.edges = c.edges[1:]
			if reversed {
				slices.Reverse(next)
			}
			path = append(path, next[1:]...)
		}
		r.add(path)
	}
}

// gap is how far ends may lie apart: a millionth of the loop's size.
func (c *chain) gap() float64 {
	lo, hi := vec{x: math.Inf(1), y: math.Inf(1)}, vec{x: math.Inf(-1), y: math.Inf(-1)}
	for _, e := range c.edges {
		for _, p := range e {
			lo.x, lo.y, hi.x, hi.y = min(lo.x, p.x), min(lo.y, p.y), max(hi.x, p.x), max(hi.y, p.y)
		}
	}
	return 1e-6*(hi.x-lo.x+hi.y-lo.y) + 1e-12*(math.Abs(hi.x)+math.Abs(hi.y))
}

// touching finds the edge that goes on at p, the next one in order first; a
// wider gap is taken only where no edge fits and the next one is near.
func (c *chain) touching(p vec, gap float64) (i int, reversed bool) {
	for i, e := range c.edges {
		if len(e) == 0 {
			continue
		}
		if e[0].distance(p) <= gap {
			return i, false
		}
		if e[len(e)-1].distance(p) <= gap {
			return i, true
		}
		if i > 2000 { // far away in a loop of very many edges
			break
		}
	}
	if len(c.edges) > 0 && len(c.edges[0]) > 0 {
		e := c.edges[0]
		switch wide := 1000 * gap; {
		case e[0].distance(p) <= wide:
			return 0, false
		case e[len(e)-1].distance(p) <= wide:
			return 0, true
		}
	}
	return -1, false
}

// rings are closed rings that do not repeat their first position.
type rings struct {
	list []ring
	work int // positions compared
}

// maxWork bounds the comparing of rings.
const maxWork = 200_000_000

type ring struct {
	pos    []vec
	area   float64 // without sign
	lo, hi vec
	depth  int // how many rings it lies in
	parent int // the smallest of them, -1 for none
}

func (r *rings) add(pos []vec) {
	n := len(pos)
	for n > 1 && pos[0].same(pos[n-1]) {
		n--
	}
	if n < 3 {
		return
	}
	g := ring{pos: slices.Clone(pos[:n]), lo: pos[0], hi: pos[0], parent: -1}
	last := pos[n-1]
	for _, p := range g.pos {
		// Relative to the first position, which keeps large eastings exact.
		g.area += (last.x-pos[0].x)*(p.y-pos[0].y) - (p.x-pos[0].x)*(last.y-pos[0].y)
		g.lo.x, g.lo.y, g.hi.x, g.hi.y = min(g.lo.x, p.x), min(g.lo.y, p.y), max(g.hi.x, p.x), max(g.hi.y, p.y)
		last = p
	}
	if g.area = math.Abs(g.area / 2); g.area > 0 {
		r.list = append(r.list, g)
	}
}

// The styles of a HATCH: which of nested islands are filled.
const (
	styleNormal = 0 // every second
	styleOuter  = 1 // the outermost without what lies in it
	styleIgnore = 2 // the outermost with all that lies in it
)

// nest adds the rings as polygons, each at the elevation: rings in an even
// number of others are outer ones, the rest holes in the smallest around them.
//
//	+-------------+
//	|  A  +----+  |   A and C are polygons, B is A's hole;
//	|     | B  |  |   with styleOuter C is not filled,
//	|     |[C] |  |   with styleIgnore B and C do not count
//	|     +----+  |
//	+-------------+
//
// It gives up, and says so, where too many rings lie in one another.
func (r *rings) nest(s *shape, style int, elevation float64) (ok bool) {
	list := r.list
	sort.SliceStable(list, func(i, j int) bool { return list[i].area > list[j].area })
	for i := range list {
		for j := i - 1; j >= 0; j-- {
			if r.work > maxWork {
				return false
			}
			if list[i].repeats(&list[j]) {
				list[i].depth = repeated
				break
			}
			if list[j].depth != repeated && r.contains(j, i) {
				list[i].parent, list[i].depth = j, list[j].depth+1
				break
			}
		}
	}
	r.write(s, style, elevation)
	return true
}

func (r *rings) write(s *shape, style int, elevation float64) {
	list := r.list
	put := func(g *ring) {
		for k := range g.pos {
			g.pos[k].z = elevation
		}
		s.ring(g.pos)
	}
	holes := make([][]int, len(list))
	for i := range list {
		if d := list[i].depth; d != repeated && d%2 == 1 {
			holes[list[i].parent] = append(holes[list[i].parent], i)
		}
	}
	for i := range list {
		g := &list[i]
		if g.depth == repeated || g.depth%2 == 1 || style != styleNormal && g.depth > 0 {
			continue
		}
		put(g)
		for _, j := range holes[i] {
			if style != styleIgnore {
				put(&list[j])
			}
		}
		s.endPart(wkb.Polygon)
	}
}

// contains tells whether ring i lies in the larger ring j, by the first of its
// positions that is not on j's edge.
func (r *rings) contains(j, i int) bool {
	g, o := &r.list[j], &r.list[i]
	r.work++
	if o.lo.x < g.lo.x || o.lo.y < g.lo.y || o.hi.x > g.hi.x || o.hi.y > g.hi.y {
		return false
	}
	for i := range o.pos {
		r.work += 2 * len(g.pos)
		switch g.where(o.pos[i]) {
		case inside:
			return true
		case outside:
			return false
		}
		// On the edge: the middle of the side that begins here may not be.
		switch g.where(o.pos[i].towards(o.pos[(i+1)%len(o.pos)], 0.5)) {
		case inside:
			return true
		case outside:
			return false
		}
		if i > 64 {
			break
		}
	}
	return o.area < g.area
}

// repeated is the depth of a ring that is there twice and counts once.
const repeated = -1

// repeats compares the rings by size, which areas that are equal to the last
// digits and boxes that are the same make certain enough.
func (g *ring) repeats(o *ring) bool {
	return g.lo == o.lo && g.hi == o.hi && len(g.pos) == len(o.pos) && math.Abs(g.area-o.area) <= 1e-12*o.area
}

type side int

const (
	outside side = iota
	inside
	onEdge
)

func (g *ring) where(p vec) side {
	in := false
	eps := 1e-9 * (g.hi.x - g.lo.x + g.hi.y - g.lo.y)
	a := g.pos[len(g.pos)-1]
	for _, b := range g.pos {
		if min(a.y, b.y)-eps <= p.y && p.y <= max(a.y, b.y)+eps && offChord(vec{x: p.x, y: p.y}, stretch{pa: vec{x: a.x, y: a.y}, pb: vec{x: b.x, y: b.y}}) <= eps {
			return onEdge
		}
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) {
			in = !in
		}
		a = b
	}
	if in {
		return inside
	}
	return outside
}
