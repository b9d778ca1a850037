package cql

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// Binding strength in the text encoding, weakest first; what binds weaker than
// its surroundings stands in parentheses.
const (
	bindOr = iota
	bindAnd
	bindNot
	bindPredicate
	bindSum
	bindProduct
	bindPower
	bindPrimary
)

func (o Operation) binding() int {
	switch o.Op {
	case Or:
		return bindOr
	case And:
		return bindAnd
	case Not:
		return bindNot
	case Add, Subtract:
		return bindSum
	case Multiply, Divide, Modulo, Div:
		return bindProduct
	case Power:
		return bindPower
	}
	if g, _, _, _ := operator(o.Op); g == comparison {
		return bindPredicate
	}
	return bindPrimary
}

// String is the expression in the text encoding.
func (o Operation) String() string { return string(o.appendText(nil, bindOr)) }

func (o Operation) appendText(b []byte, outer int) []byte {
	own := o.binding()
	if own < outer {
		b = append(b, '(')
		b = o.appendBare(b, own)
		return append(b, ')')
	}
	return o.appendBare(b, own)
}

func (o Operation) appendBare(b []byte, own int) []byte {
	switch o.Op {
	case Not:
		return o.appendNot(b)
	case IsNull:
		return append(o.Args[0].appendText(b, bindSum), " IS NULL"...)
	case Like, In, Between:
		return o.appendRange(b, "")
	}
	switch own {
	case bindPrimary:
		return appendCall(b, strings.ToUpper(string(o.Op)), o.Args)
	case bindOr, bindAnd:
		return appendJoined(b, o.Args, " "+strings.ToUpper(string(o.Op))+" ", own+1)
	case bindPower:
		b = o.Args[0].appendText(b, bindPrimary)
		return o.Args[1].appendText(append(b, '^'), bindPrimary)
	case bindPredicate:
		return appendJoined(b, o.Args, string(o.Op), bindSum)
	}
	// Left associative: the right operand needs its parentheses.
	b = o.Args[0].appendText(b, own)
	if o.Op == Div {
		b = append(b, " div "...)
	} else {
		b = append(b, o.Op...)
	}
	return o.Args[1].appendText(b, own+1)
}

// appendNot writes NOT LIKE and its kin as people do.
func (o Operation) appendNot(b []byte) []byte {
	if inner, ok := o.Args[0].(Operation); ok {
		switch inner.Op {
		case Like, In, Between:
			return inner.appendRange(b, "NOT ")
		case IsNull:
			return append(inner.Args[0].appendText(b, bindSum), " IS NOT NULL"...)
		}
	}
	return o.Args[0].appendText(append(b, "NOT "...), bindNot)
}

func (o Operation) appendRange(b []byte, not string) []byte {
	b = append(append(o.Args[0].appendText(b, bindSum), ' '), not...)
	b = append(append(b, strings.ToUpper(string(o.Op))...), ' ')
	b = o.Args[1].appendText(b, bindSum)
	if o.Op == Between {
		b = o.Args[2].appendText(append(b, " AND "...), bindSum)
	}
	return b
}

func appendJoined(b []byte, args []Node, separator string, outer int) []byte {
	for i, a := range args {
		if i > 0 {
			b = append(b, separator...)
		}
		b = a.appendText(b, outer)
	}
	return b
}

func appendCall(b []byte, name string, args []Node) []byte {
	b = append(append(b, name...), '(')
	return append(appendJoined(b, args, ",", bindOr), ')')
}

// String is the expression in the text encoding.
func (f Function) String() string { return string(f.appendText(nil, 0)) }

func (f Function) appendText(b []byte, _ int) []byte { return appendCall(b, f.Name, f.Args) }

// String is the property's name, in quotes where it needs them.
func (p Property) String() string { return string(p.appendText(nil, 0)) }

func (p Property) appendText(b []byte, _ int) []byte {
	if isName(p.Name) {
		return append(b, p.Name...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(p.Name, `"`, `""`)...), '"')
}

// String is the literal in quotes.
func (s String) String() string { return string(s.appendText(nil, 0)) }

func (s String) appendText(b []byte, _ int) []byte {
	// A backslash before a quote would escape it; the pair of quotes that follows
	// one keeps its meaning only where none stands before.
	b = append(b, '\'')
	for i := range len(s.Value) {
		c := s.Value[i]
		switch {
		case c == '\'' && i > 0 && s.Value[i-1] == '\\':
			b = append(b, `\'`...)
		case c == '\'':
			b = append(b, "''"...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '\'')
}

// String is the literal.
func (n Number) String() string { return string(n.appendText(nil, 0)) }

func (n Number) appendText(b []byte, outer int) []byte {
	negative := n.Float < 0
	if negative && outer > bindPower {
		b = append(b, '(')
	}
	if n.Whole {
		b = strconv.AppendInt(b, n.Int, 10)
	} else {
		before := len(b)
		b = appendNumber(b, n.Float)
		if !bytes.ContainsAny(b[before:], ".E") {
			b = append(b, ".0"...) // not a whole number, whatever its value
		}
	}
	if negative && outer > bindPower {
		b = append(b, ')')
	}
	return b
}

// String is TRUE or FALSE.
func (l Boolean) String() string { return string(l.appendText(nil, 0)) }

func (l Boolean) appendText(b []byte, _ int) []byte {
	return append(b, strings.ToUpper(strconv.FormatBool(l.Value))...)
}

// String is DATE('…') or TIMESTAMP('…').
func (t Instant) String() string { return string(t.appendText(nil, 0)) }

func (t Instant) appendText(b []byte, _ int) []byte {
	name := "TIMESTAMP('"
	if t.Date {
		name = "DATE('"
	}
	return append(append(append(b, name...), t.text()...), "')"...)
}

func (t Instant) text() string {
	if t.Date {
		return t.Time.Format(time.DateOnly)
	}
	return t.Time.Format("2006-01-02T15:04:05.999999999Z")
}

// String is INTERVAL(…).
func (i Interval) String() string { return string(i.appendText(nil, 0)) }

func (i Interval) appendText(b []byte, _ int) []byte {
	b = append(b, "INTERVAL("...)
	for k, n := range []Node{i.Start, i.End} {
		if k > 0 {
			b = append(b, ',')
		}
		switch n := n.(type) {
		case nil:
			b = append(b, "'..'"...)
		case Instant:
			b = append(append(append(b, '\''), n.text()...), '\'')
		default:
			b = n.appendText(b, 0)
		}
	}
	return append(b, ')')
}

// String is the list in parentheses.
func (a Array) String() string { return string(a.appendText(nil, 0)) }

func (a Array) appendText(b []byte, _ int) []byte { return appendCall(b, "", a.Items) }

// String is BBOX(…).
func (x BBox) String() string { return string(x.appendText(nil, 0)) }

func (x BBox) appendText(b []byte, _ int) []byte {
	b = append(b, "BBOX("...)
	for i, v := range x.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, v)
	}
	return append(b, ')')
}

// String is the literal as WKT.
func (g Geometry) String() string { return string(g.appendText(nil, 0)) }

func (g Geometry) appendText(b []byte, _ int) []byte {
	b = append(b, bytes.ToUpper([]byte(g.Type))...)
	if g.Dim == 3 {
		b = append(b, " Z "...)
	}
	return g.appendBody(b)
}

func (g Geometry) appendBody(b []byte) []byte {
	b = append(b, '(')
	for i := 0; i < len(g.Coordinates); i++ {
		switch {
		case i == 0:
		case i%g.Dim == 0:
			b = append(b, ',')
		default:
			b = append(b, ' ')
		}
		b = appendNumber(b, g.Coordinates[i])
	}
	for i, p := range g.Parts {
		if i > 0 {
			b = append(b, ',')
		}
		if g.Type == "GeometryCollection" {
			b = p.appendText(b, 0)
		} else {
			b = p.appendBody(b)
		}
	}
	return append(b, ')')
}
