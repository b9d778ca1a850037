package dxf

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"gisd/spatial"
)

// appName is the application whose XDATA holds properties. Each stands in
// braces (code 1002): its name, its type, and its value, all as texts (1000),
// a long value in pieces.
const appName = "GISD"

// lineMark, as the first text of the properties, keeps a closed line a line.
const lineMark = "LineString"

func (e *entity) markedLine() bool {
	for i := len(e.groups) - 1; i > 0 && e.groups[i].code >= firstXData; i-- {
		if g := e.groups[i-1]; g.code == 1001 && string(e.text(g)) == appName {
			return e.groups[i].code == 1000 && string(e.text(e.groups[i])) == lineMark
		}
	}
	return false
}

// property is one value of a feature that was written here.
type property struct {
	name  []byte
	kind  spatial.FieldType
	value []byte
}

type xdataVisitor struct {
	property func(property)
	other    func() // once, where another application's data stands
}

// readXData goes through the extended data of an entity.
func readXData(e *entity, v xdataVisitor) {
	i := 0
	for i < len(e.groups) && e.groups[i].code < firstXData {
		i++
	}
	ours, other := false, false
	var texts [][]byte
	for ; i < len(e.groups); i++ {
		g := e.groups[i]
		switch {
		case g.code == 1001:
			ours = string(bytes.TrimSpace(e.text(g))) == appName
			if !ours && !other {
				other = true
				v.other()
			}
		case !ours:
		case g.code == 1002 && string(bytes.TrimSpace(e.text(g))) == "{":
			texts = texts[:0]
		case g.code == 1002:
			if p, ok := propertyOf(texts); ok {
				v.property(p)
			}
			texts = texts[:0]
		case g.code == 1000:
			texts = append(texts, e.text(g))
		}
	}
}

func propertyOf(texts [][]byte) (property, bool) {
	if len(texts) < 2 {
		return property{}, false
	}
	p := property{name: texts[0], kind: spatial.FieldType(texts[1])}
	switch p.kind {
	case spatial.FieldString, spatial.FieldInteger, spatial.FieldNumber, spatial.FieldBoolean,
		spatial.FieldDate, spatial.FieldDateTime, spatial.FieldJSON:
	default:
		return p, false
	}
	if len(texts) == 3 {
		p.value = texts[2]
	} else {
		p.value = bytes.Join(texts[2:], nil)
	}
	return p, len(p.name) > 0
}

// xdataJSON is the extended data of other applications as an object of lists,
// nil where there is none: numbers, positions as lists of three, texts.
func (d *decoders) xdataJSON(e *entity) []byte {
	data := map[string][]any{}
	app := ""
	var at []any
	for _, g := range e.groups {
		switch {
		case g.code < firstXData:
		case g.code == 1001:
			app = strings.Clone(string(d.decode(rawText{bytes: e.text(g)})))
			if app != appName && data[app] == nil {
				data[app] = []any{}
			}
		case app == "" || app == appName:
		case g.code >= 1010 && g.code <= 1013:
			at = []any{jsonNumber(g.number), 0.0, 0.0}
			data[app] = append(data[app], at)
		case g.code >= 1020 && g.code <= 1033:
			if len(at) == 3 {
				at[(g.code-1010)/10] = jsonNumber(g.number)
			}
		case g.code >= 1040:
			data[app] = append(data[app], jsonNumber(g.number))
		default:
			data[app] = append(data[app], string(d.decode(rawText{bytes: e.text(g)})))
		}
	}
	if len(data) == 0 {
		return nil
	}
	b, err := json.Marshal(data)
	if err != nil {
		return nil
	}
	return bytes.ReplaceAll(b, []byte(`\u0000`), nil)
}

// jsonNumber writes what JSON has no number for as text.
func jsonNumber(v float64) any {
	if v-v != 0 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return v
}

// unescapeProperty resolves the carets that control characters are written
// with; nothing else in a property is a code.
func (d *decoders) unescapeProperty(value []byte) []byte {
	d.run = d.run[:0]
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '^' && i+1 < len(value) {
			i++
			switch next := value[i]; {
			case next == ' ':
			case next >= '@' && next < 0x60:
				c = next - '@'
			default:
				i--
			}
		}
		d.run = append(d.run, c)
	}
	d.out = d.append(d.out[:0], d.run, fontPlain)
	return d.out
}
