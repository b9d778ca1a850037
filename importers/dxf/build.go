package dxf

import (
	"math"
)

// build makes the geometry of one entity, in world coordinates or those of its
// block. ok is false for what has no geometry of its own or is not read:
// viewports, images, solids in ACIS form and the like.
func (x *exploder) build(e *entity, f *feature, tolerance float64) (isText, ok bool) {
	s := &f.shape
	switch e.kind {
	case "POINT":
		s.point(e.point(10))
	case "LINE":
		x.lineOf(e, s)
	case "LWPOLYLINE":
		x.lightPolyline(e, s, tolerance)
	case "POLYLINE":
		x.polyline(e, s, tolerance)
	case "MLINE":
		multiLine(e, s)
	case "ARC", "CIRCLE":
		x.arc(e, s, tolerance)
	case "ELLIPSE":
		x.ellipse(e, s, tolerance)
	case "SPLINE", "HELIX":
		x.splineOf(e, s, tolerance)
	case "SOLID", "TRACE":
		solid(e, s)
	case "3DFACE":
		face(e, s)
	case "HATCH":
		x.hatch(e, s, tolerance)
	case "LEADER":
		x.leader(e, s, tolerance)
	case "MULTILEADER", "MLEADER":
		multiLeader(e, s)
	case "DIMENSION":
		dimensionLine(e, s)
	case "TEXT", "ATTRIB", "ATTDEF", "MTEXT":
		x.label(e, f)
		return true, true
	default:
		return false, false
	}
	return false, true
}

// place brings positions of the entity's own coordinate system into the world.
func (e *entity) place(s *shape) {
	if m, tilted := e.extrusion(); tilted {
		s.transform(&m)
	}
}

func (x *exploder) lineOf(e *entity, s *shape) {
	if e.has(10) && e.has(11) {
		s.line(e.point(10), e.point(11))
	}
}

// arc strokes an ARC, or a CIRCLE as a polygon.
func (x *exploder) arc(e *entity, s *shape, tolerance float64) {
	c, r := e.point(10), math.Abs(e.float(40, 0))
	if r == 0 {
		s.point(c)
		e.place(s)
		return
	}
	from, to := 0.0, 2*math.Pi
	if e.kind == "ARC" {
		from, to = radians(e.float(50, 0)), radians(e.float(51, 360))
		to = turnFrom(from, to)
	}
	x.strokeConic(s, circle(c, r, from, to), tolerance)
	e.place(s)
}

// strokeConic adds an arc, or where it is a full turn a polygon.
func (x *exploder) strokeConic(s *shape, c conic, tolerance float64) {
	x.path = appendConic(x.path[:0], c, tolerance)
	if full := math.Abs(c.to-c.from) >= 2*math.Pi-1e-9; full {
		s.polygon(x.path[:len(x.path)-1]...)
		return
	}
	s.line(x.path...)
}

// ellipse strokes an ELLIPSE, which is given in world coordinates: the minor
// axis lies left of the major one, seen from the tip of the extrusion.
func (x *exploder) ellipse(e *entity, s *shape, tolerance float64) {
	major := e.point(11)
	n := vec{e.float(210, 0), e.float(220, 0), e.float(230, 1)}
	if n.length() == 0 {
		n = vec{z: 1}
	}
	minor := n.unit().cross(major).times(e.float(40, 1))
	from, to := e.float(41, 0), e.float(42, 2*math.Pi)
	x.strokeConic(s, conic{c: e.point(10), a: major, b: minor, from: from, to: turnFrom(from, to)}, tolerance)
}

func (x *exploder) splineOf(e *entity, s *shape, tolerance float64) {
	flags := e.int(70, 0)
	sp := spline{degree: e.int(71, 3), closed: flags&1 != 0}
	for _, g := range e.groups {
		switch g.code {
		case 40:
			sp.knots = append(sp.knots, g.number)
		case 41:
			sp.weights = append(sp.weights, g.number)
		case 10:
			sp.control = append(sp.control, vec{x: g.number})
		case 11:
			sp.fit = append(sp.fit, vec{x: g.number})
		case 20, 30:
			setLast(sp.control, g)
		case 21, 31:
			setLast(sp.fit, group{code: g.code - 1, number: g.number})
		case 100:
			if e.kind == "HELIX" && string(e.text(g)) == "AcDbHelix" {
				x.strokeSpline(s, &sp, tolerance)
				return
			}
		}
		if g.code >= firstXData {
			break
		}
	}
	x.strokeSpline(s, &sp, tolerance)
}

// setLast sets y (code 20) or z (code 30) of the last position.
func setLast(list []vec, g group) {
	if n := len(list); n > 0 && g.code == 20 {
		list[n-1].y = g.number
	} else if n > 0 {
		list[n-1].z = g.number
	}
}

func (x *exploder) strokeSpline(s *shape, sp *spline, tolerance float64) {
	x.path = appendSpline(x.path[:0], sp, tolerance)
	s.path(x.path, sp.closed)
}

// solid makes a SOLID or TRACE: its third and fourth corner are crosswise.
func solid(e *entity, s *shape) {
	corners := []vec{e.point(10), e.point(11)}
	third, fourth := e.has(12), e.has(13)
	switch {
	case third && fourth:
		corners = append(corners, e.point(13), e.point(12))
	case third:
		corners = append(corners, e.point(12))
	}
	outline(s, corners)
	e.place(s)
}

func face(e *entity, s *shape) {
	corners := []vec{e.point(10), e.point(11), e.point(12)}
	if e.has(13) {
		corners = append(corners, e.point(13))
	}
	outline(s, corners)
}

// outline makes of corners what they span: a polygon, a line or a point.
func outline(s *shape, corners []vec) {
	n := 1
	for _, c := range corners[1:] {
		if c != corners[n-1] {
			corners[n] = c
			n++
		}
	}
	if n > 1 && corners[n-1] == corners[0] {
		n--
	}
	switch n {
	case 1:
		s.point(corners[0])
	case 2:
		s.line(corners[:2]...)
	default:
		s.polygon(corners[:n]...)
	}
}
