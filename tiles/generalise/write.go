package generalise

import (
	"math"
	"slices"
)

// writePolygons appends the polygons of a key and reports whether there are
// any. With small, those below MinArea go to the dust instead.
func (g *Generaliser) writePolygons(key int, small bool) bool {
	g.trace.trace(&g.border, &g.arcs, key)
	g.stats.Lost += g.trace.lost
	g.trace.lost = 0
	rings, found := g.trace.rings, false
	for i := range rings {
		shell := &rings[i]
		if shell.area < 0 || shell.parent < 0 {
			continue
		}
		if small && g.isDust(shell) {
			g.addSpeck(g.dustOf(int32(key)), shell.bounds, int64(shell.area-shell.holes))
			continue
		}
		if !g.writeRing(key, shell, KindExterior) {
			continue
		}
		found = true
		if shell.holes == 0 {
			continue
		}
		for k := range rings {
			if rings[k].area < 0 && rings[k].parent == int32(i) {
				g.writeRing(key, &rings[k], KindHole)
			}
		}
	}
	return found
}

// writeRing writes a ring unless the coarser grid leaves nothing of it, and
// notes what the key loses by that.
func (g *Generaliser) writeRing(key int, r *ring, k Kind) bool {
	before := len(g.dst.Points)
	for _, p := range g.trace.points[r.from:r.to] {
		p = Point{p.X >> g.o.Shift, p.Y >> g.o.Shift}
		if n := len(g.dst.Points); n == before || p != g.dst.Points[n-1] {
			g.dst.Points = append(g.dst.Points, p)
		}
	}
	if g.o.Shift > 0 {
		ring := openRing(g.dst.Points[before:])
		area := area2(ring)
		if (area > 0) != (k == KindExterior) || area == 0 {
			ring, area = nil, 0
		}
		g.dst.Points = g.dst.Points[:before+len(ring)]
		if len(g.border.lost) > 0 && g.o.Cell.core(Point{r.bounds.minX, r.bounds.minY}) && g.o.Cell.core(Point{r.bounds.maxX, r.bounds.maxY}) {
			g.border.lost[key] += int64(r.area) - int64(area)<<(2*g.o.Shift)
		}
		if len(ring) == 0 {
			return false
		}
	}
	g.dst.EndPart(k)
	return true
}

// write appends a position on the coarser grid.
func (g *Generaliser) write(p Point) {
	g.dst.Add(Point{p.X >> g.o.Shift, p.Y >> g.o.Shift})
}

// writeFeatures writes each feature with all of its parts.
func (g *Generaliser) writeFeatures() {
	for i, f := range g.src.Features {
		if g.keys[i] < 0 {
			continue
		}
		before := len(g.dst.Parts)
		from, to := g.src.PartRange(i)
		polygon := false
		for k := from; k < to; k++ {
			switch part := g.src.Ring(k); {
			case len(part) == 0:
			case g.src.Parts[k].Kind == KindPoint && g.o.Cluster == 0 && g.known.has(part[0]):
				g.write(part[0])
				g.dst.EndPart(KindPoint)
			case f.Dust && g.o.Cell.core(part[0]):
				for _, p := range part {
					g.write(p)
				}
				g.dst.EndPart(KindExterior)
			case g.src.Parts[k].Kind == KindExterior:
				polygon = polygon || !f.Dust
			}
		}
		if polygon && !g.writePolygons(i, false) {
			g.writeUnit(from, to)
		}
		g.writeLines(int32(i))
		if len(g.dst.Parts) > before {
			g.dst.EndFeature(f)
		}
	}
}

// writeUnit stands in for a polygon without area on the grid: a square of one
// unit at its least vertex, in the cells that see that one.
func (g *Generaliser) writeUnit(from, to int) {
	found := false
	var p Point
	for k := from; k < to; k++ {
		if g.src.Parts[k].Kind != KindExterior {
			continue
		}
		for _, q := range g.src.Ring(k) {
			if !found || before(q, p) {
				p, found = q, true
			}
		}
	}
	k := g.known
	if !found || p.X <= k.minX || p.Y <= k.minY || p.X >= k.maxX || p.Y >= k.maxY {
		return
	}
	g.stats.Collapsed++
	p = Point{p.X >> g.o.Shift, p.Y >> g.o.Shift}
	for _, q := range [4]Point{p, {p.X + 1, p.Y}, {p.X + 1, p.Y + 1}, {p.X, p.Y + 1}} {
		g.dst.Add(q)
	}
	g.dst.EndPart(KindExterior)
}

// writeGroups writes what each owner and value has: polygons, then dust, then
// lines, a feature each; points stay what they are.
func (g *Generaliser) writeGroups() {
	g.order = g.order[:0]
	for k := range g.list {
		g.order = append(g.order, int32(k))
	}
	slices.SortFunc(g.order, func(a, b int32) int {
		return g.list[a].compare(g.list[b])
	})
	g.listMembers()
	for _, k := range g.order {
		if g.writePolygons(int(k), g.o.MinArea > 0) {
			g.dst.EndFeature(g.merged(k))
		}
	}
	g.writeDust()
	for _, k := range g.order {
		before := len(g.dst.Parts)
		for _, i := range g.members[g.offsets[k]:g.offsets[k+1]] {
			g.writeLines(i)
		}
		if len(g.dst.Parts) > before {
			g.dst.EndFeature(g.merged(k))
		}
	}
	g.writePoints()
}

// merged is the feature that stands for group k.
func (g *Generaliser) merged(k int32) Feature {
	at := g.list[k]
	if at.alone > 0 {
		return g.src.Features[g.members[g.offsets[k]]]
	}
	return Feature{Source: -1, Owner: at.owner, Value: at.value, Rank: math.MaxUint16, Count: g.offsets[k+1] - g.offsets[k]}
}

func (g *Generaliser) writePoints() {
	if g.o.Cluster > 0 {
		return
	}
	for i, f := range g.src.Features {
		from, to := g.src.PartRange(i)
		before := len(g.dst.Parts)
		for k := from; k < to && g.keys[i] >= 0; k++ {
			if part := g.src.Ring(k); g.src.Parts[k].Kind == KindPoint && len(part) > 0 && g.known.has(part[0]) {
				g.write(part[0])
				g.dst.EndPart(KindPoint)
			}
		}
		if len(g.dst.Parts) > before {
			g.dst.EndFeature(f)
		}
	}
}

// listMembers sorts the features by group.
func (g *Generaliser) listMembers() {
	n := len(g.list)
	g.offsets = zeroed(g.offsets, n+1)
	for _, k := range g.keys {
		if k >= 0 {
			g.offsets[k+1]++
		}
	}
	for k := range n {
		g.offsets[k+1] += g.offsets[k]
	}
	at := append([]int32(nil), g.offsets...)
	g.members = sized(g.members, int(g.offsets[n]))
	for i, k := range g.keys {
		if k >= 0 {
			g.members[at[k]] = int32(i)
			at[k]++
		}
	}
}
