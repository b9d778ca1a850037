package arcgis

import (
	"strconv"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/cql"
)

// Bounds of a where clause.
const (
	whereMost = 64 << 10 // bytes
	depthMost = 50
)

// whereParser reads the part of SQL-92 that "standardized queries" of ArcGIS admit:
//
//	OR, AND, NOT, parentheses
//	= <> != < <= > >=, [NOT] LIKE … [ESCAPE], [NOT] IN (…), [NOT] BETWEEN … AND, IS [NOT] NULL
//	'texts', numbers, DATE '2026-01-31', TIMESTAMP '2026-01-31 08:00:00' (UTC),
//	CURRENT_DATE and CURRENT_TIMESTAMP, less INTERVAL '7' DAY (HOUR, MINUTE)
//	UPPER(…), LOWER(…), CHAR_LENGTH(…)
//
// It gives an expression of CQL2; nothing of the text reaches the database as SQL.
type whereParser struct {
	layer  *layer
	now    time.Time
	tokens []token
	at     int
	depth  int
	fault  string
	// texts finds the ids of features by their object ids, where ids are texts.
	texts func(wanted []int64) ([]string, error)
	err   error // of texts
	// statistic finds the column of a statistic; nil where a clause has none.
	statistic func(kind spatial.StatisticKind, field string) (int, bool)
}

// parse reads a where clause; nil is every feature.
func (p *whereParser) parse(src string) (cql.Node, error) {
	invalid := func(fault string) error {
		return spatial.Invalid("arcgis: where", "The where clause cannot be read.", spatial.FieldError{Name: "where", Reason: fault})
	}
	if strings.TrimSpace(src) == "" {
		return nil, nil
	}
	if len(src) > whereMost {
		return nil, invalid("is longer than 65536 bytes")
	}
	if p.tokens, p.fault = lex(src); p.fault != "" {
		return nil, invalid(p.fault)
	}
	n := p.or()
	if p.fault == "" && p.peek().kind != tokenEnd {
		p.unexpected()
	}
	switch {
	case p.err != nil:
		return nil, p.err
	case p.fault != "":
		return nil, invalid(p.fault)
	}
	if b, ok := n.(cql.Boolean); ok && b.Value {
		return nil, nil
	}
	if err := cql.Check(n, cql.QueryablesOf(p.layer.rows)); err != nil {
		return nil, err
	}
	return n, nil
}

func (p *whereParser) peek() token { return p.tokens[min(p.at, len(p.tokens)-1)] }

func (p *whereParser) next() token {
	t := p.peek()
	p.at++
	return t
}

// take goes on after the word or sign, if it stands there.
func (p *whereParser) take(text string) bool {
	if p.fault == "" && p.peek().is(text) {
		p.at++
		return true
	}
	return false
}

func (p *whereParser) expect(text string) {
	if !p.take(text) {
		p.unexpected()
	}
}

func (p *whereParser) fail(reason string) cql.Node {
	if p.fault == "" {
		p.fault = reason
	}
	return cql.Boolean{}
}

func (p *whereParser) unexpected() cql.Node {
	t := p.peek()
	if t.kind == tokenEnd {
		return p.fail("ends too early")
	}
	return p.fail("at character " + strconv.Itoa(t.at+1) + ": " + strconv.Quote(t.text) + " is not expected there")
}

func (p *whereParser) or() cql.Node {
	if p.depth++; p.depth > depthMost {
		return p.fail("is nested too deeply")
	}
	defer func() { p.depth-- }()
	return p.joined(cql.Or, "OR", false, func() cql.Node { return p.joined(cql.And, "AND", true, p.not) })
}

// joined reads operands of AND or OR. Constants that decide nothing fall away, so
// that "1=1 AND …" costs no more than what follows.
func (p *whereParser) joined(op cql.Op, word string, neutral bool, operand func() cql.Node) cql.Node {
	var args []cql.Node
	for {
		n := operand()
		if b, ok := n.(cql.Boolean); !ok || b.Value != neutral {
			args = append(args, n)
		}
		if !p.take(word) {
			break
		}
	}
	switch len(args) {
	case 0:
		return cql.Boolean{Value: neutral}
	case 1:
		return args[0]
	}
	return cql.Operation{Op: op, Args: args}
}

func (p *whereParser) not() cql.Node {
	if p.take("NOT") {
		if p.depth++; p.depth > depthMost {
			return p.fail("is nested too deeply")
		}
		defer func() { p.depth-- }()
		return negated(p.not())
	}
	return p.predicate()
}

func negated(n cql.Node) cql.Node {
	if b, ok := n.(cql.Boolean); ok {
		return cql.Boolean{Value: !b.Value}
	}
	return cql.Operation{Op: cql.Not, Args: []cql.Node{n}}
}

func (p *whereParser) predicate() cql.Node {
	if p.take("(") {
		n := p.or()
		p.expect(")")
		return n
	}
	left := p.operand()
	if p.fault != "" {
		return left.node
	}
	if op, ok := comparison(p.peek()); ok {
		p.next()
		return p.compare(op, left, p.operand())
	}
	if p.take("IS") {
		inverted := p.take("NOT")
		p.expect("NULL")
		return p.when(!inverted, cql.Operation{Op: cql.IsNull, Args: []cql.Node{left.node}})
	}
	inverted := p.take("NOT")
	switch {
	case p.take("LIKE"):
		return p.when(!inverted, p.like(left))
	case p.take("IN"):
		return p.when(!inverted, p.in(left))
	case p.take("BETWEEN"):
		low := p.operand()
		p.expect("AND")
		high := p.operand()
		if p.hashed(left) {
			return p.onlyByValue()
		}
		return p.when(!inverted, cql.Operation{Op: cql.Between, Args: []cql.Node{left.node, p.fit(left, low), p.fit(left, high)}})
	}
	return p.unexpected()
}

func (p *whereParser) when(plain bool, n cql.Node) cql.Node {
	if plain {
		return n
	}
	return negated(n)
}

func comparison(t token) (cql.Op, bool) {
	if t.kind != tokenSign {
		return "", false
	}
	switch t.text {
	case "=", "<>", "<", "<=", ">", ">=":
		return cql.Op(t.text), true
	case "!=":
		return cql.NotEqual, true
	}
	return "", false
}

// compare settles a comparison of numbers at once: "1=1" is every feature.
func (p *whereParser) compare(op cql.Op, left, right operand) cql.Node {
	if p.fault != "" {
		return cql.Boolean{}
	}
	a, isA := left.node.(cql.Number)
	b, isB := right.node.(cql.Number)
	if isA && isB {
		return cql.Boolean{Value: map[cql.Op]bool{
			cql.Equal: a.Float == b.Float, cql.NotEqual: a.Float != b.Float, cql.Less: a.Float < b.Float,
			cql.LessOrEqual: a.Float <= b.Float, cql.Greater: a.Float > b.Float, cql.GreaterOrEqual: a.Float >= b.Float,
		}[op]}
	}
	if p.hashed(left) {
		if op != cql.Equal && op != cql.NotEqual {
			return p.onlyByValue()
		}
		return p.when(op == cql.Equal, p.among([]operand{right}))
	}
	return cql.Operation{Op: op, Args: []cql.Node{p.fit(right, left), p.fit(left, right)}}
}

// like reads the pattern. SQL-92 has no escape of its own, CQL2 has "\".
func (p *whereParser) like(left operand) cql.Node {
	pattern := p.next()
	if pattern.kind != tokenText {
		p.at--
		return p.unexpected()
	}
	escape := ""
	if p.take("ESCAPE") {
		if t := p.next(); t.kind == tokenText && len([]rune(t.text)) == 1 {
			escape = t.text
		} else {
			return p.fail("the escape character is one character in quotes")
		}
	}
	text := pattern.text
	if escape != `\` {
		text = strings.ReplaceAll(text, `\`, `\\`)
		if escape != "" {
			text = strings.NewReplacer(escape+escape, escape, escape, `\`).Replace(text)
		}
	}
	return cql.Operation{Op: cql.Like, Args: []cql.Node{left.node, cql.String{Value: text}}}
}

func (p *whereParser) in(left operand) cql.Node {
	p.expect("(")
	var items []operand
	for p.fault == "" {
		items = append(items, p.operand())
		if !p.take(",") {
			break
		}
	}
	p.expect(")")
	if p.hashed(left) {
		return p.among(items)
	}
	list := cql.Array{}
	for _, item := range items {
		list.Items = append(list.Items, p.fit(left, item))
	}
	return cql.Operation{Op: cql.In, Args: []cql.Node{left.node, list}}
}

// hashed tells the object id where the ids themselves are texts.
func (p *whereParser) hashed(o operand) bool {
	return p.fault == "" && o.field != nil && o.field.Type == typeOID && p.layer.c.IDKind == spatial.IDText
}

func (p *whereParser) onlyByValue() cql.Node {
	return p.fail("object ids of this layer have no order: compare them with = or IN")
}

// among are the features with these object ids.
func (p *whereParser) among(items []operand) cql.Node {
	var wanted []int64
	for _, item := range items {
		n, ok := item.node.(cql.Number)
		if !ok || !n.Whole {
			return p.fail("an object id is a whole number")
		}
		wanted = append(wanted, n.Int)
	}
	if p.fault != "" || p.err != nil {
		return cql.Boolean{}
	}
	var ids []string
	if ids, p.err = p.texts(wanted); len(ids) == 0 {
		return cql.Boolean{}
	}
	list := cql.Array{}
	for _, id := range ids {
		list.Items = append(list.Items, cql.String{Value: id})
	}
	return cql.Operation{Op: cql.In, Args: []cql.Node{cql.Property{Name: p.layer.oid}, list}}
}
