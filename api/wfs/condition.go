package wfs

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// condition turns a condition in XML (OGC 09-026r2 §7.7-7.11) into one of CQL2; nil
// after a fault, which is told.
func (r *request) condition(q *question, e *element, depth int) cql.Node {
	name := e.name()
	if depth > cql.MaxDepth {
		r.fault("filter", "is nested too deeply")
		return nil
	}
	switch name {
	case "And", "Or":
		return r.joined(q, e, depth)
	case "Not":
		if len(e.Children) == 1 {
			if n := r.condition(q, &e.Children[0], depth+1); n != nil {
				return cql.Operation{Op: cql.Not, Args: []cql.Node{n}}
			}
			return nil
		}
	case "PropertyIsNull", "PropertyIsNil":
		if len(e.Children) == 1 {
			return r.operation(cql.IsNull, r.property(q, &e.Children[0]))
		}
	case "PropertyIsLike":
		if len(e.Children) == 2 {
			return r.like(q, e)
		}
	case "PropertyIsBetween":
		if low, high := e.child("LowerBoundary"), e.child("UpperBoundary"); len(e.Children) == 3 && low != nil && high != nil &&
			len(low.Children) == 1 && len(high.Children) == 1 {
			return r.operation(cql.Between, r.operands(q, &e.Children[0], &low.Children[0], &high.Children[0])...)
		}
	case "BBOX":
		return r.box(q, e)
	default:
		op, ok := comparisonOp(name)
		if !ok {
			r.fault("filter", strconv.Quote(name)+" is not a condition that this server does; OGC API - Features does more")
			return nil
		}
		if len(e.Children) == 2 {
			return r.comparison(q, op, e)
		}
	}
	r.fault("filter", strconv.Quote(name)+" does not have the operands that it must")
	return nil
}

func comparisonOp(name string) (op cql.Op, ok bool) {
	switch name {
	case "PropertyIsEqualTo":
		return cql.Equal, true
	case "PropertyIsNotEqualTo":
		return cql.NotEqual, true
	case "PropertyIsLessThan":
		return cql.Less, true
	case "PropertyIsGreaterThan":
		return cql.Greater, true
	case "PropertyIsLessThanOrEqualTo":
		return cql.LessOrEqual, true
	case "PropertyIsGreaterThanOrEqualTo":
		return cql.GreaterOrEqual, true
	}
	return "", false
}

// operation is nil where one of its operands is: that was told already.
func (r *request) operation(op cql.Op, args ...cql.Node) cql.Node {
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	if len(args) == 0 {
		return nil
	}
	return cql.Operation{Op: op, Args: args}
}

func (r *request) joined(q *question, e *element, depth int) cql.Node {
	var parts []cql.Node
	for i := range e.Children {
		if n := r.condition(q, &e.Children[i], depth+1); n != nil {
			parts = append(parts, n)
		}
	}
	switch {
	case len(e.Children) == 0:
		r.fault("filter", strconv.Quote(e.name())+" does not have the operands that it must")
		return nil
	case len(parts) < len(e.Children):
		return nil
	case len(parts) == 1:
		return parts[0]
	case e.name() == "Or":
		return cql.Operation{Op: cql.Or, Args: parts}
	}
	return cql.Operation{Op: cql.And, Args: parts}
}

// comparison has a property on one side at least. matchCase tells whether case
// matters to texts, which it does where nothing is said (§7.7.3.2).
func (r *request) comparison(q *question, op cql.Op, e *element) cql.Node {
	args := r.operands(q, &e.Children[0], &e.Children[1])
	if len(args) == 2 && !matchesCase(e) && r.texts(q, args) {
		args = folded(args)
	}
	return r.operation(op, args...)
}

func matchesCase(e *element) bool {
	said := e.attribute("matchCase", "true")
	return said != "false" && said != "0"
}

func folded(args []cql.Node) []cql.Node {
	out := make([]cql.Node, len(args))
	for i, a := range args {
		out[i] = cql.Operation{Op: cql.CaseI, Args: []cql.Node{a}}
	}
	return out
}

// texts tells that all operands are.
func (r *request) texts(q *question, args []cql.Node) bool {
	for _, a := range args {
		switch a := a.(type) {
		case cql.String:
		case cql.Property:
			if f, ok := q.c.Field(a.Name); !ok || f.Type != spatial.FieldString {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// operands are properties and literals; these are read as what the first property
// among them is. Nil after a fault.
func (r *request) operands(q *question, all ...*element) []cql.Node {
	out := make([]cql.Node, len(all))
	typ := spatial.FieldType("")
	for i, e := range all {
		if e.name() == "Literal" {
			continue
		}
		p, ok := r.property(q, e).(cql.Property)
		if !ok {
			return nil
		}
		if f, ok := q.c.Field(p.Name); ok && typ == "" {
			typ = f.Type
		}
		out[i] = p
	}
	if typ == "" {
		r.fault("filter", "compares nothing with a property")
		return nil
	}
	for i, e := range all {
		if e.name() != "Literal" {
			continue
		}
		if out[i] = literal(typ, e.Text); out[i] == nil {
			r.fault("filter", strconv.Quote(e.Text)+" is no value of a property that is a "+string(typ))
			return nil
		}
	}
	return out
}

// property is what a ValueReference, in older versions a PropertyName, names; nil
// after a fault.
func (r *request) property(q *question, e *element) cql.Node {
	name := strings.TrimSpace(e.Text)
	last := local(name[strings.LastIndexByte(name, '/')+1:])
	if e.name() == "ValueReference" || e.name() == "PropertyName" {
		if i := q.field(last); i >= 0 {
			return cql.Property{Name: q.c.Fields[i].Name}
		}
		if last == geometryName && q.c.GeometryType != spatial.GeometryNone {
			return placeOf(q.c)
		}
	}
	r.fault("filter", strconv.Quote(name)+" is not a property of the type")
	return nil
}

// literal reads text as a value of the type; nil where it is none.
func literal(t spatial.FieldType, text string) cql.Node {
	if t == spatial.FieldString || t == spatial.FieldJSON {
		return cql.String{Value: text}
	}
	text = strings.TrimSpace(text)
	switch t {
	case spatial.FieldInteger, spatial.FieldNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return cql.Number{Float: float64(n), Int: n, Whole: true}
		}
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return cql.Number{Float: v}
		}
	case spatial.FieldBoolean:
		if v, err := strconv.ParseBool(text); err == nil {
			return cql.Boolean{Value: v}
		}
	case spatial.FieldDate, spatial.FieldDateTime:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return cql.Instant{Time: day, Date: true}
		}
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
			if at, err := time.Parse(layout, text); err == nil {
				return cql.Instant{Time: at.UTC()}
			}
		}
	}
	return nil
}

// like reads a pattern with its own wildcards (§7.7.3.4).
func (r *request) like(q *question, e *element) cql.Node {
	args := r.operands(q, &e.Children[0], &e.Children[1])
	if len(args) < 2 {
		return nil
	}
	pattern, ok := args[1].(cql.String)
	if !ok {
		r.fault("filter", `"PropertyIsLike" does not have the operands that it must`)
		return nil
	}
	args[1] = cql.String{Value: likePattern(pattern.Value, e.attribute("wildCard", "*"), e.attribute("singleChar", "."), e.attribute("escapeChar", "!"))}
	if !matchesCase(e) {
		args = folded(args)
	}
	return r.operation(cql.Like, args...)
}

// likePattern writes a pattern with % and _, \ before those that are meant.
func likePattern(text, many, one, escape string) string {
	var b strings.Builder
	begins := func(mark string) bool { return mark != "" && strings.HasPrefix(text, mark) }
	for text != "" {
		switch {
		case begins(escape):
			text = text[len(escape):]
		case begins(many):
			b.WriteByte('%')
			text = text[len(many):]
			continue
		case begins(one):
			b.WriteByte('_')
			text = text[len(one):]
			continue
		}
		if text == "" {
			break
		}
		if strings.IndexByte(`%_\`, text[0]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(text[0])
		text = text[1:]
	}
	return b.String()
}

// box is a box among other conditions, by its corners and in its own system, else
// that of the type.
func (r *request) box(q *question, e *element) cql.Node {
	in := defaultSystem(q.c)
	corners, system, ok := e.envelope()
	if !ok {
		r.fault("filter", noEnvelope)
		return nil
	}
	if system != "" {
		if in, ok = parseSystem(system); !ok {
			r.fault("filter", "has a BBOX in a coordinate system that this server does not know")
			return nil
		}
	}
	v, err := negotiate.ParseNumbers(corners)
	if err != nil || q.c.GeometryType == spatial.GeometryNone {
		r.fault("filter", noEnvelope)
		return nil
	}
	ring := cql.Geometry{Type: "LineString", Dim: 2, Coordinates: []float64{v[0], v[1], v[2], v[1], v[2], v[3], v[0], v[3], v[0], v[1]}}
	area, err := negotiate.Relocate(cql.Geometry{Type: "Polygon", Dim: 2, Parts: []cql.Geometry{ring}}, crs.Reference{SRID: in.srid, LatLon: in.latLon})
	if err != nil {
		r.fault("filter", "has a BBOX out of the reach of its coordinate system")
		return nil
	}
	return cql.Operation{Op: "s_intersects", Args: []cql.Node{placeOf(q.c), area}}
}
