package cql

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// ParseJSON reads the JSON encoding (OGC 21-065r2 §6.5, cql2.json). The error is
// invalid and says what does not fit.
func ParseJSON(src []byte) (Node, error) {
	if len(src) > MaxBytes {
		return nil, invalid("it is longer than " + strconv.Itoa(MaxBytes) + " bytes")
	}
	r := jsonReader{}
	n, why := r.node(src, 0)
	if why != "" {
		return nil, invalid(why)
	}
	return n, nil
}

// jsonReader counts what it has read.
type jsonReader struct{ nodes int }

func (r *jsonReader) node(src []byte, depth int) (Node, string) {
	if r.nodes++; r.nodes > MaxNodes {
		return nil, "more than " + strconv.Itoa(MaxNodes) + " parts"
	}
	if depth > MaxDepth {
		return nil, "nested deeper than " + strconv.Itoa(MaxDepth) + " levels"
	}
	src = bytes.TrimSpace(src)
	if len(src) == 0 {
		return nil, "it is empty"
	}
	switch src[0] {
	case '{':
		return r.object(src, depth)
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(src, &items); err != nil {
			return nil, jsonFault(err)
		}
		nodes, why := r.all(items, depth)
		return Array{nodes}, why
	case '"':
		var s string
		if err := json.Unmarshal(src, &s); err != nil {
			return nil, jsonFault(err)
		}
		return String{s}, ""
	case 't', 'f':
		var b bool
		if err := json.Unmarshal(src, &b); err != nil {
			return nil, jsonFault(err)
		}
		return Boolean{b}, ""
	}
	var number json.Number
	if err := json.Unmarshal(src, &number); err != nil {
		return nil, jsonFault(err)
	}
	if number == "" {
		return nil, "null is no value here; isNull tells whether there is one"
	}
	n, err := parseNumber(number.String())
	if err != nil {
		return nil, err.Error()
	}
	return n, ""
}

func jsonFault(err error) string { return "it is not JSON: " + err.Error() }

func (r *jsonReader) all(items []json.RawMessage, depth int) ([]Node, string) {
	var nodes []Node
	for _, item := range items {
		n, why := r.node(item, depth+1)
		if why != "" {
			return nil, why
		}
		nodes = append(nodes, n)
	}
	return nodes, ""
}

func (r *jsonReader) object(src []byte, depth int) (Node, string) {
	var o object
	if err := json.Unmarshal(src, &o); err != nil {
		return nil, jsonFault(err)
	}
	switch {
	case o.Op != nil:
		args, why := r.all(o.Args, depth)
		if why != "" {
			return nil, why
		}
		return operation(*o.Op, args)
	case o.Property != nil:
		return Property{*o.Property}, ""
	case o.Date != nil:
		return instantOf(*o.Date, true)
	case o.Timestamp != nil:
		return instantOf(*o.Timestamp, false)
	case o.Interval != nil:
		ends, why := r.all(o.Interval, depth)
		if why != "" {
			return nil, why
		}
		if len(ends) != 2 {
			return nil, "an interval has two ends"
		}
		n, why := newInterval(ends[0], ends[1])
		return n, why
	case o.BBox != nil:
		b := BBox{o.BBox}
		return b, b.check()
	case o.Type != nil:
		return r.geometry(&o, depth)
	case o.Function != nil: // as drafts of the standard had it
		args, why := r.all(o.Function.Args, depth)
		return Function{o.Function.Name, args}, why
	}
	return nil, "an object is known by op, property, date, timestamp, interval, bbox or type"
}

// operation tells the standard's operators from functions.
func operation(name string, args []Node) (Node, string) {
	op := Op(name)
	_, least, most, ok := operator(op)
	if !ok {
		return Function{name, args}, ""
	}
	if len(args) < least || most > 0 && len(args) > most {
		return nil, name + " has " + strconv.Itoa(len(args)) + " arguments, which does not fit"
	}
	if op == In {
		if list, ok := args[1].(Array); !ok || len(list.Items) == 0 {
			return nil, "in takes a value and a list of one element or more"
		}
	}
	return Operation{op, args}, ""
}

func (r *jsonReader) geometry(o *object, depth int) (Node, string) {
	part, _, ok := shape(*o.Type)
	if !ok {
		return nil, strconv.Quote(*o.Type) + " is no geometry type"
	}
	g := Geometry{Type: *o.Type, Dim: 2}
	if part != "any" {
		var coordinates any
		if err := json.Unmarshal(o.Coordinates, &coordinates); err != nil {
			return nil, "a geometry without coordinates"
		}
		if why := g.fill(coordinates); why != "" {
			return nil, why
		}
		return g, g.check()
	}
	for _, raw := range o.Geometries {
		n, why := r.node(raw, depth+1)
		if why != "" {
			return nil, why
		}
		member, ok := n.(Geometry)
		if !ok || member.Type == "GeometryCollection" {
			return nil, "a collection holds geometries"
		}
		if len(g.Parts) > 0 && member.Dim != g.Dim {
			return nil, "the members of a collection have the same dimension"
		}
		g.Dim = member.Dim
		g.Parts = append(g.Parts, member)
	}
	return g, g.check()
}

// fill reads GeoJSON's nested coordinates.
func (g *Geometry) fill(coordinates any) string {
	list, ok := coordinates.([]any)
	if !ok {
		return "coordinates are nested lists of numbers"
	}
	part, _, _ := shape(g.Type)
	if g.Type == "Point" {
		list = []any{coordinates}
	}
	for i, item := range list {
		if part == "" {
			if why := g.addPosition(item, i); why != "" {
				return why
			}
			continue
		}
		inner := Geometry{Type: part, Dim: 2}
		if why := inner.fill(item); why != "" {
			return why
		}
		if i > 0 && inner.Dim != g.Dim {
			return "some positions have a height and some have none"
		}
		g.Dim = inner.Dim
		g.Parts = append(g.Parts, inner)
	}
	return ""
}

func (g *Geometry) addPosition(item any, i int) string {
	position, ok := item.([]any)
	if !ok || len(position) < 2 || len(position) > 3 {
		return "a position has two or three numbers"
	}
	if i > 0 && len(position) != g.Dim {
		return "some positions have a height and some have none"
	}
	g.Dim = len(position)
	for _, v := range position {
		f, ok := v.(float64)
		if !ok {
			return "a position has two or three numbers"
		}
		g.Coordinates = append(g.Coordinates, f)
	}
	return ""
}

// Parse reads either encoding: JSON begins with a brace, a bracket or is true or
// false; everything else is text.
func Parse(src string) (Node, error) {
	trimmed := strings.TrimSpace(src)
	if strings.HasPrefix(trimmed, "{") {
		return ParseJSON([]byte(trimmed))
	}
	return ParseText(src)
}
