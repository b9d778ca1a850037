package mvt

// draw clips, tidies and writes the parts of a shape in tile units and reports
// whether anything was left. sound says that the polygons, as long as nothing
// is cut off them, are known to pass ringSet.simple.
func (e *Encoder) draw(ps []Position, parts []Part, sound bool) bool {
	e.tags = e.tags[:0]
	for i := range e.geometry {
		e.geometry[i].reset()
	}
	if len(parts) == 1 && parts[0].Kind == ExteriorPart {
		if !sound || !e.writeWhole(ps[parts[0].Start:parts[0].End]) {
			e.writePolygons(ps, parts, sound)
		}
		return len(e.geometry[typePolygon].b) > 0
	}
	e.writePoints(ps, parts)
	e.writeLines(ps, parts)
	e.writePolygons(ps, parts, sound)
	for i := range e.geometry {
		if len(e.geometry[i].b) > 0 {
			return true
		}
	}
	return false
}

func (e *Encoder) writePoints(ps []Position, parts []Part) {
	kept := e.a[:0]
	for _, p := range parts {
		if p.Kind == PointPart && e.clip.has(ps[p.Start]) {
			kept = append(kept, ps[p.Start])
		}
	}
	e.a = kept
	if len(kept) > 0 {
		e.geometry[typePoint].points(kept)
	}
}

func (e *Encoder) writeLines(ps []Position, parts []Part) {
	out := &e.geometry[typeLine]
	small := -1 // a line within a cell
	for i, p := range parts {
		if p.Kind != LinePart || p.End == p.Start {
			continue
		}
		line := ps[p.Start:p.End]
		bounds := boundsOf(line)
		switch {
		case e.clip.misses(bounds):
		case bounds.within(e.cells.cell):
			small = i
		case e.tileBox().holds(bounds):
			e.writeLine(line)
		default:
			e.clipLine(line)
		}
	}
	if len(out.b) == 0 && small >= 0 {
		if at, ok := e.cells.take(ps[parts[small].Start]); ok {
			e.c = append(e.c[:0], at, Position{at.X + e.cells.cell, at.Y})
			out.line(e.c)
		}
	}
}

func (e *Encoder) writeLine(line []Position) {
	e.b = tidyLine(e.b, line)
	if len(e.b) >= 2 {
		e.geometry[typeLine].line(e.b)
	}
}

// clipLine writes the stretches of a line within the clip box.
func (e *Encoder) clipLine(line []Position) {
	e.seamed = seam(e.seamed[:0], line, e.tileBox(), e.clip, false)
	line = e.seamed
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

// tileBox is the tile without its buffer.
func (e *Encoder) tileBox() box {
	return box{0, 0, int64(e.grid.Extent), int64(e.grid.Extent)}
}
