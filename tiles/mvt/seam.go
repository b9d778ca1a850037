package mvt

// seam copies a line or an open ring to dst with a vertex more wherever it
// crosses an edge of the tile within the clip box. Both tiles at an edge find
// the same grid position for the crossing, whatever the buffer cuts off later,
// so that what they draw meets exactly.
//
//	   tile │ next tile
//	p───────┼ · · · · · ·q      the line is bent to pass through ┼
func seam(dst, ps []Position, tile, clip box, ring bool) []Position {
	for i, q := range ps {
		if i > 0 {
			dst = seamSegment(dst, ps[i-1], q, tile, clip)
		} else if ring {
			dst = seamSegment(dst, ps[len(ps)-1], q, tile, clip)
		}
		dst = append(dst, q)
	}
	return dst
}

// crossing is where a segment crosses an edge's line, t of the way along it.
type crossing struct {
	t  float64
	at Position
}

// seamSegment appends the crossings strictly between p and q, in order.
func seamSegment(dst []Position, p, q Position, tile, clip box) []Position {
	b := box{min(p.X, q.X), min(p.Y, q.Y), max(p.X, q.X), max(p.Y, q.Y)}
	if clip.misses(b) || tile.holds(b) {
		return dst
	}
	var found [4]crossing
	n := 0
	for _, s := range [4]side{left, right, top, bottom} {
		if tile.inside(s, p) == tile.inside(s, q) {
			continue
		}
		c := crossing{at: tile.cross(s, p, q)}
		if c.at == p || c.at == q || !clip.has(c.at) {
			continue
		}
		if s == left || s == right {
			c.t = float64(c.at.X-p.X) / float64(q.X-p.X)
		} else {
			c.t = float64(c.at.Y-p.Y) / float64(q.Y-p.Y)
		}
		k := n
		for ; k > 0 && found[k-1].t > c.t; k-- {
			found[k] = found[k-1]
		}
		found[k] = c
		n++
	}
	for _, c := range found[:n] {
		dst = append(dst, c.at)
	}
	return dst
}
