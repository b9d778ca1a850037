package generalise

import "math"

// Seen replaces dst by what a pass over a cell takes in of src: the features that
// come within the cell and its margin, cut at the lines. Where that is the same of
// two sources, a pass makes the same of both. Lines are kept whole, with dust and
// points that the cell holds.
func (g *Generaliser) Seen(dst, src *Shapes, c Cell) {
	dst.Reset()
	g.known = c.known()
	cut := cutter{x: linesOf(c.X, c.Side, c.Margin), y: linesOf(c.Y, c.Side, c.Margin), cuts: g.border.cutter.cuts}
	for i, f := range src.Features {
		from, to := src.PartRange(i)
		before := len(dst.Parts)
		for k := from; k < to; k++ {
			part := src.Ring(k)
			kind := src.Parts[k].Kind
			if len(part) == 0 || g.known.misses(boundsOf(part)) {
				continue
			}
			if kind >= KindExterior && !f.Dust {
				area := area2(part)
				if part = g.within(&cut, openRing(part)); len(part) < 3 {
					continue
				}
				if math.Signbit(area) { // which side is inside
					dst.Points = append(dst.Points, part[0])
				}
			}
			dst.Points = append(dst.Points, part...)
			dst.EndPart(kind)
		}
		if len(dst.Parts) > before {
			dst.EndFeature(f)
		}
	}
	g.border.cutter.cuts = cut.cuts
}
