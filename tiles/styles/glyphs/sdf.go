package glyphs

import (
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// What MapLibre expects of a distance field: an em of 24 pixels, 3 pixels
// around the glyph, and a distance of 8 pixels over the byte's range with a
// quarter of it outside the outline (the edge itself is 191).
const (
	emPixels     = 24
	sdfBuffer    = 3
	sdfRadius    = 8.0
	sdfCutoff    = 0.25
	baselineFrom = 25 // from the top of the line to the baseline; centres capitals on a label's anchor
	curveSteps   = 6
)

// segment is a piece of outline in pixels, y down from the baseline.
type segment struct{ ax, ay, bx, by float64 }

// drawGlyph renders one code point; false when the font has none. A glyph
// without an outline (a space) has an advance only.
func drawGlyph(f *sfnt.Font, buf *sfnt.Buffer, r rune) (sdfGlyph, bool, error) {
	index, err := f.GlyphIndex(buf, r)
	if err != nil || index == 0 {
		return sdfGlyph{}, false, err
	}
	// Loaded at one unit a pixel, so that no hinting or rounding is lost.
	units := fixed.I(int(f.UnitsPerEm()))
	advance, err := f.GlyphAdvance(buf, index, units, font.HintingNone)
	if err != nil {
		return sdfGlyph{}, false, err
	}
	outline, err := f.LoadGlyph(buf, index, units, nil)
	if err != nil {
		return sdfGlyph{}, false, err
	}
	scale := emPixels / float64(units)
	g := sdfGlyph{id: r, advance: int(math.Round(float64(advance) * scale))}
	contours := flatten(outline, scale)
	if len(contours) == 0 {
		return g, true, nil
	}
	g.place(contours)
	g.fill(contours, dropInner(contours))
	return g, true, nil
}

func flatten(outline sfnt.Segments, scale float64) []segment {
	var out []segment
	var start, at [2]float64
	pt := func(p fixed.Point26_6) [2]float64 {
		return [2]float64{float64(p.X) * scale, float64(p.Y) * scale}
	}
	to := func(p [2]float64) {
		if p != at {
			out = append(out, segment{at[0], at[1], p[0], p[1]})
		}
		at = p
	}
	for _, s := range outline {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			to(start)
			start = pt(s.Args[0])
			at = start
		case sfnt.SegmentOpLineTo:
			to(pt(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			from, c, end := at, pt(s.Args[0]), pt(s.Args[1])
			for i := 1; i <= curveSteps; i++ {
				t := float64(i) / curveSteps
				u := 1 - t
				to([2]float64{
					u*u*from[0] + 2*u*t*c[0] + t*t*end[0],
					u*u*from[1] + 2*u*t*c[1] + t*t*end[1],
				})
			}
		case sfnt.SegmentOpCubeTo: // TrueType outlines have none
			to(pt(s.Args[2]))
		}
	}
	to(start)
	return out
}

// dropInner removes what runs inside another contour, as where the horn of Ư
// enters its stem: it is not part of the glyph's edge.
func dropInner(segments []segment) []segment {
	const aside = 0.02 // pixels
	out := make([]segment, 0, len(segments))
	for _, s := range segments {
		dx, dy := s.bx-s.ax, s.by-s.ay
		length := math.Hypot(dx, dy)
		nx, ny := -dy/length*aside, dx/length*aside
		mx, my := (s.ax+s.bx)/2, (s.ay+s.by)/2
		if winding(segments, mx+nx, my+ny) != 0 && winding(segments, mx-nx, my-ny) != 0 {
			continue
		}
		out = append(out, s)
	}
	return out
}

// winding counts the outline's turns around a point; nonzero is inside.
func winding(segments []segment, x, y float64) int {
	n := 0
	for _, s := range segments {
		if (s.ay <= y) == (s.by <= y) {
			continue
		}
		if s.ax+(y-s.ay)/(s.by-s.ay)*(s.bx-s.ax) > x {
			if s.by > s.ay {
				n++
			} else {
				n--
			}
		}
	}
	return n
}

func (g *sdfGlyph) place(segments []segment) {
	minX, minY := math.Inf(1), math.Inf(1)
	maxX, maxY := math.Inf(-1), math.Inf(-1)
	for _, s := range segments {
		minX, maxX = min(minX, s.ax), max(maxX, s.ax)
		minY, maxY = min(minY, s.ay), max(maxY, s.ay)
	}
	g.left = int(math.Floor(minX))
	g.width = int(math.Ceil(maxX)) - g.left
	up := int(math.Floor(minY))
	g.height = int(math.Ceil(maxY)) - up
	g.top = -up - baselineFrom
}

// fill tells the inside by the whole contours and measures to their union's edge.
func (g *sdfGlyph) fill(contours, edge []segment) {
	columns, rows := g.width+2*sdfBuffer, g.height+2*sdfBuffer
	g.bitmap = make([]byte, columns*rows)
	top := -(g.top + baselineFrom)
	for row := range rows {
		for column := range columns {
			x := float64(g.left+column-sdfBuffer) + 0.5
			y := float64(top+row-sdfBuffer) + 0.5
			outside := edgeDistance(edge, x, y)
			if winding(contours, x, y) != 0 {
				outside = -outside
			}
			value := 255 * (1 - sdfCutoff - outside/sdfRadius)
			g.bitmap[row*columns+column] = byte(math.Round(min(max(value, 0), 255)))
		}
	}
}

// edgeDistance is the distance to the nearest piece of outline, in pixels.
func edgeDistance(segments []segment, x, y float64) float64 {
	best := math.Inf(1)
	for _, s := range segments {
		dx, dy := s.bx-s.ax, s.by-s.ay
		t := ((x-s.ax)*dx + (y-s.ay)*dy) / (dx*dx + dy*dy)
		t = min(max(t, 0), 1)
		ex, ey := s.ax+t*dx-x, s.ay+t*dy-y
		best = min(best, ex*ex+ey*ey)
	}
	return math.Sqrt(best)
}
