package generalise

// clipRing cuts an open ring to b, side after side (Sutherland and Hodgman
// 1974). Where edges have been cut at the box's lines before, nothing is
// rounded. A ring that leaves the box twice comes back joined along its edge.
func clipRing(ring []Point, b box, a, c []Point) (out, scratch1, scratch2 []Point) {
	src := ring
	for side := range 4 {
		a = clipSide(a[:0], src, b, side)
		src = a
		a, c = c, a
	}
	return src, a, c
}

func (b box) inside(side int, p Point) bool {
	switch side {
	case 0:
		return p.X >= b.minX
	case 1:
		return p.X <= b.maxX
	case 2:
		return p.Y >= b.minY
	}
	return p.Y <= b.maxY
}

func (b box) cross(side int, p, q Point) Point {
	if p.X > q.X || p.X == q.X && p.Y > q.Y {
		p, q = q, p
	}
	dx, dy := int64(q.X)-int64(p.X), int64(q.Y)-int64(p.Y)
	at := [4]int32{b.minX, b.maxX, b.minY, b.maxY}[side]
	if side < 2 {
		return Point{at, p.Y + int32(ratio(dy, int64(at)-int64(p.X), dx))}
	}
	return Point{p.X + int32(ratio(dx, int64(at)-int64(p.Y), dy)), at}
}

func clipSide(dst, src []Point, b box, side int) []Point {
	if len(src) == 0 {
		return dst
	}
	prev := src[len(src)-1]
	prevIn := b.inside(side, prev)
	for _, p := range src {
		in := b.inside(side, p)
		if in != prevIn {
			if q := b.cross(side, prev, p); q != prev && q != p {
				dst = append(dst, q)
			}
		}
		if in {
			dst = append(dst, p)
		}
		prev, prevIn = p, in
	}
	return dst
}

// Clip replaces dst by what of src lies in the core of a cell. Where src came
// from Run with that cell, or with one whose lines pass along its borders,
// nothing is rounded, and pieces of neighbouring cells fit. Rings that leave the
// cell more than once come back joined along its border; another Run parts
// them. Points and dust, which one cell alone holds, are kept whole.
func Clip(dst, src *Shapes, c Cell) {
	dst.Reset()
	b := box{c.X, c.Y, c.X + c.Side, c.Y + c.Side}
	var s, t, ring []Point
	for i, f := range src.Features {
		from, to := src.PartRange(i)
		before := len(dst.Parts)
		for k := from; k < to; k++ {
			part := src.Ring(k)
			if len(part) == 0 {
				continue
			}
			kind, bounds := src.Parts[k].Kind, boundsOf(part)
			switch {
			case b.misses(bounds), kind == KindPoint && !c.core(part[0]), f.Dust && !c.core(part[0]):
				continue
			case b.holds(bounds), kind == KindPoint, f.Dust:
				dst.Points = append(dst.Points, part...)
				dst.EndPart(kind)
			case kind == KindLine:
				clipLine(dst, part, b)
			default:
				if ring, s, t = clipRing(part, b, s, t); len(ring) >= 3 {
					dst.Points = append(dst.Points, ring...)
					dst.EndPart(kind)
				}
			}
		}
		if len(dst.Parts) > before {
			dst.EndFeature(f)
		}
	}
}

// clipLine appends the pieces of a line with both ends of every edge in b.
func clipLine(dst *Shapes, line []Point, b box) {
	n := 0
	end := func() {
		switch {
		case n >= 2:
			dst.EndPart(KindLine)
		case n == 1:
			dst.Points = dst.Points[:len(dst.Points)-1]
		}
		n = 0
	}
	for _, p := range line {
		if !b.has(p) {
			end()
			continue
		}
		dst.Add(p)
		n++
	}
	end()
}
