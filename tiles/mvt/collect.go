package mvt

import (
	"cmp"
	"slices"
)

// loop is a simple ring of a filled face: positive around it, negative around
// an island in it.
type loop struct {
	start, end int // of mender.loops
	area       int64
	exterior   int32 // number of the loop that a hole belongs to
}

// collect hands the rings of the filled faces to r, each exterior before its
// holes.
func (m *mender) collect(r *ringSet) {
	f := &m.faces
	m.loops, m.points = m.loops[:0], m.points[:0]
	f.onPath = resized(f.onPath, len(f.nodes))
	for i := range f.onPath {
		f.onPath[i] = -1
	}
	for _, w := range f.walks {
		if w.filled {
			m.unravel(w.start)
		}
	}
	m.adopt()
	f.stack = f.stack[:0]
	for i, l := range m.loops {
		if l.area > 0 {
			m.loops[i].exterior = int32(i)
		}
		if l.area != 0 {
			f.stack = append(f.stack, int32(i))
		}
	}
	slices.SortFunc(f.stack, func(a, b int32) int {
		x, y := &m.loops[a], &m.loops[b]
		return cmp.Or(cmp.Compare(x.exterior, y.exterior), sign(y.area)-sign(x.area), cmp.Compare(a, b))
	})
	for _, i := range f.stack {
		switch l := &m.loops[i]; {
		case l.area > 0:
			r.add(m.ring(int(i)), ExteriorPart)
		case l.exterior >= 0:
			r.add(m.ring(int(i)), HolePart)
		}
	}
}

func sign(v int64) int { return cmp.Compare(v, 0) }

func (m *mender) ring(i int) []Position { return m.points[m.loops[i].start:m.loops[i].end] }

// unravel cuts a walk where it passes a node again, so that what is left are
// simple rings that touch in nodes.
//
//	┌───────┐        ┌───────┐
//	│  ╱╲   │   ->   │  ╱╲   │   one exterior and one hole
//	└──╲╱───┘        └──╲╱───┘
func (m *mender) unravel(start int32) {
	f := &m.faces
	before := len(m.loops)
	f.path = f.path[:0]
	for h := start; ; {
		node := f.half[h].from
		if at := f.onPath[node]; at >= 0 {
			m.cut(at)
		}
		f.onPath[node] = int32(len(f.path))
		f.path = append(f.path, node)
		if h = f.next(h); h == start {
			break
		}
	}
	m.cut(0)
	exterior := int32(-1)
	for i := before; i < len(m.loops); i++ {
		if m.loops[i].area > 0 {
			exterior = int32(i)
		}
	}
	for i := before; i < len(m.loops); i++ {
		m.loops[i].exterior = exterior
	}
}

// cut makes a loop of the path from at on.
func (m *mender) cut(at int32) {
	f := &m.faces
	l := loop{start: len(m.points)}
	for _, node := range f.path[at:] {
		m.points = append(m.points, f.at(node))
		f.onPath[node] = -1
	}
	f.path = f.path[:at]
	l.end = len(m.points)
	l.area = area2(m.points[l.start:l.end])
	m.loops = append(m.loops, l)
}

// adopt finds the exterior of holes that touch none: the smallest around them.
func (m *mender) adopt() {
	if !slices.ContainsFunc(m.loops, func(l loop) bool { return l.exterior < 0 }) {
		return
	}
	n := &m.nesting
	n.boxes = n.boxes[:0]
	for i := range m.loops {
		n.boxes = append(n.boxes, boundsOf(m.ring(i)))
	}
	n.each(func(i int32, around []int32) {
		hole := &m.loops[i]
		if hole.exterior >= 0 {
			return
		}
		for _, o := range around {
			l := &m.loops[o]
			if l.area > 0 && (hole.exterior < 0 || l.area < m.loops[hole.exterior].area) && encloses(m.ring(int(o)), m.ring(int(i))[0]) {
				hole.exterior = o
			}
		}
	})
}
