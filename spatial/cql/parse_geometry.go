package cql

import (
	"strconv"
	"strings"
)

// geometryNamed gives GeoJSON's spelling of a WKT keyword, "" for none.
func geometryNamed(word string) string {
	for _, kind := range []string{"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"} {
		if strings.EqualFold(word, kind) {
			return kind
		}
	}
	return ""
}

// geometry reads a tagged WKT from its keyword on.
func (p *parser) geometry(kind string) (Node, error) {
	at := p.token
	g, err := p.tagged(kind)
	if err != nil {
		return nil, err
	}
	if why := g.check(); why != "" {
		return nil, &SyntaxError{Offset: at.at, Reason: why}
	}
	return g, nil
}

func (p *parser) tagged(kind string) (Geometry, error) {
	if err := p.advance(); err != nil {
		return Geometry{}, err
	}
	dim := 2
	if ok, err := p.take("z"); err != nil {
		return Geometry{}, err
	} else if ok {
		dim = 3
	}
	g := Geometry{Type: kind, Dim: dim}
	return g, p.body(&g)
}

// body reads the parenthesis of a geometry whose type and dimension are known.
// A position without Z in a geometry that has it, and the other way round, is
// refused.
func (p *parser) body(g *Geometry) error {
	if err := p.deeper(); err != nil {
		return err
	}
	defer func() { p.depth-- }()
	if err := p.expect("("); err != nil {
		return err
	}
	part, _, _ := shape(g.Type)
	for {
		var err error
		switch {
		case part == "":
			err = p.position(g)
		case part == "any":
			err = p.member(g)
		default:
			inner := Geometry{Type: part, Dim: g.Dim}
			if g.Type == "MultiPoint" && !p.token.is("(") {
				err = p.position(&inner) // MULTIPOINT(1 2, 3 4), as many write it
			} else {
				err = p.body(&inner)
			}
			if err == nil && len(g.Parts) > 0 && inner.Dim != g.Dim {
				err = p.fail("some positions have a height and some have none")
			}
			g.Dim = inner.Dim
			g.Parts = append(g.Parts, inner)
		}
		if err != nil {
			return err
		}
		if ok, err := p.take(","); err != nil {
			return err
		} else if !ok {
			return p.expect(")")
		}
	}
}

func (p *parser) member(g *Geometry) error {
	kind := geometryNamed(p.token.text)
	if p.token.kind != word || kind == "" || kind == "GeometryCollection" {
		return p.unexpected("a geometry")
	}
	inner, err := p.tagged(kind)
	if err != nil {
		return err
	}
	if len(g.Parts) > 0 && inner.Dim != g.Dim {
		return p.fail("the members of a collection have the same dimension")
	}
	g.Dim = inner.Dim
	g.Parts = append(g.Parts, inner)
	return nil
}

func (p *parser) position(g *Geometry) error {
	for i := 0; i < g.Dim || g.Dim == 2 && i == 2 && p.takesZ(g); i++ {
		v, err := p.signed()
		if err != nil {
			return err
		}
		g.Coordinates = append(g.Coordinates, v)
	}
	if p.nodes++; p.nodes > MaxNodes {
		return p.fail("more than " + strconv.Itoa(MaxNodes) + " parts")
	}
	return nil
}

// takesZ turns the geometry into one with Z when its very first position has a
// third ordinate without the keyword saying so, as the grammar allows.
func (p *parser) takesZ(g *Geometry) bool {
	if len(g.Coordinates) == 2 && (p.token.kind == number || p.token.is("-") || p.token.is("+")) {
		g.Dim = 3
		return true
	}
	return false
}

func (p *parser) signed() (float64, error) {
	minus := p.token.is("-")
	if minus || p.token.is("+") {
		if err := p.advance(); err != nil {
			return 0, err
		}
	}
	if p.token.kind != number {
		return 0, p.unexpected("a number")
	}
	n, err := parseNumber(p.token.text)
	if err != nil {
		return 0, p.fail(err.Error())
	}
	if minus {
		n.Float = -n.Float
	}
	return n.Float, p.advance()
}

// bbox reads the parenthesis after BBOX.
func (p *parser) bbox() (Node, error) {
	at := p.token
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var b BBox
	for {
		v, err := p.signed()
		if err != nil {
			return nil, err
		}
		b.Values = append(b.Values, v)
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if !ok || len(b.Values) > 6 {
			break
		}
	}
	if why := b.check(); why != "" {
		return nil, &SyntaxError{Offset: at.at, Reason: why}
	}
	return b, p.expect(")")
}

// check: a box may cross the antimeridian, but not stand on its head.
func (b BBox) check() string {
	n := len(b.Values)
	switch {
	case n != 4 && n != 6:
		return "a box has four numbers, or six with heights"
	case b.Values[1] > b.Values[n/2+1]:
		return "the box ends before it begins: " + strconv.FormatFloat(b.Values[1], 'g', -1, 64) + " is beyond " + strconv.FormatFloat(b.Values[n/2+1], 'g', -1, 64)
	}
	return ""
}
