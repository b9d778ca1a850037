package cql

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// Bounds of what is read; a filter beyond them is refused.
const (
	MaxBytes = 64 << 10
	MaxNodes = 5000
	MaxDepth = 100
)

// ParseText reads the text encoding. Keywords are taken in any case. The error
// is invalid and says where the text fails.
func ParseText(src string) (Node, error) {
	if len(src) > MaxBytes {
		return nil, invalid("it is longer than " + strconv.Itoa(MaxBytes) + " bytes")
	}
	p := &parser{lexer: lexer{src: src}}
	n, err := p.parse()
	if err != nil {
		var s *SyntaxError
		if errors.As(err, &s) {
			place := utf8.RuneCountInString(src[:min(s.Offset, len(src))])
			return nil, invalid((&SyntaxError{place, s.Reason}).Error())
		}
		return nil, err
	}
	return n, nil
}

// parser is a recursive descent over the grammar, except that it lets any
// expression stand anywhere: Check tells what does not fit, in better words.
type parser struct {
	lexer lexer
	token token
	ahead token
	nodes int
	depth int
}

func (p *parser) parse() (Node, error) {
	var err error
	if p.token, err = p.lexer.next(); err != nil {
		return nil, err
	}
	if p.ahead, err = p.lexer.next(); err != nil {
		return nil, err
	}
	n, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.token.kind != end {
		return nil, p.unexpected("the end")
	}
	return n, nil
}

func (p *parser) advance() (err error) {
	p.token = p.ahead
	if p.ahead.kind != end {
		p.ahead, err = p.lexer.next()
	}
	return err
}

func (p *parser) fail(reason string) error { return &SyntaxError{Offset: p.token.at, Reason: reason} }

func (p *parser) unexpected(wanted string) error {
	if p.token.kind == end {
		return p.fail("the text ends where " + wanted + " is expected")
	}
	text := p.token.text
	if p.token.kind == characters {
		text = "'" + text + "'"
	}
	return p.fail("found " + text + " where " + wanted + " is expected")
}

func (p *parser) expect(text string) error {
	if !p.token.is(text) {
		return p.unexpected(text)
	}
	return p.advance()
}

// take skips a keyword or sign if it stands next.
func (p *parser) take(text string) (bool, error) {
	if !p.token.is(text) {
		return false, nil
	}
	return true, p.advance()
}

// deeper counts nesting and nodes.
func (p *parser) deeper() error {
	p.depth++
	p.nodes++
	switch {
	case p.depth > MaxDepth:
		return p.fail("nested deeper than " + strconv.Itoa(MaxDepth) + " levels")
	case p.nodes > MaxNodes:
		return p.fail("more than " + strconv.Itoa(MaxNodes) + " parts")
	}
	return nil
}

func (p *parser) disjunction() (Node, error) { return p.chain(Or, p.conjunction) }

func (p *parser) conjunction() (Node, error) { return p.chain(And, p.negation) }

func (p *parser) chain(op Op, part func() (Node, error)) (Node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	var args []Node
	for {
		n, err := part()
		if err != nil {
			return nil, err
		}
		args = append(args, n)
		more, err := p.take(string(op))
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if len(args) == 1 {
		return args[0], nil
	}
	return Operation{op, args}, nil
}

func (p *parser) negation() (Node, error) {
	not, err := p.take("not")
	if err != nil {
		return nil, err
	}
	if !not {
		return p.predicate()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	n, err := p.negation()
	if err != nil {
		return nil, err
	}
	return Operation{Not, []Node{n}}, nil
}

// predicate is a scalar with what is said of it.
func (p *parser) predicate() (Node, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	for _, op := range []Op{Equal, NotEqual, LessOrEqual, GreaterOrEqual, Less, Greater} {
		if ok, err := p.take(string(op)); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		return Operation{op, []Node{left, right}}, nil
	}
	if ok, err := p.take("is"); err != nil || ok {
		if err != nil {
			return nil, err
		}
		not, err := p.take("not")
		if err == nil {
			err = p.expect("null")
		}
		return negated(Operation{IsNull, []Node{left}}, not), err
	}
	not := p.token.is("not")
	if not {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	n, err := p.compared(left)
	if err != nil {
		return nil, err
	}
	if n == nil {
		if not {
			return nil, p.unexpected("LIKE, BETWEEN or IN")
		}
		return left, nil
	}
	return negated(n, not), nil
}

func negated(n Node, not bool) Node {
	if not {
		return Operation{Not, []Node{n}}
	}
	return n
}

// compared reads LIKE, BETWEEN and IN; nil is none of them.
func (p *parser) compared(left Node) (Node, error) {
	switch {
	case p.token.is("like"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		pattern, err := p.sum()
		return Operation{Like, []Node{left, pattern}}, err
	case p.token.is("between"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		low, err := p.sum()
		if err != nil {
			return nil, err
		}
		if err := p.expect("and"); err != nil {
			return nil, err
		}
		high, err := p.sum()
		return Operation{Between, []Node{left, low, high}}, err
	case p.token.is("in"):
		if err := p.advance(); err != nil {
			return nil, err
		}
		items, err := p.list()
		if err == nil && len(items) == 0 {
			err = p.fail("a list after IN has one element or more")
		}
		return Operation{In, []Node{left, Array{items}}}, err
	}
	return nil, nil
}
