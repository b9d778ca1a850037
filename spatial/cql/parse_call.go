package cql

import (
	"strconv"
	"strings"
)

// word is a name, a function, or a literal that a word opens.
func (p *parser) word() (Node, error) {
	t := p.token
	if p.ahead.is("(") && !reserved(t.text) {
		return p.call()
	}
	if kind := geometryNamed(t.text); kind != "" && p.ahead.is("z") {
		return p.geometry(kind)
	}
	switch {
	case t.is("true"), t.is("false"):
		return Boolean{t.is("true")}, p.advance()
	case reserved(t.text):
		return nil, p.unexpected("a value")
	}
	return Property{t.text}, p.advance()
}

func (p *parser) call() (Node, error) {
	name := p.token.text
	lower := strings.ToLower(name)
	if kind := geometryNamed(name); kind != "" {
		return p.geometry(kind)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch lower {
	case "bbox":
		return p.bbox()
	case "date", "timestamp":
		return p.instant(lower == "date")
	case "interval":
		return p.interval()
	case "casei", "accenti":
		args, err := p.arguments(1, false)
		return Operation{Op(lower), args}, err
	}
	if op, ok := predicateNamed(name); ok {
		g, _, _, _ := operator(op)
		args, err := p.arguments(2, g == array)
		return Operation{op, args}, err
	}
	args, err := p.arguments(-1, false)
	return Function{name, args}, err
}

// arguments reads a list of so many arguments; -1 is any number.
func (p *parser) arguments(want int, arrays bool) ([]Node, error) {
	at := p.token
	var args []Node
	var err error
	if arrays {
		args, err = p.elements(p.operand)
	} else {
		args, err = p.list()
	}
	if err == nil && want >= 0 && len(args) != want {
		err = &SyntaxError{Offset: at.at, Reason: "there are " + strconv.Itoa(len(args)) + " arguments, not " + strconv.Itoa(want)}
	}
	return args, err
}

// operand of an array function: a parenthesis opens an array, even around a
// single element.
func (p *parser) operand() (Node, error) {
	if p.token.is("(") {
		items, err := p.elements(p.element)
		return Array{items}, err
	}
	return p.disjunction()
}

// element of an array may be an array in turn.
func (p *parser) element() (Node, error) { return p.disjunction() }

func (p *parser) list() ([]Node, error) { return p.elements(p.element) }

func (p *parser) elements(one func() (Node, error)) ([]Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var items []Node
	if ok, err := p.take(")"); err != nil || ok {
		return items, err
	}
	for {
		n, err := one()
		if err != nil {
			return nil, err
		}
		items = append(items, n)
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if !ok {
			return items, p.expect(")")
		}
	}
}
