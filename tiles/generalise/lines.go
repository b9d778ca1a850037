package generalise

// piece is a line within what is known: the vertices from the end of the piece
// before up to end.
type piece struct{ feature, end int32 }

// addLine cuts a line at the lines of the cell and notes its edges. A street
// that several lines follow is simplified once.
func (g *Generaliser) addLine(feature int32, line []Point) {
	bounds := boundsOf(line)
	if g.known.misses(bounds) {
		return
	}
	h := &g.ways
	if h.cutter.crosses(bounds) {
		g.c = h.cutter.line(g.c[:0], line)
		line = g.c
	}
	start := len(g.sequence)
	end := func() {
		if len(g.sequence) > start {
			g.pieces = append(g.pieces, piece{feature, int32(len(g.sequence))})
		}
		start = len(g.sequence)
	}
	for _, p := range line {
		if !g.known.has(p) {
			end()
			continue
		}
		v := h.vertex(p)
		if n := len(g.sequence); n > start {
			if g.sequence[n-1] == v {
				continue
			}
			h.use(g.sequence[n-1], v, 0, 1)
			g.keepBoth(g.sequence[n-1], v)
		}
		g.sequence = append(g.sequence, v)
	}
	end()
}

// keepBoth makes sure that an edge walked there and back counts: lines have no
// inside, and nothing cancels.
func (g *Generaliser) keepBoth(u, v int32) {
	if e := g.ways.edge(min(u, v), max(u, v)); !g.ways.active(e) {
		g.ways.use(u, v, 0, 1)
	}
}

// fixEnds keeps the ends of lines where they are, even where another line goes
// on.
func (g *Generaliser) fixEnds() {
	from := int32(0)
	for _, p := range g.pieces {
		g.ways.flags[g.sequence[from]] |= flagFixed
		g.ways.flags[g.sequence[p.end-1]] |= flagFixed
		from = p.end
	}
}

// writeLines appends the pieces of a feature's lines. Pieces are in the order
// of features, so that a search finds them.
func (g *Generaliser) writeLines(feature int32) {
	lo, hi := 0, len(g.pieces)
	for lo < hi {
		if mid := (lo + hi) / 2; g.pieces[mid].feature < feature {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(g.pieces) && g.pieces[lo].feature == feature; lo++ {
		from := int32(0)
		if lo > 0 {
			from = g.pieces[lo-1].end
		}
		g.writeLine(g.sequence[from:g.pieces[lo].end])
	}
}

// writeLine appends what is left of a line: at least one unit of it.
func (g *Generaliser) writeLine(vertices []int32) {
	before := len(g.dst.Points)
	for _, v := range vertices {
		if g.ways.flags[v]&flagRemoved != 0 {
			continue
		}
		g.write(g.ways.points[v])
		if n := len(g.dst.Points); n > before+1 && g.dst.Points[n-1] == g.dst.Points[n-2] {
			g.dst.Points = g.dst.Points[:n-1]
		}
	}
	if p := g.dst.Points[before]; len(g.dst.Points) == before+1 {
		if p.X+1 <= g.known.maxX>>g.o.Shift {
			p.X++
		} else {
			p.X--
		}
		g.dst.Add(p)
	}
	g.dst.EndPart(KindLine)
}
