package mvt

import "slices"

// writePolygons clips and tidies the rings of a feature, makes one valid
// multipolygon of them (OGC 06-103r4 §6.1.11, §6.1.14) and writes it wound as
// MVT 2.1 §4.3.4.4 asks.
func (e *Encoder) writePolygons(ps []Position, parts []Part, sound bool) {
	r := &e.rings
	r.reset()
	var thin sliver // stands for polygons without area
	small := -1     // a polygon within a cell
	keep := false   // the exterior at hand was kept, so its holes count
	whole := true   // nothing was cut or bent
	for i, p := range parts {
		if p.Kind < ExteriorPart {
			continue
		}
		ring := openRing(ps[p.Start:p.End])
		if p.Kind == ExteriorPart {
			keep = false
			if len(ring) == 0 {
				continue
			}
		} else if !keep || len(ring) < 3 {
			continue
		}
		bounds := boundsOf(ring)
		switch {
		case e.clip.misses(bounds):
		case p.Kind == ExteriorPart && bounds.within(e.cells.cell):
			small = i
		case e.clip.holds(bounds) && !e.tileBox().cuts(bounds):
			keep = r.add(ring, p.Kind) || p.Kind == HolePart
			if !keep {
				thin.take(ring, e.clip)
			}
		default:
			whole = false
			keep = e.addClipped(ring, bounds, p.Kind, &thin) || p.Kind == HolePart
		}
	}
	if len(r.ends) > 0 && !(sound && whole) && !r.simple(&e.sweep, sound, e.tileBox(), e.clip) {
		thin.take(r.positions, e.clip)
		e.mend.repair(r, e.tileBox(), e.clip)
	}
	if len(r.ends) == 0 {
		switch {
		case thin.found:
			e.writeQuad(thin)
		case small >= 0:
			e.writeSquare(ps[parts[small].Start])
		}
		return
	}
	r.write(&e.geometry[typePolygon])
}

// writeWhole writes a sound polygon of one ring and reports whether it could:
// nothing is to be cut off, and it is not too small.
func (e *Encoder) writeWhole(ring []Position) bool {
	ring = openRing(ring)
	if len(ring) < 3 {
		return false
	}
	bounds := boundsOf(ring)
	if !e.clip.holds(bounds) || e.tileBox().cuts(bounds) || bounds.within(e.cells.cell) {
		return false
	}
	e.c = slices.Grow(e.c[:0], len(ring))
	kept := tidyRing(e.c, ring)
	if len(kept) < 3 {
		return false
	}
	e.geometry[typePolygon].ring(kept, area2(kept) < 0)
	return true
}

// addClipped cuts a ring to the clip box and adds what is left.
func (e *Encoder) addClipped(ring []Position, bounds box, k Kind, thin *sliver) bool {
	e.seamed = seam(e.seamed[:0], ring, e.tileBox(), e.clip, true)
	ring = e.seamed
	cut := !e.clip.holds(bounds)
	if cut {
		ring, e.a, e.b = clipRing(ring, bounds, e.clip, e.a, e.b)
	}
	if !e.rings.add(ring, k) {
		if k == ExteriorPart {
			thin.take(ring, e.clip)
		}
		return false
	}
	if cut {
		turnToLeast(e.rings.ring(len(e.rings.ends) - 1))
	}
	return true
}

// cuts reports whether a line along an edge of the box parts o.
func (b box) cuts(o box) bool {
	return o.minX < b.minX && o.maxX > b.minX || o.minX < b.maxX && o.maxX > b.maxX ||
		o.minY < b.minY && o.maxY > b.minY || o.minY < b.maxY && o.maxY > b.maxY
}

// writeSquare writes the square of the cell at p, unless it is taken.
func (e *Encoder) writeSquare(p Position) {
	p, ok := e.cells.take(p)
	if !ok {
		return
	}
	x, y := min(p.X+e.cells.cell, e.clip.maxX), min(p.Y+e.cells.cell, e.clip.maxY)
	e.c = append(e.c[:0], p, Position{x, p.Y}, Position{x, y}, Position{p.X, y})
	e.geometry[typePolygon].ring(e.c, false)
}

// sliver is the longer extent of a ring without area.
type sliver struct {
	found bool
	wide  bool
	p, q  Position
}

// take notes the ring as far as it lies inside the clip box. Positions on its
// edge are left out: what Sutherland and Hodgman's clipping joins along the edge
// need not be there at all.
func (s *sliver) take(ring []Position, clip box) {
	inner := box{clip.minX + 1, clip.minY + 1, clip.maxX - 1, clip.maxY - 1}
	b := box{clip.maxX, clip.maxY, clip.minX, clip.minY}
	for _, v := range ring {
		if inner.has(v) {
			b = box{min(b.minX, v.X), min(b.minY, v.Y), max(b.maxX, v.X), max(b.maxY, v.Y)}
		}
	}
	if b.minX > b.maxX || b.within(1) {
		return
	}
	*s = sliver{found: true, wide: b.maxX-b.minX >= b.maxY-b.minY,
		p: Position{clip.maxX, clip.maxY}, q: Position{clip.minX, clip.minY}}
	for _, v := range ring {
		if inner.has(v) && s.before(v, s.p) {
			s.p = v
		}
		if inner.has(v) && s.before(s.q, v) {
			s.q = v
		}
	}
}

// before orders positions along the sliver.
func (s *sliver) before(a, b Position) bool {
	if s.wide {
		return a.X < b.X || a.X == b.X && a.Y < b.Y
	}
	return a.Y < b.Y || a.Y == b.Y && a.X < b.X
}

// writeQuad writes a parallelogram one unit thick along the sliver.
//
//	P───────Q
//	└───────┘
func (e *Encoder) writeQuad(s sliver) {
	if s.wide {
		e.c = append(e.c[:0], s.p, s.q, Position{s.q.X, s.q.Y + 1}, Position{s.p.X, s.p.Y + 1})
	} else {
		e.c = append(e.c[:0], s.p, Position{s.p.X + 1, s.p.Y}, Position{s.q.X + 1, s.q.Y}, s.q)
	}
	e.geometry[typePolygon].ring(e.c, false)
}

// openRing leaves out the closing point, and repetitions of it.
func openRing(ring []Position) []Position {
	for n := len(ring); n > 1 && ring[0] == ring[n-1]; n-- {
		ring = ring[:n-1]
	}
	return ring
}
