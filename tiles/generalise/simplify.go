package generalise

import "math"

// simplify removes vertices between nodes, that of the smallest triangle with
// its neighbours first (Visvalingam and Whyatt 1993), while
//
//   - no vertex removed so far lies further than tolerance from what replaced
//     it,
//   - the triangle is at most a twentieth of the polygons beside it where g.area
//     tells theirs, and at most tolerance²/2 where g.limit says so: a strip keeps
//     its width,
//   - no other vertex lies in the triangle, so that nothing crosses,
//   - its neighbours are not joined already, so that no ring collapses.
//
// A border is one chain for both its sides, so that both stay equal. Equal
// triangles go by position: the result depends on nothing but positions.
func (g *graph) simplify(tolerance float64) (removed int) {
	if tolerance <= 0 {
		return 0
	}
	g.heap = g.heap[:0]
	for v := range g.points {
		if g.flags[v] == flagLive {
			if cost, ok := g.cost(int32(v), tolerance); ok {
				g.heap = append(g.heap, candidate{cost, g.points[v], int32(v), 0})
			}
		}
	}
	g.heap.order()
	for len(g.heap) > 0 {
		c := g.heap.pop()
		if c.version != g.version[c.vertex] || g.flags[c.vertex] != flagLive {
			continue
		}
		if g.blocked(c.vertex) {
			continue
		}
		g.remove(c.vertex, tolerance)
		removed++
	}
	return removed
}

// cost is twice the area of the triangle at v, and whether v may go as far as
// tolerance and area are concerned.
func (g *graph) cost(v int32, tolerance float64) (int64, bool) {
	n := g.neighbours(v)
	a, b, c := g.points[n[0].to], g.points[v], g.points[n[1].to]
	cost := cross(a, b, c)
	if cost < 0 {
		cost = -cost
	}
	if g.limit && float64(cost) > tolerance*tolerance || n[0].to == n[1].to {
		return cost, false
	}
	if g.cutter.x.has(a.X) && a.X == c.X || g.cutter.y.has(a.Y) && a.Y == c.Y {
		// Who sees no further than the line has an edge there from clipping.
		return cost, false
	}
	if distance(a, b, c)+max(n[0].err, n[1].err) > tolerance {
		return cost, false
	}
	if len(g.area) > 0 && cost > 0 {
		small := math.Inf(1)
		g.uses(n[0].edge, func(key, _ int32) { small = min(small, g.area[key]) })
		if float64(cost) > 0.05*small {
			return cost, false
		}
	}
	return cost, true
}

// distance is that of b from the segment a-c.
func distance(a, b, c Point) float64 {
	dx, dy := int64(c.X-a.X), int64(c.Y-a.Y)
	length2 := dx*dx + dy*dy
	along := int64(b.X-a.X)*dx + int64(b.Y-a.Y)*dy
	switch {
	case along <= 0:
		return norm(b, a)
	case along >= length2:
		return norm(b, c)
	}
	return math.Abs(float64(cross(a, b, c))) / math.Sqrt(float64(length2))
}

func norm(a, b Point) float64 {
	dx, dy := int64(a.X-b.X), int64(a.Y-b.Y)
	return math.Sqrt(float64(dx*dx + dy*dy))
}

// blocked reports whether v must stay for the sake of its surroundings.
func (g *graph) blocked(v int32) bool {
	n := g.neighbours(v)
	for _, s := range g.neighbours(n[0].to) {
		if s.to == n[1].to {
			return true
		}
	}
	a, b, c := g.points[n[0].to], g.points[v], g.points[n[1].to]
	if cross(a, b, c) < 0 {
		a, c = c, a
	}
	t := box{min(a.X, b.X, c.X), min(a.Y, b.Y, c.Y), max(a.X, b.X, c.X), max(a.Y, b.Y, c.Y)}
	k := &g.buckets
	c0, c1, r0, r1 := k.col(t.minX), k.col(t.maxX), k.row(t.minY), k.row(t.maxY)
	for r := r0; r <= r1; r++ {
		for i := c0; i <= c1; i++ {
			for w := k.vertices[r*k.cols+i] - 1; w >= 0; w = k.nextVertex[w] - 1 {
				p := g.points[w]
				if !t.has(p) || g.flags[w]&(flagRemoved|flagLive) != flagLive || p == a || p == b || p == c {
					continue
				}
				if cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0 {
					return true
				}
			}
		}
	}
	return false
}

// remove joins the neighbours of v.
func (g *graph) remove(v int32, tolerance float64) {
	n := g.neighbours(v)
	a, c := n[0].to, n[1].to
	err := distance(g.points[a], g.points[v], g.points[c]) + max(n[0].err, n[1].err)
	if len(g.lost) > 0 && g.cell.core(g.points[v]) {
		g.account(v)
	}
	g.flags[v] |= flagRemoved
	g.relink(a, v, c, err)
	g.relink(c, v, a, err)
	for _, w := range [2]int32{a, c} {
		if g.flags[w] != flagLive {
			continue
		}
		g.version[w]++
		if cost, ok := g.cost(w, tolerance); ok {
			g.heap.push(candidate{cost, g.points[w], w, g.version[w]})
		}
	}
}

// account notes who loses, and who gains, the triangle at v.
func (g *graph) account(v int32) {
	n := g.neighbours(v)
	triangle := cross(g.points[n[0].to], g.points[v], g.points[n[1].to])
	if g.edges[n[0].edge].u == v { // the edge runs the other way
		triangle = -triangle
	}
	g.uses(n[0].edge, func(key, net int32) {
		if net > 0 {
			g.lost[key] += triangle
		} else {
			g.lost[key] -= triangle
		}
	})
}

func (g *graph) relink(at, from, to int32, err float64) {
	n := g.neighbours(at)
	for i := range n {
		if n[i].to == from {
			n[i].to, n[i].err = to, err
			return
		}
	}
}
