package filter

import (
	"fmt"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis/sql"
)

// part is one of the conditions that a filter joins by and.
type part struct {
	sql.Fragment
	indexed bool // an index can find what meets it
}

// conditions compiles a filter into conditions on the alias t, all of which
// must hold. Text is compared by code point. Property types are those of the
// collection; the geometry goes by the names geometry and geom, unless a property
// has them.
func conditions(c *spatial.Collection, filter spatial.Filter) ([]part, error) {
	node, ok := filter.(cql.Node)
	if !ok {
		return nil, fmt.Errorf("postgis: filter: %T is no CQL2 expression", filter)
	}
	if err := cql.Check(node, queryables(c)); err != nil {
		return nil, err
	}
	w := writer{c}
	var parts []part
	for _, n := range conjuncts(node) {
		f, err := w.condition(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{sql.Concat(sql.Lit("("), f, sql.Lit(")")), w.indexed(n)})
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
func (w writer) indexed(n cql.Node) bool {
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

// writer turns checked expressions into SQL.
type writer struct{ c *spatial.Collection }

// condition is a boolean expression in parentheses where it needs them.
func (w writer) condition(n cql.Node) (sql.Fragment, error) {
	o, ok := n.(cql.Operation)
	if !ok {
		return w.scalar(n, cql.TypeBoolean)
	}
	switch o.Op {
	case cql.And, cql.Or:
		return w.joined(o)
	case cql.Not:
		f, err := w.condition(o.Args[0])
		return sql.Concat(sql.Lit("(not "), f, sql.Lit(")")), err
	case cql.IsNull:
		f, err := w.operand(o.Args[0])
		return sql.Concat(sql.Lit("("), f, sql.Lit(" is null)")), err
	case cql.Like:
		f, err := w.all(o.Args, cql.TypeString)
		return sql.Concat(sql.Lit("("), sql.Join(" like ", f), sql.Lit(")")), err
	case cql.In:
		return w.in(o)
	case cql.Between:
		f, err := w.all(o.Args, w.common(o.Args))
		if err != nil {
			return sql.Fragment{}, err
		}
		return sql.Concat(sql.Lit("("), f[0], sql.Lit(" between "), f[1], sql.Lit(" and "), f[2], sql.Lit(")")), nil
	}
	if sign, ok := comparisonSign(o.Op); ok {
		f, err := w.all(o.Args, w.common(o.Args))
		return sql.Concat(sql.Lit("("), sql.Join(sign, f), sql.Lit(")")), err
	}
	switch o.Op[:2] {
	case "s_":
		return w.spatial(o)
	case "t_":
		return w.temporal(o)
	case "a_":
		return w.array(o)
	}
	return sql.Fragment{}, fmt.Errorf("postgis: filter: %s is no condition", o.Op)
}

func comparisonSign(op cql.Op) (sql.Static, bool) {
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

func (w writer) joined(o cql.Operation) (sql.Fragment, error) {
	parts := make([]sql.Fragment, len(o.Args))
	for i, a := range o.Args {
		var err error
		if parts[i], err = w.condition(a); err != nil {
			return sql.Fragment{}, err
		}
	}
	separator := sql.Static(" and ")
	if o.Op == cql.Or {
		separator = " or "
	}
	return sql.Concat(sql.Lit("("), sql.Join(separator, parts), sql.Lit(")")), nil
}

func (w writer) in(o cql.Operation) (sql.Fragment, error) {
	list, _ := o.Args[1].(cql.Array)
	all := append([]cql.Node{o.Args[0]}, list.Items...)
	f, err := w.all(all, w.common(all))
	if err != nil {
		return sql.Fragment{}, err
	}
	return sql.Concat(sql.Lit("("), f[0], sql.Lit(" in ("), sql.Join(", ", f[1:]), sql.Lit("))")), nil
}

func (w writer) all(nodes []cql.Node, as cql.Type) ([]sql.Fragment, error) {
	out := make([]sql.Fragment, len(nodes))
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
func (w writer) common(nodes []cql.Node) cql.Type {
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

func (w writer) typeOf(n cql.Node) cql.Type {
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
func (w writer) operand(n cql.Node) (sql.Fragment, error) {
	switch t := w.typeOf(n); t {
	case cql.TypeGeometry:
		return w.geometry(n)
	case cql.TypeArray:
		return w.jsonb(n)
	case cql.TypeInterval:
		start, end, err := w.bounds(n, false)
		return sql.Concat(sql.Lit("coalesce("), start, sql.Lit(", "), end, sql.Lit(")")), err
	case cql.TypeAny:
		if p, ok := n.(cql.Property); ok {
			return w.column(p), nil
		}
		return w.scalar(n, cql.TypeString)
	default:
		return w.scalar(n, t)
	}
}

func (w writer) column(p cql.Property) sql.Fragment {
	if f, ok := w.c.Field(p.Name); ok {
		return sql.Concat(sql.Lit("t."), sql.Ident(f.Column))
	}
	return sql.Lit("t.geom")
}

// scalar is an expression as a value of the type.
func (w writer) scalar(n cql.Node, as cql.Type) (sql.Fragment, error) {
	switch n := n.(type) {
	case cql.Property:
		return w.property(n, as), nil
	case cql.String:
		return sql.Concat(sql.Arg(n.Value), sql.Lit(`::text collate "C"`)), nil
	case cql.Number:
		if n.Whole {
			return sql.Concat(sql.Arg(n.Int), sql.Lit("::bigint")), nil
		}
		return sql.Concat(sql.Arg(n.Float), sql.Lit("::double precision")), nil
	case cql.Boolean:
		return sql.Concat(sql.Arg(n.Value), sql.Lit("::boolean")), nil
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
	return sql.Fragment{}, fmt.Errorf("postgis: filter: %T is no scalar", n)
}

func instant(n cql.Instant, as cql.Type) sql.Fragment {
	if n.Date && as != cql.TypeTimestamp {
		return sql.Concat(sql.Arg(n.Time.Format(time.DateOnly)), sql.Lit("::text::date"))
	}
	return sql.Concat(sql.Arg(n.Time), sql.Lit("::timestamptz"))
}

func (w writer) property(p cql.Property, as cql.Type) sql.Fragment {
	column := w.column(p)
	switch t := w.typeOf(p); {
	case t == cql.TypeString:
		return sql.Concat(column, sql.Lit(` collate "C"`))
	case t == cql.TypeDate && as == cql.TypeTimestamp:
		return sql.Concat(sql.Lit("("), column, sql.Lit("::timestamp at time zone 'UTC')"))
	case t != cql.TypeAny:
		return column
	}
	text := sql.Concat(sql.Lit("("), column, sql.Lit(" #>> '{}')"))
	switch as {
	case cql.TypeNumber:
		return sql.Concat(sql.Lit("case jsonb_typeof("), column, sql.Lit(") when 'number' then "), text, sql.Lit("::double precision end"))
	case cql.TypeBoolean:
		return sql.Concat(sql.Lit("case jsonb_typeof("), column, sql.Lit(") when 'boolean' then "), text, sql.Lit("::boolean end"))
	case cql.TypeArray:
		return sql.Concat(sql.Lit("case jsonb_typeof("), column, sql.Lit(") when 'array' then "), column, sql.Lit(" end"))
	}
	return sql.Concat(text, sql.Lit(` collate "C"`))
}

// computed is text folding and arithmetic. Division by zero has no value.
func (w writer) computed(o cql.Operation) (sql.Fragment, error) {
	switch o.Op {
	case cql.CaseI:
		f, err := w.scalar(o.Args[0], cql.TypeString)
		return sql.Concat(sql.Lit("(lower("), f, sql.Lit(` collate "und-x-icu") collate "C")`)), err
	case cql.AccentI:
		f, err := w.scalar(o.Args[0], cql.TypeString)
		return sql.Concat(sql.Lit("(public.unaccent('public.unaccent'::regdictionary, normalize("), f, sql.Lit(`)) collate "C")`)), err
	}
	f, err := w.all(o.Args, cql.TypeNumber)
	if err != nil {
		return sql.Fragment{}, err
	}
	a, b := f[0], f[1]
	two := func(open, between, end sql.Static) (sql.Fragment, error) {
		return sql.Concat(sql.Lit(open), a, sql.Lit(between), b, sql.Lit(end)), nil
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
