package cql

import (
	"encoding/json"
	"strconv"
	"time"
)

// AppendJSON appends the expression in the JSON encoding.
func AppendJSON(b []byte, n Node) []byte { return n.appendJSON(b) }

func appendQuoted(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, q...)
}

func appendOp(b []byte, op string, args []Node) []byte {
	b = appendQuoted(append(b, `{"op":`...), op)
	return append(appendList(append(b, `,"args":`...), args), '}')
}

func appendList(b []byte, items []Node) []byte {
	b = append(b, '[')
	for i, n := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = n.appendJSON(b)
	}
	return append(b, ']')
}

func (o Operation) appendJSON(b []byte) []byte { return appendOp(b, string(o.Op), o.Args) }

func (f Function) appendJSON(b []byte) []byte { return appendOp(b, f.Name, f.Args) }

func (p Property) appendJSON(b []byte) []byte {
	return append(appendQuoted(append(b, `{"property":`...), p.Name), '}')
}

func (s String) appendJSON(b []byte) []byte { return appendQuoted(b, s.Value) }

func (n Number) appendJSON(b []byte) []byte { return n.appendText(b, 0) }

func (l Boolean) appendJSON(b []byte) []byte { return strconv.AppendBool(b, l.Value) }

func (t Instant) appendJSON(b []byte) []byte {
	name := `{"timestamp":"`
	if t.Date {
		name = `{"date":"`
	}
	return append(append(append(b, name...), t.text()...), `"}`...)
}

func (i Interval) appendJSON(b []byte) []byte {
	b = append(b, `{"interval":[`...)
	for k, n := range []Node{i.Start, i.End} {
		if k > 0 {
			b = append(b, ',')
		}
		switch n := n.(type) {
		case nil:
			b = append(b, `".."`...)
		case Instant:
			b = appendQuoted(b, n.text())
		default:
			b = n.appendJSON(b)
		}
	}
	return append(b, `]}`...)
}

func (a Array) appendJSON(b []byte) []byte { return appendList(b, a.Items) }

func (x BBox) appendJSON(b []byte) []byte {
	return append(appendNumbers(append(b, `{"bbox":`...), x.Values), '}')
}

func (g Geometry) appendJSON(b []byte) []byte {
	b = appendQuoted(append(b, `{"type":`...), g.Type)
	if g.Type != "GeometryCollection" {
		return append(g.appendCoordinates(append(b, `,"coordinates":`...)), '}')
	}
	b = append(b, `,"geometries":[`...)
	for i, p := range g.Parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.appendJSON(b)
	}
	return append(b, `]}`...)
}

func (g Geometry) appendCoordinates(b []byte) []byte {
	if g.Type == "Point" {
		return appendNumbers(b, g.Coordinates)
	}
	b = append(b, '[')
	for i := 0; i < len(g.Coordinates); i += g.Dim {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumbers(b, g.Coordinates[i:i+g.Dim])
	}
	for i, p := range g.Parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.appendCoordinates(b)
	}
	return append(b, ']')
}

func appendNumbers(b []byte, values []float64) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, v)
	}
	return append(b, ']')
}

// member names of the JSON encoding that tell what an object is.
type object struct {
	Op          *string           `json:"op"`
	Args        []json.RawMessage `json:"args"`
	Property    *string           `json:"property"`
	Date        *string           `json:"date"`
	Timestamp   *string           `json:"timestamp"`
	Interval    []json.RawMessage `json:"interval"`
	BBox        []float64         `json:"bbox"`
	Type        *string           `json:"type"`
	Coordinates json.RawMessage   `json:"coordinates"`
	Geometries  []json.RawMessage `json:"geometries"`
	Function    *struct {
		Name string            `json:"name"`
		Args []json.RawMessage `json:"args"`
	} `json:"function"`
}

func instantOf(s string, date bool) (Node, string) {
	t, ok := parseInstant(s)
	if !ok || t.Date != date {
		return nil, strconv.Quote(s) + " is no time as " + map[bool]string{true: time.DateOnly, false: "2024-07-02T08:30:00Z"}[date]
	}
	return t, ""
}
