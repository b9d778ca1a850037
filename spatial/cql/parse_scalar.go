package cql

import (
	"errors"
	"math"
	"slices"
	"strconv"
)

func (p *parser) sum() (Node, error) {
	return p.operators([]Op{Add, Subtract}, func() (Node, error) {
		return p.operators([]Op{Multiply, Divide, Modulo, Div}, p.power)
	})
}

// operators reads left-associative arithmetic.
func (p *parser) operators(ops []Op, operand func() (Node, error)) (Node, error) {
	left, err := operand()
	for err == nil {
		i := slices.IndexFunc(ops, func(op Op) bool { return p.token.is(string(op)) })
		if i < 0 {
			return left, nil
		}
		if p.nodes++; p.nodes > MaxNodes {
			return nil, p.fail("more than " + strconv.Itoa(MaxNodes) + " parts")
		}
		if err = p.advance(); err != nil {
			break
		}
		var right Node
		if right, err = operand(); err == nil {
			left = Operation{ops[i], []Node{left, right}}
		}
	}
	return nil, err
}

func (p *parser) power() (Node, error) {
	base, err := p.factor()
	if err != nil {
		return nil, err
	}
	ok, err := p.take("^")
	if err != nil || !ok {
		return base, err
	}
	exponent, err := p.factor()
	return Operation{Power, []Node{base, exponent}}, err
}

// factor is a signed operand. A minus before anything but a number multiplies it
// by -1, which is how the JSON encoding says it.
func (p *parser) factor() (Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if ok, err := p.take("+"); err != nil || ok {
		if err == nil && p.token.kind != number {
			err = p.unexpected("a number")
		}
		if err != nil {
			return nil, err
		}
		return p.primary()
	}
	minus, err := p.take("-")
	if err != nil {
		return nil, err
	}
	n, err := p.primary()
	if err != nil || !minus {
		return n, err
	}
	if v, ok := n.(Number); ok {
		return v.negated(), nil
	}
	return Operation{Multiply, []Node{Number{Float: -1, Int: -1, Whole: true}, n}}, nil
}

func (n Number) negated() Number {
	if n.Int == math.MinInt64 {
		n.Whole = false
	}
	return Number{Float: -n.Float, Int: -n.Int, Whole: n.Whole}
}

func (p *parser) primary() (Node, error) {
	t := p.token
	switch t.kind {
	case characters:
		return String{t.text}, p.advance()
	case number:
		n, err := parseNumber(t.text)
		if err != nil {
			return nil, p.fail(err.Error())
		}
		return n, p.advance()
	case quoted:
		return Property{t.text}, p.advance()
	case word:
		return p.word()
	}
	if !t.is("(") {
		return nil, p.unexpected("a value")
	}
	if p.ahead.is(")") { // an empty array
		items, err := p.list()
		return Array{items}, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.token.is(",") {
		items := []Node{n}
		for p.token.is(",") {
			if err := p.advance(); err != nil {
				return nil, err
			}
			item, err := p.element()
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		n = Array{items}
	}
	return n, p.expect(")")
}

func parseNumber(s string) (Number, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Number{Float: float64(i), Int: i, Whole: true}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return Number{}, errors.New("the number " + s + " is out of range")
	}
	return Number{Float: f}, nil
}
