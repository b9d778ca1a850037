package cql

import (
	"strings"
	"time"
)

// Node is one expression: Operation, Function, Property, String, Number,
// Boolean, Instant, Interval, Geometry, BBox or Array. Nodes are not changed once
// made and are safe to share. String is the expression in the text encoding.
type Node interface {
	String() string
	appendText(b []byte, outer int) []byte
	appendJSON(b []byte) []byte
}

// Op names what an Operation does, spelt as in the JSON encoding.
type Op string

// The operators (OGC 21-065r2 §6-8).
const (
	And Op = "and" // two or more
	Or  Op = "or"  // two or more
	Not Op = "not"

	Equal          Op = "="
	NotEqual       Op = "<>"
	Less           Op = "<"
	Greater        Op = ">"
	LessOrEqual    Op = "<="
	GreaterOrEqual Op = ">="

	Like    Op = "like"    // text, pattern with % and _, \ escapes
	Between Op = "between" // value, lowest, highest: both in it
	In      Op = "in"      // value, Array
	IsNull  Op = "isNull"

	CaseI   Op = "casei"
	AccentI Op = "accenti"

	Add      Op = "+"
	Subtract Op = "-"
	Multiply Op = "*"
	Divide   Op = "/"
	Power    Op = "^"
	Modulo   Op = "%"
	Div      Op = "div" // integer part of the quotient
)

// group tells operators of one kind.
type group int

const (
	logical group = iota + 1
	comparison
	text
	arithmetic
	spatialPredicate
	temporal
	array
)

// operator tells an operator's kind and number of arguments; most 0
// is any number from the least.
func operator(op Op) (g group, least, most int, ok bool) {
	switch op {
	case And, Or:
		return logical, 2, 0, true
	case Not:
		return logical, 1, 1, true
	case Equal, NotEqual, Less, Greater, LessOrEqual, GreaterOrEqual, Like, In:
		return comparison, 2, 2, true
	case Between:
		return comparison, 3, 3, true
	case IsNull:
		return comparison, 1, 1, true
	case CaseI, AccentI:
		return text, 1, 1, true
	case Add, Subtract, Multiply, Divide, Power, Modulo, Div:
		return arithmetic, 2, 2, true
	}
	name := string(op)
	switch {
	case named(name, "s_", "contains crosses disjoint equals intersects overlaps touches within"):
		return spatialPredicate, 2, 2, true
	case named(name, "t_", "after before contains disjoint during equals finishedBy finishes intersects meets metBy overlappedBy overlaps startedBy starts"):
		return temporal, 2, 2, true
	case named(name, "a_", "containedBy contains equals overlaps"):
		return array, 2, 2, true
	}
	return 0, 0, 0, false
}

func named(name, prefix, list string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return false
	}
	for known := range strings.FieldsSeq(list) {
		if rest == known {
			return true
		}
	}
	return false
}

// predicateNamed finds the operator of a spatial, temporal or array function
// written in any case.
func predicateNamed(name string) (Op, bool) {
	lower := strings.ToLower(name)
	for _, spelling := range []string{"t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy", "a_containedBy"} {
		if lower == strings.ToLower(spelling) {
			return Op(spelling), true
		}
	}
	g, _, _, ok := operator(Op(lower))
	return Op(lower), ok && g >= spatialPredicate
}

// Operation applies an operator.
type Operation struct {
	Op   Op
	Args []Node
}

// All wants each of the conditions; nil without one.
func All(conditions []Node) Node {
	switch len(conditions) {
	case 0:
		return nil
	case 1:
		return conditions[0]
	}
	return Operation{Op: And, Args: conditions}
}

// Function calls what the standard does not define.
type Function struct {
	Name string
	Args []Node
}

// Property is the value of a property, by its wire name.
type Property struct{ Name string }

// String is a character literal.
type String struct{ Value string }

// Number is a numeric literal. Whole numbers that an int64 holds are kept as
// such.
type Number struct {
	Float float64
	Int   int64
	Whole bool
}

// Boolean is true or false.
type Boolean struct{ Value bool }

// Instant is a date (midnight UTC, lasting that day) or a moment in UTC.
type Instant struct {
	Time time.Time
	Date bool
}

// Interval is closed at both ends; each is an Instant, a Property, a Function,
// or nil for unbounded. Text that stood there as a plain date is a date.
type Interval struct{ Start, End Node }

// Array lists elements of any kind.
type Array struct{ Items []Node }

// BBox is a box in the order of its CRS: min x, min y, (min z,) max x, max y,
// (max z). Min x beyond max x crosses the antimeridian.
type BBox struct{ Values []float64 }
