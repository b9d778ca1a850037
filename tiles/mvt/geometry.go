package mvt

func (e *Encoder) writePoints() {
	kept := e.a[:0]
	for _, p := range e.shape.parts {
		if p.kind == kindPoint && e.clip.has(e.points[p.start]) {
			kept = append(kept, e.points[p.start])
		}
	}
	e.a = kept
	if len(kept) > 0 {
		e.geometry[typePoint].points(kept)
	}
}

func (e *Encoder) writeLines() {
	out := &e.geometry[typeLine]
	small := -1 // a line within a cell
	for i, p := range e.shape.parts {
		if p.kind != kindLine || p.end == p.start {
			continue
		}
		line := e.points[p.start:p.end]
		bounds := boundsOf(line)
		switch {
		case e.clip.misses(bounds):
		case bounds.within(e.cells.cell):
			small = i
		case e.clip.holds(bounds):
			e.writeLine(line)
		default:
			e.clipLine(line)
		}
	}
	if len(out.b) == 0 && small >= 0 {
		if at, ok := e.cells.take(e.points[e.shape.parts[small].start]); ok {
			e.c = append(e.c[:0], at, gridPoint{at.x + e.cells.cell, at.y})
			out.line(e.c)
		}
	}
}

func (e *Encoder) writeLine(line []gridPoint) {
	e.b = tidyLine(e.b, line)
	if len(e.b) >= 2 {
		e.geometry[typeLine].line(e.b)
	}
}

// clipLine writes the stretches of a line within the clip box.
func (e *Encoder) clipLine(line []gridPoint) {
	run := e.a[:0]
	for i := 1; i < len(line); i++ {
		p, q, ok := clipSegment(line[i-1], line[i], e.clip)
		if !ok {
			continue
		}
		if n := len(run); n > 0 && (run[n-1] != p || p != line[i-1]) {
			e.writeLine(run)
			run = run[:0]
		}
		if len(run) == 0 {
			run = append(run, p)
		}
		run = append(run, q)
	}
	e.a = run
	e.writeLine(run)
}

func (e *Encoder) writePolygons() {
	out := &e.geometry[typePolygon]
	small := -1   // a polygon within a cell, or without area on the grid
	keep := false // the exterior at hand was written, so its holes count
	for i, p := range e.shape.parts {
		switch p.kind {
		case kindExterior:
			keep = false
			ring := openRing(e.points[p.start:p.end])
			if len(ring) == 0 {
				continue
			}
			bounds := boundsOf(ring)
			if e.clip.misses(bounds) {
				continue
			}
			if bounds.within(e.cells.cell) {
				small = i
				continue
			}
			keep = e.writeRing(ring, bounds, kindExterior)
			if !keep && flat(ring) {
				small = i
			}
		case kindHole:
			ring := openRing(e.points[p.start:p.end])
			if !keep || len(ring) < 3 {
				continue
			}
			if bounds := boundsOf(ring); !e.clip.misses(bounds) {
				e.writeRing(ring, bounds, kindHole)
			}
		}
	}
	if len(out.b) == 0 && small >= 0 {
		p := e.shape.parts[small]
		e.writeSliver(e.points[p.start:p.end])
	}
}

// writeRing clips, tidies and winds one ring (MVT 2.1 §4.3.4.4: exteriors have
// a positive, interiors a negative area) and reports whether anything was left.
func (e *Encoder) writeRing(ring []gridPoint, bounds box, k kind) bool {
	if !e.clip.holds(bounds) {
		ring, e.a, e.b = clipRing(ring, bounds, e.clip, e.a, e.b)
	}
	e.c = grown(e.c, len(ring))
	ring = tidyRing(e.c, ring)
	area := area2(ring)
	if area == 0 {
		return false
	}
	e.geometry[typePolygon].ring(ring, (area > 0) != (k == kindExterior))
	return true
}

// writeSliver stands in for a polygon that is too small: the square of its
// cell, or a parallelogram one unit thick along its longer side.
//
//	P───────Q     ┌─┐
//	└───────┘     └─┘
func (e *Encoder) writeSliver(ring []gridPoint) {
	bounds, cell := boundsOf(ring), e.cells.cell
	if bounds.within(cell) {
		p, ok := e.cells.take(ring[0])
		if ok {
			q := gridPoint{p.x + cell, p.y + cell}
			square := [4]gridPoint{p, {q.x, p.y}, q, {p.x, q.y}}
			e.writeRing(square[:], box{p.x, p.y, q.x, q.y}, kindExterior)
		}
		return
	}
	wide := bounds.maxX-bounds.minX >= bounds.maxY-bounds.minY
	p, q := ring[0], ring[0]
	for _, v := range ring[1:] {
		if wide && v.x < p.x || !wide && v.y < p.y {
			p = v
		}
		if wide && v.x > q.x || !wide && v.y > q.y {
			q = v
		}
	}
	quad := [4]gridPoint{p, q, {q.x, q.y + 1}, {p.x, p.y + 1}}
	if !wide {
		quad = [4]gridPoint{p, {p.x + 1, p.y}, {q.x + 1, q.y}, q}
	}
	e.writeRing(quad[:], boundsOf(quad[:]), kindExterior)
}

// openRing leaves out the closing point.
func openRing(ring []gridPoint) []gridPoint {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		return ring[:n-1]
	}
	return ring
}

func grown(b []gridPoint, n int) []gridPoint {
	if cap(b) < n {
		return make([]gridPoint, 0, 2*n)
	}
	return b[:0]
}
