package generalise

import "slices"

// tracer puts the arcs of one key together to rings, and the rings to polygons.
//
// At a node where a key has several borders, those that arrive and those that
// leave are matched clockwise like brackets, so that no walk crosses another and
// each stays around one piece of the inside; where a walk comes back to a node it
// has passed, the loop between becomes a ring of its own. Rings are therefore
// simple, and touch others at nodes only.
type tracer struct {
	first  []int32 // by key: its items are items[first[key]:first[key+1]]
	items  []item
	fill   []int32
	leave  []int32 // by vertex: first leaving item of the key at hand + 1
	arrive []int32 // likewise the first that arrives
	next   []int32 // by item: the next one leaving the same vertex
	after  []int32 // by item: the next one arriving at the same vertex
	spokes []spoke
	place  []int32 // by vertex: its place on the stack + 1
	used   []bool
	stack  []int32

	points []Point
	rings  []ring
	active []int32
	lost   int // rings that did not close
}

// item is an arc as a key walks it. Where several rings of the key run along
// it, there are as many items; all but the first are copies.
type item struct {
	arc            int32
	turned         bool
	copied, shared bool
}

// ring is points[from:to] of the tracer.
type ring struct {
	from, to int32
	area     float64 // twice; positive for a shell
	bounds   box
	probe    [2]int64 // the middle of an edge, in half units
	parent   int32    // of a hole: its shell; -1: not part of the polygon
	holes    float64  // of a shell: twice the area of its holes
}

// assign lists the arcs of each of n keys.
func (t *tracer) assign(g *graph, a *arcs, n int) {
	t.first = zeroed(t.first, n+1)
	t.lost = 0
	for i := range a.arcs {
		g.uses(a.arcs[i].edge, func(key, net int32) { t.first[key+1] += max(net, -net) })
	}
	for k := range n {
		t.first[k+1] += t.first[k]
	}
	total := int(t.first[n])
	t.items, t.used = sized(t.items, total), zeroed(t.used, total)
	t.next, t.after = sized(t.next, total), sized(t.after, total)
	t.fill = append(t.fill[:0], t.first...)
	for i := range a.arcs {
		forward := a.arcs[i].forward
		g.uses(a.arcs[i].edge, func(key, net int32) {
			turned := (net > 0) != forward
			for k := range max(net, -net) {
				t.items[t.fill[key]] = item{int32(i), turned, k > 0, net > 1 || net < -1}
				t.fill[key]++
			}
		})
	}
	t.leave, t.arrive = zeroed(t.leave, len(g.points)), zeroed(t.arrive, len(g.points))
	t.place = zeroed(t.place, len(g.points))
}

func (t *tracer) ends(a *arcs, i int32) (start, end int32) {
	w := &a.arcs[t.items[i].arc]
	if t.items[i].turned {
		return w.end, w.start
	}
	return w.start, w.end
}

// trace makes the rings of a key.
func (t *tracer) trace(g *graph, a *arcs, key int) {
	t.points, t.rings = t.points[:0], t.rings[:0]
	from, to := t.first[key], t.first[key+1]
	for i := from; i < to; i++ {
		start, end := t.ends(a, i)
		t.next[i], t.leave[start] = t.leave[start], i+1
		t.after[i], t.arrive[end] = t.arrive[end], i+1
	}
	for i := from; i < to; i++ {
		if !t.used[i] {
			t.walk(g, a, i)
		}
	}
	for i := from; i < to; i++ {
		start, end := t.ends(a, i)
		t.leave[start], t.arrive[end] = 0, 0
	}
	t.nest()
}

func (t *tracer) walk(g *graph, a *arcs, i int32) {
	t.stack = t.stack[:0]
	for i >= 0 {
		t.used[i] = true
		start, end := t.ends(a, i)
		t.stack = append(t.stack, i)
		t.place[start] = int32(len(t.stack))
		if at := t.place[end]; at > 0 {
			t.close(g, a, t.stack[at-1:])
			for _, k := range t.stack[at-1:] {
				s, _ := t.ends(a, k)
				t.place[s] = 0
			}
			t.stack = t.stack[:at-1]
		}
		// Where the ring that closed last is not the one that led here, what goes on
		// is walked now: nothing else leads to it.
		if i = t.onward(g, a, i, end); i >= 0 && t.used[i] {
			i = -1
		}
		if i < 0 && len(t.stack) == 0 {
			return
		}
	}
	t.lost++
	for _, k := range t.stack {
		s, _ := t.ends(a, k)
		t.place[s] = 0
	}
}

// spoke is an item at a node, by its direction away from it.
type spoke struct {
	item int32
	in   bool // it arrives
	way  Point
}

// onward is the item that goes on from end after item i; -1 is none.
func (t *tracer) onward(g *graph, a *arcs, i, end int32) int32 {
	first := t.leave[end] - 1
	if first >= 0 && t.next[first] == 0 {
		return first
	}
	t.spokes = t.spokes[:0]
	for k := first; k >= 0; k = t.next[k] - 1 {
		t.spokes = append(t.spokes, spoke{k, false, t.direction(g, a, k, false)})
	}
	for k := t.arrive[end] - 1; k >= 0; k = t.after[k] - 1 {
		t.spokes = append(t.spokes, spoke{k, true, t.direction(g, a, k, true)})
	}
	slices.SortFunc(t.spokes, compareSpokes)
	at := slices.IndexFunc(t.spokes, func(s spoke) bool { return s.in && s.item == i })
	depth := 1
	for k := range t.spokes {
		s := &t.spokes[(at+1+k)%len(t.spokes)]
		if s.in {
			depth++
			continue
		}
		if depth--; depth == 0 {
			if t.used[s.item] {
				return -1
			}
			return s.item
		}
	}
	return -1
}

// compareSpokes orders spokes clockwise (y up). Of several along one way each
// arriving one is matched with the leaving one of the same standing.
func compareSpokes(x, y spoke) int {
	if hx, hy := half(x.way), half(y.way); hx != hy {
		return hx - hy
	}
	switch turn := cross(Point{}, x.way, y.way); {
	case turn < 0:
		return -1
	case turn > 0:
		return 1
	case x.in:
		return int(x.item - y.item)
	}
	return int(y.item - x.item)
}

// half is 0 for the upper half of the circle, its left end included.
func half(d Point) int {
	if d.Y > 0 || d.Y == 0 && d.X < 0 {
		return 0
	}
	return 1
}

// direction is from an item's start to the position after it, or from its end
// to the one before.
func (t *tracer) direction(g *graph, a *arcs, i int32, atEnd bool) Point {
	w := &a.arcs[t.items[i].arc]
	from, to := w.start, w.end
	if w.from < w.to {
		to = a.inner[w.from]
	}
	if t.items[i].turned != atEnd {
		from, to = w.end, w.start
		if w.from < w.to {
			to = a.inner[w.to-1]
		}
	}
	p, q := g.points[from], g.points[to]
	return Point{q.X - p.X, q.Y - p.Y}
}

// close makes a ring of items that follow each other.
func (t *tracer) close(g *graph, a *arcs, items []int32) {
	r := ring{from: int32(len(t.points)), parent: -1}
	copies, probed := true, false
	for _, i := range items {
		it := t.items[i]
		copies = copies && it.copied
		at := len(t.points)
		t.points = t.appendArc(t.points, g, a, it)
		if !probed && (!it.shared || i == items[len(items)-1]) {
			_, end := t.ends(a, i)
			p, q := t.points[at], g.points[end]
			if at+1 < len(t.points) {
				q = t.points[at+1]
			}
			r.probe = [2]int64{int64(p.X) + int64(q.X), int64(p.Y) + int64(q.Y)}
			probed = true
		}
	}
	r.to = int32(len(t.points))
	if copies || r.to-r.from < 3 {
		t.points = t.points[:r.from]
		return
	}
	r.area, r.bounds = area2(t.points[r.from:]), boundsOf(t.points[r.from:])
	if r.area == 0 {
		t.points = t.points[:r.from]
		return
	}
	t.rings = append(t.rings, r)
}

// appendArc appends the arc's positions but the last.
func (t *tracer) appendArc(dst []Point, g *graph, a *arcs, it item) []Point {
	w := &a.arcs[it.arc]
	inner := a.inner[w.from:w.to]
	if !it.turned {
		dst = append(dst, g.points[w.start])
		for _, v := range inner {
			dst = append(dst, g.points[v])
		}
		return dst
	}
	dst = append(dst, g.points[w.end])
	for k := len(inner) - 1; k >= 0; k-- {
		dst = append(dst, g.points[inner[k]])
	}
	return dst
}

// nest finds the shell of each hole, and drops the rings that are no border:
// those within a shell that lies within another (features that overlap), and
// holes in nothing. Shells come before their holes.
func (t *tracer) nest() {
	if len(t.rings) == 1 && t.rings[0].area > 0 {
		t.rings[0].parent = 0
		return
	}
	slices.SortFunc(t.rings, func(a, b ring) int {
		switch {
		case a.bounds.minX != b.bounds.minX:
			return int(a.bounds.minX - b.bounds.minX)
		case a.area*a.area > b.area*b.area:
			return -1
		case a.area*a.area < b.area*b.area:
			return 1
		}
		return int(a.from - b.from)
	})
	t.active = t.active[:0]
	for i := range t.rings {
		r := &t.rings[i]
		depth, shell := 0, int32(-1)
		kept := t.active[:0]
		for _, k := range t.active {
			q := &t.rings[k]
			if q.bounds.maxX < r.bounds.minX {
				continue
			}
			kept = append(kept, k)
			if !q.bounds.holds(r.bounds) || !contains(t.points[q.from:q.to], r.probe) {
				continue
			}
			if q.area < 0 {
				depth--
				continue
			}
			depth++
			if q.parent == k && (shell < 0 || q.area < t.rings[shell].area) {
				shell = k
			}
		}
		t.active = append(kept, int32(i))
		switch {
		case r.area > 0 && depth == 0:
			r.parent = int32(i)
		case r.area < 0 && depth == 1 && shell >= 0:
			r.parent = shell
			t.rings[shell].holes -= r.area
		}
	}
}

// contains reports whether a ring holds p, given in half units and not on it.
func contains(ring []Point, p [2]int64) bool {
	in := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		ay, by := 2*int64(a.Y), 2*int64(b.Y)
		if (ay > p[1]) != (by > p[1]) {
			turn := (2*int64(b.X)-2*int64(a.X))*(p[1]-ay) - (by-ay)*(p[0]-2*int64(a.X))
			if (turn > 0) == (by > ay) {
				in = !in
			}
		}
		a = b
	}
	return in
}
