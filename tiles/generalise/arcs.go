package generalise

// arc is what is left of a border between two nodes; inner vertices are
// inner[from:to].
type arc struct {
	start, end int32 // vertices
	from, to   int32
	edge       int32 // whose uses the arc has
	forward    bool  // the edge runs the same way, from u to v
}

// arcs cuts the graph at its nodes. A ring without nodes becomes one arc that
// starts at its least vertex.
type arcs struct {
	arcs  []arc
	inner []int32
	seen  []bool // by slot
}

func (a *arcs) cut(g *graph) {
	a.arcs, a.inner = a.arcs[:0], a.inner[:0]
	a.seen = zeroed(a.seen, len(g.slots))
	for v := range g.points {
		if g.flags[v]&flagFixed != 0 {
			a.from(g, int32(v))
		}
	}
	for v := range g.points {
		if g.flags[v] == flagLive && !a.seen[g.offset[v]] {
			a.from(g, a.least(g, int32(v)))
		}
	}
}

// from walks every arc that leaves v and was not walked from its other end.
func (a *arcs) from(g *graph, v int32) {
	for i, s := range g.neighbours(v) {
		at := g.offset[v] + int32(i)
		if a.seen[at] {
			continue
		}
		a.seen[at] = true
		w := arc{start: v, from: int32(len(a.inner)), edge: s.edge, forward: g.edges[s.edge].u == v}
		prev, cur := v, s.to
		for cur != v && g.flags[cur]&flagFixed == 0 {
			a.inner = append(a.inner, cur)
			o := g.offset[cur]
			a.seen[o], a.seen[o+1] = true, true
			next := g.slots[o].to
			if next == prev {
				next = g.slots[o+1].to
			}
			prev, cur = cur, next
		}
		w.end, w.to = cur, int32(len(a.inner))
		a.markEnd(g, cur, prev, at)
		a.arcs = append(a.arcs, w)
	}
}

// markEnd notes that the arc arriving at v from prev is walked; not is the slot
// it left by.
func (a *arcs) markEnd(g *graph, v, prev, not int32) {
	for i, s := range g.neighbours(v) {
		if at := g.offset[v] + int32(i); s.to == prev && at != not && !a.seen[at] {
			a.seen[at] = true
			return
		}
	}
}

// least is the least vertex of the ring of v, which has no node.
func (a *arcs) least(g *graph, v int32) int32 {
	least, prev, cur := v, v, g.slots[g.offset[v]].to
	for cur != v {
		if before(g.points[cur], g.points[least]) {
			least = cur
		}
		o := g.offset[cur]
		next := g.slots[o].to
		if next == prev {
			next = g.slots[o+1].to
		}
		prev, cur = cur, next
	}
	return least
}
