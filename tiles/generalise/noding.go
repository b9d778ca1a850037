package generalise

import "slices"

// maxRounds bounds noding; what two rounds leave is rare, and a third finds
// next to nothing.
const maxRounds = 6

// split says that vertex lies on, or within a unit of, the edge; along orders
// the splits of one edge.
type split struct {
	edge, vertex int32
	along        int64
}

// node makes the edges meet in vertices only: a vertex within one unit of an
// edge becomes part of it (the T-junctions of neighbours that were digitised
// apart), and edges that cross get a vertex at the grid point nearest to the
// crossing. Which vertices an edge gets depends on what lies between the same
// two lines, never on the order of features.
func (g *graph) node() {
	g.buckets.reset(g.bounds(), len(g.points))
	g.flags = zeroed(g.flags, len(g.points))
	g.fresh = g.fresh[:0]
	for i := range g.edges {
		if g.active(int32(i)) {
			g.fresh = append(g.fresh, int32(i))
			g.flags[g.edges[i].u] = flagLive
			g.flags[g.edges[i].v] = flagLive
		}
	}
	for v, f := range g.flags {
		if f != 0 {
			g.buckets.addVertex(int32(v), g.points[v])
		}
	}
	if !g.snap {
		return
	}
	for round := 0; round < maxRounds && len(g.fresh) > 0; round++ {
		g.splits, g.born = g.splits[:0], g.born[:0]
		for _, e := range g.fresh {
			if !g.edges[e].probed && g.active(e) {
				g.edges[e].probed = true
				g.probeEdge(e)
			}
		}
		for _, v := range g.born {
			g.probeVertex(v)
		}
		g.fresh = g.fresh[:0]
		g.applySplits()
	}
}

func (g *graph) bounds() box {
	if len(g.points) == 0 {
		return box{}
	}
	return boundsOf(g.points)
}

// probeEdge finds the vertices on edge e and the crossings with the edges
// probed before it.
func (g *graph) probeEdge(e int32) {
	u, v := g.edges[e].u, g.edges[e].v
	p, q := g.points[u], g.points[v]
	b := box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
	near := box{b.minX - 1, b.minY - 1, b.maxX + 1, b.maxY + 1}
	g.cells = g.buckets.along(g.cells[:0], p, q)
	for _, cell := range g.cells {
		for w := g.buckets.vertices[cell] - 1; w >= 0; w = g.buckets.nextVertex[w] - 1 {
			if w != u && w != v && near.has(g.points[w]) {
				g.tryOn(e, w)
			}
		}
		for i := g.buckets.edges[cell] - 1; i >= 0; i = g.buckets.entries[i].next - 1 {
			if other := g.buckets.entries[i].edge; other != e {
				g.tryCross(e, other, b)
			}
		}
		g.buckets.addEdge(e, cell)
	}
}

// probeVertex finds the edges that a new vertex lies on.
func (g *graph) probeVertex(v int32) {
	p := g.points[v]
	cell := g.buckets.row(p.Y)*g.buckets.cols + g.buckets.col(p.X)
	for i := g.buckets.edges[cell] - 1; i >= 0; i = g.buckets.entries[i].next - 1 {
		if e := g.buckets.entries[i].edge; g.edges[e].u != v && g.edges[e].v != v {
			g.tryOn(e, v)
		}
	}
}

// tryOn splits e at w if w is less than a unit from it, beside neither end. A
// gap of one unit stays: what was wider may have become that by rounding, and
// closing all of these would give each value the area of its streets.
func (g *graph) tryOn(e, w int32) {
	p, q, at := g.points[g.edges[e].u], g.points[g.edges[e].v], g.points[w]
	dx, dy := int64(q.X-p.X), int64(q.Y-p.Y)
	length2 := dx*dx + dy*dy
	along := int64(at.X-p.X)*dx + int64(at.Y-p.Y)*dy
	if along <= 0 || along >= length2 {
		return
	}
	off := float64(cross(p, q, at))
	if off*off >= float64(length2) || !g.mayTouch(p, q, at) {
		return
	}
	g.splits = append(g.splits, split{e, w, along})
}

// mayTouch reports whether every cell that sees the edge p-q knows whether there
// is a vertex at w: it lies strictly between the same lines, or on the line that
// the edge runs along. (Vertices on a line may come from clipping.)
func (g *graph) mayTouch(p, q, w Point) bool {
	return g.cutter.x.beside(p.X, q.X, w.X) && g.cutter.y.beside(p.Y, q.Y, w.Y)
}

// tryCross splits both edges where their insides cross.
func (g *graph) tryCross(e, f int32, b box) {
	x, y := &g.edges[e], &g.edges[f]
	if x.u == y.u || x.u == y.v || x.v == y.u || x.v == y.v {
		return
	}
	p, q, r, s := g.points[x.u], g.points[x.v], g.points[y.u], g.points[y.v]
	if max(r.X, s.X) < b.minX || min(r.X, s.X) > b.maxX || max(r.Y, s.Y) < b.minY || min(r.Y, s.Y) > b.maxY {
		return
	}
	rs, ss := cross(p, q, r), cross(p, q, s)
	if rs == 0 || ss == 0 || (rs > 0) == (ss > 0) {
		return
	}
	ps, qs := cross(r, s, p), cross(r, s, q)
	if ps == 0 || qs == 0 || (ps > 0) == (qs > 0) {
		return
	}
	before := len(g.points)
	w := g.vertex(crossing(p, q, r, s))
	if len(g.points) > before {
		g.flags = append(g.flags, flagLive)
		g.born = append(g.born, w)
		g.buckets.addVertex(w, g.points[w])
	} else if g.flags[w] == 0 {
		g.flags[w] = flagLive
		g.born = append(g.born, w)
		g.buckets.addVertex(w, g.points[w])
	}
	g.splitAt(e, w)
	g.splitAt(f, w)
}

// splitAt splits e at w, unless w is one of its ends.
func (g *graph) splitAt(e, w int32) {
	if g.edges[e].u == w || g.edges[e].v == w {
		return
	}
	p, q, at := g.points[g.edges[e].u], g.points[g.edges[e].v], g.points[w]
	along := int64(at.X-p.X)*int64(q.X-p.X) + int64(at.Y-p.Y)*int64(q.Y-p.Y)
	g.splits = append(g.splits, split{e, w, along})
}

// crossing is the grid point nearest to where p-q and r-s meet. It does not
// depend on the order or direction of the two.
func crossing(p, q, r, s Point) Point {
	if before(q, p) {
		p, q = q, p
	}
	if before(s, r) {
		r, s = s, r
	}
	if before(r, p) || r == p && before(s, q) {
		p, q, r, s = r, s, p, q
	}
	t := float64(cross(r, s, p)) / float64(cross(r, s, p)-cross(r, s, q))
	return Point{p.X + round(t*float64(q.X-p.X)), p.Y + round(t*float64(q.Y-p.Y))}
}

func before(a, b Point) bool { return a.X < b.X || a.X == b.X && a.Y < b.Y }

// applySplits replaces split edges by the chain of their vertices.
func (g *graph) applySplits() {
	slices.SortFunc(g.splits, func(a, b split) int {
		switch {
		case a.edge != b.edge:
			return int(a.edge - b.edge)
		case a.along < b.along:
			return -1
		case a.along > b.along:
			return 1
		case a.vertex == b.vertex:
			return 0
		}
		// Abreast of each other: the same order whichever way the edge is numbered.
		e := &g.edges[a.edge]
		if before(g.points[a.vertex], g.points[b.vertex]) == before(g.points[e.u], g.points[e.v]) {
			return -1
		}
		return 1
	})
	for i := 0; i < len(g.splits); {
		j := i
		for j < len(g.splits) && g.splits[j].edge == g.splits[i].edge {
			j++
		}
		g.chain(g.splits[i].edge, g.splits[i:j])
		i = j
	}
}

// chain moves the uses of e to the edges between its ends and the splits.
func (g *graph) chain(e int32, at []split) {
	old := g.edges[e]
	first := old.more
	// Should another chain come to run along it, it is looked at again.
	g.edges[e] = edge{u: old.u, v: old.v, k0: -1, k1: -1, more: -1}
	from := old.u
	step := func(to int32) {
		if to == from {
			return
		}
		if old.n0 != 0 {
			g.use(from, to, old.k0, old.n0)
		}
		if old.n1 != 0 {
			g.use(from, to, old.k1, old.n1)
		}
		for i := first; i >= 0; i = g.more[i].next {
			if g.more[i].net != 0 {
				g.use(from, to, g.more[i].key, g.more[i].net)
			}
		}
		number := g.edge(min(from, to), max(from, to))
		if !g.edges[number].probed {
			g.fresh = append(g.fresh, number)
		}
		from = to
	}
	for _, s := range at {
		step(s.vertex)
	}
	step(old.v)
}
