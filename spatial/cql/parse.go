package cql

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
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
			return nil, invalid(s.Error())
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

func (p *parser) fail(reason string) error { return &SyntaxError{p.token.at, reason} }

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
		err = &SyntaxError{at.at, "there are " + strconv.Itoa(len(args)) + " arguments, not " + strconv.Itoa(want)}
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

// instant reads ('2024-07-02') after DATE or ('2024-07-02T00:00:00Z') after
// TIMESTAMP.
func (p *parser) instant(date bool) (Node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if p.token.kind != characters {
		return nil, p.unexpected("a time in quotes")
	}
	t, ok := parseInstant(p.token.text)
	if !ok || t.Date != date {
		return nil, p.fail("'" + p.token.text + "' is not " + map[bool]string{true: "a date as 2024-07-02", false: "a time as 2024-07-02T08:30:00Z"}[date])
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return t, p.expect(")")
}

func parseInstant(s string) (Instant, bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Instant{Time: t, Date: true}, true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return Instant{Time: t.UTC()}, err == nil && t.Year() >= 0 && t.UTC().Year() >= 0
}

// interval reads (start, end); '..' is unbounded.
func (p *parser) interval() (Node, error) {
	at := p.token
	args, err := p.arguments(2, false)
	if err != nil {
		return nil, err
	}
	n, why := newInterval(args[0], args[1])
	if why != "" {
		return nil, &SyntaxError{at.at, why}
	}
	return n, nil
}

func newInterval(from, to Node) (n Interval, why string) {
	bounds := [2]Node{from, to}
	for i, b := range bounds {
		s, ok := b.(String)
		if !ok {
			continue
		}
		if s.Value == ".." {
			bounds[i] = nil
			continue
		}
		t, ok := parseInstant(s.Value)
		if !ok {
			return n, "'" + s.Value + "' is no date, no time and not '..'"
		}
		bounds[i] = t
	}
	for _, b := range bounds {
		switch b.(type) {
		case nil, Instant, Property, Function:
		default:
			return n, "an interval runs from one time to another"
		}
	}
	a, isA := bounds[0].(Instant)
	b, isB := bounds[1].(Instant)
	if isA && isB && b.Time.Before(a.Time) {
		return n, "the interval ends before it begins"
	}
	return Interval{bounds[0], bounds[1]}, ""
}
