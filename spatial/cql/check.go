package cql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
)

// Type is what an expression's value is.
type Type string

// The types. TypeAny is a value that nothing is known of before it is read, such
// as a JSON property: it may turn out a text, number, boolean or list.
const (
	TypeString    Type = "string"
	TypeNumber    Type = "number"
	TypeBoolean   Type = "boolean"
	TypeDate      Type = "date"
	TypeTimestamp Type = "timestamp"
	TypeInterval  Type = "interval"
	TypeGeometry  Type = "geometry"
	TypeArray     Type = "array"
	TypeAny       Type = "any"

	typeUnknown Type = "unknown" // of what is at fault already
)

// TypeOfField is the type of a property.
func TypeOfField(t spatial.FieldType) Type {
	switch t {
	case spatial.FieldString:
		return TypeString
	case spatial.FieldInteger, spatial.FieldNumber:
		return TypeNumber
	case spatial.FieldBoolean:
		return TypeBoolean
	case spatial.FieldDate:
		return TypeDate
	case spatial.FieldDateTime:
		return TypeTimestamp
	}
	return TypeAny
}

// Queryables tells the type of a property that filters may name.
type Queryables func(name string) (Type, bool)

// Check makes sure that a filter is a condition over the queryables, and that
// every operand fits its operator, and every argument its function (Functions).
// The error is invalid and lists every fault.
func Check(n Node, q Queryables) error {
	c := checker{queryables: q}
	if t := c.typeOf(n); t != typeUnknown && !fits(t, TypeBoolean) {
		c.fault("%s is no condition: it is a %s", n, t)
	}
	if len(c.faults) == 0 {
		return nil
	}
	slices.Sort(c.faults)
	var fields []spatial.FieldError
	for _, f := range slices.Compact(c.faults) {
		fields = append(fields, spatial.FieldError{Name: "filter", Reason: f})
	}
	return spatial.Invalid("cql: check", "the filter does not fit the collection: "+strings.Join(slices.Compact(c.faults), "; "), fields...)
}

type checker struct {
	queryables Queryables
	faults     []string
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// fits tells whether a value of type t may stand where one of the wanted types
// is expected.
func fits(t Type, wanted ...Type) bool {
	return slices.ContainsFunc(wanted, func(w Type) bool {
		return t == w || t == TypeAny && (w == TypeString || w == TypeNumber || w == TypeBoolean || w == TypeArray)
	})
}

func (c *checker) typeOf(n Node) Type {
	switch n := n.(type) {
	case Property:
		t, ok := c.queryables(n.Name)
		if !ok {
			c.fault("there is no property %s", strconv.Quote(n.Name))
			return typeUnknown
		}
		return t
	case String:
		return TypeString
	case Number:
		return TypeNumber
	case Boolean:
		return TypeBoolean
	case Instant:
		if n.Date {
			return TypeDate
		}
		return TypeTimestamp
	case Interval:
		for _, end := range []Node{n.Start, n.End} {
			if end != nil {
				c.want(end, TypeDate, TypeTimestamp)
			}
		}
		return TypeInterval
	case Geometry, BBox:
		return TypeGeometry
	case Array:
		for _, item := range n.Items {
			c.typeOf(item)
		}
		return TypeArray
	case Function:
		return c.function(n)
	case Operation:
		return c.operation(n)
	}
	return TypeAny
}

func (c *checker) want(n Node, wanted ...Type) { c.mustFit(n, c.typeOf(n), wanted) }

func (c *checker) mustFit(n Node, t Type, wanted []Type) {
	if t == typeUnknown || fits(t, wanted...) {
		return
	}
	names := make([]string, len(wanted))
	for i, w := range wanted {
		names[i] = string(w)
	}
	c.fault("%s is a %s where a %s is expected", n, t, strings.Join(names, " or "))
}

func (c *checker) operation(o Operation) Type {
	g, _, _, _ := operator(o.Op)
	switch g {
	case logical:
		for _, a := range o.Args {
			c.want(a, TypeBoolean)
		}
		return TypeBoolean
	case text:
		c.want(o.Args[0], TypeString)
		return TypeString
	case arithmetic:
		c.want(o.Args[0], TypeNumber)
		c.want(o.Args[1], TypeNumber)
		return TypeNumber
	case spatialPredicate:
		c.want(o.Args[0], TypeGeometry)
		c.want(o.Args[1], TypeGeometry)
	case temporal:
		c.want(o.Args[0], TypeDate, TypeTimestamp, TypeInterval)
		c.want(o.Args[1], TypeDate, TypeTimestamp, TypeInterval)
	case array:
		c.want(o.Args[0], TypeArray)
		c.want(o.Args[1], TypeArray)
	case comparison:
		c.comparison(o)
	}
	return TypeBoolean
}

func (c *checker) comparison(o Operation) {
	switch o.Op {
	case Like:
		c.want(o.Args[0], TypeString)
		c.want(o.Args[1], TypeString)
		if !constant(o.Args[1]) {
			c.fault("%s is no pattern: it must be a text", o.Args[1])
		}
	case IsNull:
		c.typeOf(o.Args[0])
	case In:
		list, _ := o.Args[1].(Array)
		c.alike(append([]Node{o.Args[0]}, list.Items...))
	default:
		c.alike(o.Args)
	}
}

// constant tells a text that no property takes part in.
func constant(n Node) bool {
	switch n := n.(type) {
	case String:
		return true
	case Operation:
		return (n.Op == CaseI || n.Op == AccentI) && constant(n.Args[0])
	}
	return false
}

// alike wants scalars that can be compared with each other. A date compares with
// a moment as its midnight UTC.
func (c *checker) alike(nodes []Node) {
	types := make([]Type, len(nodes))
	first := TypeAny
	for i, n := range nodes {
		if types[i] = c.typeOf(n); first == TypeAny && types[i] != typeUnknown {
			first = types[i]
		}
	}
	wanted := []Type{first}
	switch first {
	case TypeAny:
		return
	case TypeInterval, TypeGeometry, TypeArray:
		c.fault("%s is a %s, which cannot be compared", nodes[slices.Index(types, first)], first)
		return
	case TypeDate, TypeTimestamp:
		wanted = []Type{TypeDate, TypeTimestamp}
	}
	for i, n := range nodes {
		c.mustFit(n, types[i], wanted)
	}
}
