package postgis

import (
	"fmt"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/cql"
)

// filterPart is one of the conditions that a filter joins by and.
type filterPart struct {
	fragment
	indexed bool // an index can find what meets it
}

// filterConditions compiles a filter into conditions on the alias t, all of which
// must hold. Text is compared by code point. Property types are those of the
// collection; the geometry goes by the names geometry and geom, unless a property
// has them.
func filterConditions(c *spatial.Collection, filter spatial.Filter) ([]filterPart, error) {
	node, ok := filter.(cql.Node)
	if !ok {
		return nil, fmt.Errorf("postgis: filter: %T is no CQL2 expression", filter)
	}
	if err := cql.Check(node, queryables(c)); err != nil {
		return nil, err
	}
	w := cqlWriter{c}
	var parts []filterPart
	for _, n := range conjuncts(node) {
		f, err := w.condition(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, filterPart{concat(lit("("), f, lit(")")), w.indexed(n)})
	}
	return parts, nil
}

func conjuncts(n cql.Node) []cql.Node {
	o, ok := n.(cql.Operation)
	if !ok || o.Op != cql.And {
		return []cql.Node{n}
	}
	var all []cql.Node
	for _, a := range o.Args {
		all = append(all, conjuncts(a)...)
	}
	return all
}

// indexed tells a relation between the feature's geometry and a literal that the
// index on geometry serves: all but being apart.
func (w cqlWriter) indexed(n cql.Node) bool {
	var args []cql.Node
	switch n := n.(type) {
	case cql.Operation:
		if !strings.HasPrefix(string(n.Op), "s_") || n.Op == "s_disjoint" {
			return false
		}
		args = n.Args
	case cql.Function:
		if !strings.EqualFold(n.Name, "dwithin") || !w.planar() {
			return false
		}
		args = n.Args[:2]
	default:
		return false
	}
	_, a := args[0].(cql.Property)
	_, b := args[1].(cql.Property)
	return a != b && w.c.GeometryType != spatial.GeometryNone
}

func queryables(c *spatial.Collection) cql.Queryables { return cql.QueryablesOf(c) }

// cqlWriter turns checked expressions into SQL.
type cqlWriter struct{ c *spatial.Collection }

// condition is a boolean expression in parentheses where it needs them.
func (w cqlWriter) condition(n cql.Node) (fragment, error) {
	o, ok := n.(cql.Operation)
	if !ok {
		return w.scalar(n, cql.TypeBoolean)
	}
	switch o.Op {
	case cql.And, cql.Or:
		return w.joined(o)
	case cql.Not:
		f, err := w.condition(o.Args[0])
		return concat(lit("(not "), f, lit(")")), err
	case cql.IsNull:
		f, err := w.operand(o.Args[0])
		return concat(lit("("), f, lit(" is null)")), err
	case cql.Like:
		f, err := w.all(o.Args, cql.TypeString)
		return concat(lit("("), join(" like ", f), lit(")")), err
	case cql.In:
		return w.in(o)
	case cql.Between:
		f, err := w.all(o.Args, w.common(o.Args))
		if err != nil {
			return fragment{}, err
		}
		return concat(lit("("), f[0], lit(" between "), f[1], lit(" and "), f[2], lit(")")), nil
	}
	if sign, ok := comparisonSign(o.Op); ok {
		f, err := w.all(o.Args, w.common(o.Args))
		return concat(lit("("), join(string(sign), f), lit(")")), err
	}
	switch o.Op[:2] {
	case "s_":
		return w.spatial(o)
	case "t_":
		return w.temporal(o)
	case "a_":
		return w.array(o)
	}
	return fragment{}, fmt.Errorf("postgis: filter: %s is no condition", o.Op)
}

func comparisonSign(op cql.Op) (staticSQL, bool) {
	switch op {
	case cql.Equal:
		return " = ", true
	case cql.NotEqual:
		return " <> ", true
	case cql.Less:
		return " < ", true
	case cql.Greater:
		return " > ", true
	case cql.LessOrEqual:
		return " <= ", true
	case cql.GreaterOrEqual:
		return " >= ", true
	}
	return "", false
}

func (w cqlWriter) joined(o cql.Operation) (fragment, error) {
	parts := make([]fragment, len(o.Args))
	for i, a := range o.Args {
		var err error
		if parts[i], err = w.condition(a); err != nil {
			return fragment{}, err
		}
	}
	separator := " and "
	if o.Op == cql.Or {
		separator = " or "
	}
	return concat(lit("("), join(separator, parts), lit(")")), nil
}

func (w cqlWriter) in(o cql.Operation) (fragment, error) {
	list, _ := o.Args[1].(cql.Array)
	all := append([]cql.Node{o.Args[0]}, list.Items...)
	f, err := w.all(all, w.common(all))
	if err != nil {
		return fragment{}, err
	}
	return concat(lit("("), f[0], lit(" in ("), join(", ", f[1:]), lit("))")), nil
}

func (w cqlWriter) all(nodes []cql.Node, as cql.Type) ([]fragment, error) {
	out := make([]fragment, len(nodes))
	for i, n := range nodes {
		var err error
		if out[i], err = w.scalar(n, as); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// common is the type in which operands are compared: a moment where dates and
// moments meet, that of the others where nothing is known of one.
func (w cqlWriter) common(nodes []cql.Node) cql.Type {
	as := cql.TypeAny
	for _, n := range nodes {
		switch t := w.typeOf(n); {
		case t == cql.TypeAny:
		case as == cql.TypeAny, as == cql.TypeDate && t == cql.TypeTimestamp:
			as = t
		}
	}
	if as == cql.TypeAny {
		return cql.TypeString
	}
	return as
}

func (w cqlWriter) typeOf(n cql.Node) cql.Type {
	switch n := n.(type) {
	case cql.Property:
		t, _ := queryables(w.c)(n.Name)
		return t
	case cql.String:
		return cql.TypeString
	case cql.Number:
		return cql.TypeNumber
	case cql.Boolean:
		return cql.TypeBoolean
	case cql.Instant:
		if n.Date {
			return cql.TypeDate
		}
		return cql.TypeTimestamp
	case cql.Interval:
		return cql.TypeInterval
	case cql.Geometry, cql.BBox:
		return cql.TypeGeometry
	case cql.Array:
		return cql.TypeArray
	case cql.Function:
		s, _ := cql.FunctionNamed(n.Name)
		return s.Returns
	case cql.Operation:
		switch n.Op {
		case cql.CaseI, cql.AccentI:
			return cql.TypeString
		case cql.Add, cql.Subtract, cql.Multiply, cql.Divide, cql.Power, cql.Modulo, cql.Div:
			return cql.TypeNumber
		}
		return cql.TypeBoolean
	}
	return cql.TypeAny
}

// operand is an expression of whatever type it has.
func (w cqlWriter) operand(n cql.Node) (fragment, error) {
	switch t := w.typeOf(n); t {
	case cql.TypeGeometry:
		return w.geometry(n)
	case cql.TypeArray:
		return w.jsonb(n)
	case cql.TypeInterval:
		start, end, err := w.bounds(n, false)
		return concat(lit("coalesce("), start, lit(", "), end, lit(")")), err
	case cql.TypeAny:
		if p, ok := n.(cql.Property); ok {
			return w.column(p), nil
		}
		return w.scalar(n, cql.TypeString)
	default:
		return w.scalar(n, t)
	}
}

func (w cqlWriter) column(p cql.Property) fragment {
	if f, ok := w.c.Field(p.Name); ok {
		return concat(lit("t."), ident(f.Column))
	}
	return lit("t.geom")
}

// scalar is an expression as a value of the type.
func (w cqlWriter) scalar(n cql.Node, as cql.Type) (fragment, error) {
	switch n := n.(type) {
	case cql.Property:
		return w.property(n, as), nil
	case cql.String:
		return concat(arg(n.Value), lit(`::text collate "C"`)), nil
	case cql.Number:
		if n.Whole {
			return concat(arg(n.Int), lit("::bigint")), nil
		}
		return concat(arg(n.Float), lit("::double precision")), nil
	case cql.Boolean:
		return concat(arg(n.Value), lit("::boolean")), nil
	case cql.Instant:
		return instant(n, as), nil
	case cql.Function:
		return w.function(n)
	case cql.Operation:
		if w.typeOf(n) == cql.TypeBoolean {
			return w.condition(n)
		}
		return w.computed(n)
	}
	return fragment{}, fmt.Errorf("postgis: filter: %T is no scalar", n)
}

func instant(n cql.Instant, as cql.Type) fragment {
	if n.Date && as != cql.TypeTimestamp {
		return concat(arg(n.Time.Format(time.DateOnly)), lit("::text::date"))
	}
	return concat(arg(n.Time), lit("::timestamptz"))
}

func (w cqlWriter) property(p cql.Property, as cql.Type) fragment {
	column := w.column(p)
	switch t := w.typeOf(p); {
	case t == cql.TypeString:
		return concat(column, lit(` collate "C"`))
	case t == cql.TypeDate && as == cql.TypeTimestamp:
		return concat(lit("("), column, lit("::timestamp at time zone 'UTC')"))
	case t != cql.TypeAny:
		return column
	}
	text := concat(lit("("), column, lit(" #>> '{}')"))
	switch as {
	case cql.TypeNumber:
		return concat(lit("case jsonb_typeof("), column, lit(") when 'number' then "), text, lit("::double precision end"))
	case cql.TypeBoolean:
		return concat(lit("case jsonb_typeof("), column, lit(") when 'boolean' then "), text, lit("::boolean end"))
	case cql.TypeArray:
		return concat(lit("case jsonb_typeof("), column, lit(") when 'array' then "), column, lit(" end"))
	}
	return concat(text, lit(` collate "C"`))
}

// computed is text folding and arithmetic. Division by zero has no value.
func (w cqlWriter) computed(o cql.Operation) (fragment, error) {
	switch o.Op {
	case cql.CaseI:
		f, err := w.scalar(o.Args[0], cql.TypeString)
		return concat(lit("(lower("), f, lit(` collate "und-x-icu") collate "C")`)), err
	case cql.AccentI:
		f, err := w.scalar(o.Args[0], cql.TypeString)
		return concat(lit("(public.unaccent('public.unaccent'::regdictionary, normalize("), f, lit(`)) collate "C")`)), err
	}
	f, err := w.all(o.Args, cql.TypeNumber)
	if err != nil {
		return fragment{}, err
	}
	a, b := f[0], f[1]
	two := func(open, between, end staticSQL) (fragment, error) {
		return concat(lit(open), a, lit(between), b, lit(end)), nil
	}
	switch o.Op {
	case cql.Add:
		return two("(", "::double precision + ", ")")
	case cql.Subtract:
		return two("(", "::double precision - ", ")")
	case cql.Multiply:
		return two("(", "::double precision * ", ")")
	case cql.Divide:
		return two("(", "::double precision / nullif(", ", 0))")
	case cql.Div:
		return two("div(", "::numeric, nullif(", "::numeric, 0))")
	case cql.Modulo:
		return two("mod(", "::numeric, nullif(", "::numeric, 0))")
	}
	return two("power(", "::double precision, ", "::double precision)")
}
