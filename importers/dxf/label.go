package dxf

import "math"

// textOf is the text of a TEXT, ATTRIB, ATTDEF or MTEXT.
func (x *exploder) textOf(e *entity) rawText {
	t := rawText{bytes: e.string(1), font: x.d.styles[folded(e.string(7))]}
	if e.kind == "MTEXT" {
		t.multi = true
		t.bytes = e.joined(3, 1)
		return t
	}
	// An attribute of several lines holds them as an MTEXT behind it.
	if e.kind != "TEXT" && len(t.bytes) == 0 && e.has(101) {
		t.multi, t.bytes = true, e.embedded()
	}
	return t
}

// joined returns the pieces of a long text in their order.
func (e *entity) joined(more, last int32) []byte {
	if !e.has(more) {
		return e.string(last)
	}
	var all []byte
	for _, g := range e.groups {
		if g.code == 101 || g.code >= firstXData {
			break
		}
		if g.code == more || g.code == last {
			all = append(all, e.text(g)...)
		}
	}
	return all
}

// embedded is the text of the object embedded in the entity, behind code 101.
func (e *entity) embedded() []byte {
	var all []byte
	inside := false
	for _, g := range e.groups {
		if g.code >= firstXData {
			break
		}
		inside = inside || g.code == 101
		if inside && (g.code == 3 || g.code == 1) {
			all = append(all, e.text(g)...)
		}
	}
	return all
}

// label makes a text's point: where its first letter stands. Programs that leave
// that to be computed write only the point that the text is aligned to.
func (x *exploder) label(e *entity, f *feature) {
	f.text = x.textOf(e)
	f.height, f.turned = e.float(40, 0), true
	f.rotation = e.float(50, 0)
	at := e.point(10)
	if e.kind == "MTEXT" {
		if g, ok := e.find(11); ok {
			f.rotation = math.Atan2(e.float(21, 0), g.number) * 180 / math.Pi
		}
		f.shape.point(at)
		return
	}
	if at.x == 0 && at.y == 0 && e.has(11) {
		at = e.point(11)
	}
	f.shape.point(at)
	if m, tilted := e.extrusion(); tilted {
		f.shape.transform(&m)
		f.turn(&m)
	}
}

// leader strokes a LEADER's path.
func (x *exploder) leader(e *entity, s *shape, tolerance float64) {
	x.path = x.path[:0]
	for _, g := range e.groups {
		switch g.code {
		case 10:
			x.path = append(x.path, vec{x: g.number})
		case 20, 30:
			setLast(x.path, g)
		}
		if g.code >= firstXData {
			break
		}
	}
	if e.int(72, 0) == 1 && len(x.path) > 2 {
		fit := append([]vec(nil), x.path...)
		x.path = appendFit(x.path[:0], &spline{fit: fit}, tolerance)
	}
	s.line(x.path...)
}

// multiLeader makes the lines of an MLEADER.
func multiLeader(e *entity, s *shape) {
	c := contextOf(e)
	for _, l := range c.lines {
		s.line(l...)
	}
}

// contextOf reads the context of an MLEADER, a tree of braces in codes 300 to
// 305.
func contextOf(e *entity) *leaderContext {
	c := &leaderContext{}
	for _, g := range e.groups {
		c.take(e, g)
		if c.done {
			break
		}
	}
	return c
}

type leaderContext struct {
	depth    int
	done     bool
	lines    [][]vec
	landing  vec
	landings bool
	text     []byte
	at       vec
	height   float64
}

// Where a number belongs is told by how deep it stands: 1 the context, 2 a
// leader, 3 one of its lines.
func (c *leaderContext) take(e *entity, g group) {
	switch g.code {
	case 300:
		c.depth = 1
	case 301:
		c.done = true
	case 302:
		c.depth, c.landings = 2, false
	case 303:
		c.depth = 1
	case 304:
		if c.depth == 1 {
			c.text = e.text(g)
		} else {
			c.depth = 3
			c.lines = append(c.lines, nil)
		}
	case 305:
		if n := len(c.lines); c.depth == 3 && n > 0 && c.landings {
			c.lines[n-1] = append(c.lines[n-1], c.landing)
		}
		c.depth = 2
	case 41:
		if c.depth == 1 {
			c.height = g.number
		}
	}
	n := len(c.lines) - 1
	switch {
	case c.depth == 3 && n >= 0 && g.code == 10:
		c.lines[n] = append(c.lines[n], vec{x: g.number})
	case c.depth == 3 && n >= 0 && (g.code == 20 || g.code == 30):
		setLast(c.lines[n], g)
	case c.depth == 2 && g.code == 10:
		c.landing, c.landings = vec{x: g.number}, true
	case c.depth == 2 && g.code == 20:
		c.landing.y = g.number
	case c.depth == 2 && g.code == 30:
		c.landing.z = g.number
	case c.depth == 1 && g.code == 12:
		c.at.x = g.number
	case c.depth == 1 && g.code == 22:
		c.at.y = g.number
	case c.depth == 1 && g.code == 32:
		c.at.z = g.number
	}
}
