package dxf

import "gisd/importers/wkb"

// lightPolyline strokes an LWPOLYLINE: vertices in the object coordinate system
// with bulges, all at one elevation.
func (x *exploder) lightPolyline(e *entity, s *shape, tolerance float64) {
	closed := e.int(70, 0)&1 != 0
	elevation := e.float(38, 0)
	p := pather{x: x, tolerance: tolerance, line: e.markedLine()}
	x.path = x.path[:0]
	for _, g := range e.groups {
		switch g.code {
		case 10:
			p.next(vec{g.number, 0, elevation})
		case 20:
			p.at.y = g.number
		case 42:
			p.bulge = g.number
		}
		if g.code >= firstXData {
			break
		}
	}
	p.end(s, closed)
	e.place(s)
}

// pather strokes vertices that come one after the other, each with the bulge of
// the segment after it.
type pather struct {
	x         *exploder
	tolerance float64
	at, first vec
	bulge     float64
	bulge0    float64
	n         int
	line      bool // stays a line, closed or not
}

// next ends the vertex before and begins one; bulge and y may be set until the
// following call.
func (p *pather) next(v vec) {
	if p.n > 0 {
		p.hold()
	}
	p.at, p.bulge = v, 0
	p.n++
}

// hold keeps a vertex; its segment is stroked when the next one is known.
func (p *pather) hold() {
	if p.n == 1 {
		p.first, p.bulge0 = p.at, p.bulge
	} else {
		last := &p.x.path[len(p.x.path)-1]
		from := *last
		p.x.path = p.x.path[:len(p.x.path)-1]
		p.x.path = appendBulge(p.x.path, from, p.at, p.bulge0, p.tolerance)
		p.bulge0 = p.bulge
	}
	p.x.path = append(p.x.path, p.at)
}

func (p *pather) end(s *shape, closed bool) {
	if p.n == 0 {
		return
	}
	p.hold()
	if closed && p.bulge0 != 0 {
		last := len(p.x.path) - 1
		from := p.x.path[last]
		p.x.path = appendBulge(p.x.path[:last], from, p.first, p.bulge0, p.tolerance)
	}
	if p.n == 1 && len(p.x.path) == 1 {
		s.point(p.first)
		return
	}
	if p.line {
		s.line(p.x.path...)
		return
	}
	s.path(p.x.path, closed)
}

// Flags of a POLYLINE and of its vertices (DXF reference, "POLYLINE", "VERTEX").
const (
	polylineClosed   = 1
	polylineSpline   = 4
	polyline3D       = 8
	polylineMesh     = 16
	polylineClosedN  = 32
	polylinePolyface = 64

	vertexFrame    = 16 // of the control frame, not on the curve
	vertexMesh     = 64
	vertexPolyface = 128
	vertexSmoothed = 8 // of a smoothed mesh
)

func (x *exploder) polyline(e *entity, s *shape, tolerance float64) {
	flags := e.int(70, 0)
	switch {
	case flags&polylinePolyface != 0:
		polyface(e, s)
		return
	case flags&polylineMesh != 0:
		mesh(e, s, flags)
		return
	}
	x.path = x.path[:0]
	p := pather{x: x, tolerance: tolerance, line: e.markedLine()}
	for _, v := range e.vertices {
		if v.flags&vertexFrame != 0 {
			continue
		}
		if flags&polyline3D != 0 {
			v.bulge = 0
		} else {
			v.at.z = e.float(30, v.at.z)
		}
		p.next(v.at)
		p.bulge = v.bulge
	}
	p.end(s, flags&polylineClosed != 0)
	if flags&polyline3D == 0 {
		e.place(s)
	}
}

// polyface makes a polygon of each face.
func polyface(e *entity, s *shape) {
	var corners, face []vec
	for _, v := range e.vertices {
		if v.flags&vertexPolyface != 0 && v.flags&vertexMesh != 0 {
			corners = append(corners, v.at)
		}
	}
	for _, v := range e.vertices {
		if v.flags&vertexPolyface == 0 || v.flags&vertexMesh != 0 {
			continue
		}
		face = face[:0]
		for _, i := range v.faces {
			if n := int(max(i, -i)); n >= 1 && n <= len(corners) {
				face = append(face, corners[n-1])
			}
		}
		if len(face) > 2 {
			s.polygon(face...)
		}
	}
}

// mesh makes a polygon of each cell of a mesh of m by n vertices.
func mesh(e *entity, s *shape, flags int) {
	m, n := e.int(71, 0), e.int(72, 0)
	smooth := flags&polylineSpline != 0
	if smooth {
		m, n = e.int(73, m), e.int(74, n)
	}
	var at []vec
	for _, v := range e.vertices {
		if !smooth && v.flags&vertexFrame == 0 || smooth && v.flags&vertexSmoothed != 0 {
			at = append(at, v.at)
		}
	}
	if m < 2 || n < 2 || m > len(at) || n > len(at)/m {
		s.line(at...)
		return
	}
	rows, columns := m-1, n-1
	if flags&polylineClosed != 0 {
		rows = m
	}
	if flags&polylineClosedN != 0 {
		columns = n
	}
	for i := range rows {
		for j := range columns {
			next, right := (i+1)%m, (j+1)%n
			s.polygon(at[i*n+j], at[i*n+right], at[next*n+right], at[next*n+j])
		}
	}
}

// multiLine makes a line of each element of an MLINE: each vertex carries the
// offsets of the elements along its mitre (DXF reference, "MLINE").
func multiLine(e *entity, s *shape) {
	var lines [][]vec
	var at, mitre vec
	element, first := -1, false
	for _, g := range e.groups {
		switch g.code {
		case 11:
			at, element = vec{x: g.number}, -1
		case 21:
			at.y = g.number
		case 31:
			at.z = g.number
		case 13:
			mitre = vec{x: g.number}
		case 23:
			mitre.y = g.number
		case 33:
			mitre.z = g.number
		case 74:
			element, first = element+1, true
		case 41:
			if !first || element < 0 || element > 64 {
				break
			}
			first = false
			for len(lines) <= element {
				lines = append(lines, nil)
			}
			lines[element] = append(lines[element], at.plus(mitre.times(g.number)))
		}
	}
	for _, l := range lines {
		if e.int(71, 0)&2 != 0 && len(l) > 2 {
			l = append(l, l[0])
		}
		if len(l) > 1 {
			s.pos = append(s.pos, l...)
			s.endRing()
			s.endPart(wkb.LineString)
		}
	}
}
