package dxf

import "math"

// Flags of a boundary path (DXF reference, "Boundary path data").
const loopPolyline = 2

// maxLoops bounds the loops of one HATCH: nesting compares them all.
const maxLoops = 20_000

// hatch makes the polygons of a HATCH: every loop stroked, edges chained by
// their ends, the rings nested as its style says.
func (x *exploder) hatch(e *entity, s *shape, tolerance float64) {
	h := hatchReader{x: x, e: e, tolerance: tolerance}
	var rings rings
	h.read(&rings)
	if !rings.nest(s, e.int(75, 0), e.float(30, 0)) || h.strokes > maxPositions {
		x.f.tooLarge = true
	}
	e.place(s)
}

// hatchReader goes through the groups of a HATCH, whose meaning depends on
// their order.
type hatchReader struct {
	x         *exploder
	e         *entity
	i         int
	tolerance float64
	strokes   int // positions made of edges so far
}

// peek is the code of the next group, -1 at the end.
func (h *hatchReader) peek() int32 {
	if h.i >= len(h.e.groups) || h.e.groups[h.i].code >= firstXData {
		return -1
	}
	return h.e.groups[h.i].code
}

// take returns the next group's number if it has the code, else otherwise.
func (h *hatchReader) take(code int32, otherwise float64) float64 {
	if h.peek() != code {
		return otherwise
	}
	h.i++
	return h.e.groups[h.i-1].number
}

func (h *hatchReader) point(code int32) vec {
	return vec{x: h.take(code, 0), y: h.take(code+10, 0)}
}

func (h *hatchReader) seek(code int32) bool {
	for h.peek() >= 0 && h.peek() != code {
		h.i++
	}
	return h.peek() == code
}

func (h *hatchReader) read(r *rings) {
	if !h.seek(91) {
		return
	}
	loops := saturate(h.take(91, 0))
	for n := 0; n < loops && n < maxLoops; n++ {
		if !h.seek(92) {
			return
		}
		if flags := saturate(h.take(92, 0)); flags&loopPolyline != 0 {
			h.polyline(r)
		} else {
			h.edges(r)
		}
		// The objects that the loop was made from.
		for sources := h.take(97, 0); sources > 0 && h.peek() == 330; sources-- {
			h.i++
		}
	}
}

// polyline reads a loop of vertices with bulges. It is closed whatever it says.
func (h *hatchReader) polyline(r *rings) {
	bulges := h.take(72, 0) != 0
	h.take(73, 1)
	n := saturate(h.take(93, 0))
	h.x.path = h.x.path[:0]
	p := pather{x: h.x, tolerance: h.tolerance}
	for ; n > 0 && h.peek() == 10; n-- {
		p.next(h.point(10))
		if bulges || h.peek() == 42 {
			p.bulge = h.take(42, 0)
		}
	}
	if p.n == 0 {
		return
	}
	var s shape
	p.end(&s, true)
	for i := range s.ends {
		from := 0
		if i > 0 {
			from = s.ends[i-1]
		}
		r.add(s.pos[from:s.ends[i]])
	}
}

// edges reads a loop of lines, arcs and splines.
func (h *hatchReader) edges(r *rings) {
	var c chain
	n := saturate(h.take(93, 0))
	for ; n > 0 && h.peek() == 72; n-- {
		kind := saturate(h.take(72, 0))
		var path []vec
		if h.strokes > maxPositions {
			return
		}
		switch kind {
		case 1:
			path = append(path, h.point(10), h.point(11))
		case 2:
			path = appendConic(path, h.arc(), h.tolerance)
		case 3:
			path = appendConic(path, h.ellipse(), h.tolerance)
		case 4:
			path = h.spline(path)
		default:
			n = 0
		}
		h.strokes += len(path)
		c.edges = append(c.edges, path)
	}
	c.rings(r)
}

// arc reads a circular edge. The angles of a clockwise one are counted
// clockwise.
func (h *hatchReader) arc() conic {
	c := h.point(10)
	radius := math.Abs(h.take(40, 0))
	from := radians(h.take(50, 0))
	to := turnFrom(from, radians(h.take(51, 360)))
	if h.take(73, 1) == 0 {
		from, to = -from, -to
	}
	return circle(c, radius, from, to)
}

// ellipse reads an elliptic edge. Its angles are directions, not parameters of
// the ellipse.
func (h *hatchReader) ellipse() conic {
	e := conic{c: h.point(10), a: h.point(11)}
	ratio := h.take(40, 1)
	e.b = vec{x: -e.a.y, y: e.a.x}.times(ratio)
	start, end := h.take(50, 0), h.take(51, 360)
	full := math.Abs(end-start) >= 360-1e-9
	e.from = ellipseParameter(radians(start), ratio)
	e.to = turnFrom(e.from, ellipseParameter(radians(end), ratio))
	if full {
		e.to = e.from + 2*math.Pi
	}
	if h.take(73, 1) == 0 {
		e.from, e.to = -e.from, -e.to
	}
	return e
}

func ellipseParameter(angle, ratio float64) float64 {
	if ratio == 0 {
		return angle
	}
	sin, cos := math.Sincos(angle)
	return math.Atan2(sin/math.Abs(ratio), cos)
}

func (h *hatchReader) spline(path []vec) []vec {
	s := spline{degree: saturate(h.take(94, 3))}
	h.take(73, 0)
	h.take(74, 0)
	h.take(95, 0)
	h.take(96, 0)
	for h.peek() == 40 {
		s.knots = append(s.knots, h.take(40, 0))
	}
	for h.peek() == 10 {
		s.control = append(s.control, h.point(10))
		if h.peek() == 42 {
			s.weights = append(s.weights, h.take(42, 1))
		}
	}
	// From R2010 on 97 counts fit points; the objects of the loop have the same.
	if h.peek() == 97 && h.i+1 < len(h.e.groups) && h.e.groups[h.i+1].code != 330 {
		h.take(97, 0)
		for h.peek() == 11 {
			s.fit = append(s.fit, h.point(11))
		}
		for h.peek() == 12 || h.peek() == 13 {
			h.point(h.peek())
		}
	}
	return appendSpline(path, &s, h.tolerance)
}
