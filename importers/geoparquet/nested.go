package geoparquet

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"

	"gisd/importers"
	"gisd/spatial"
)

// maxNested bounds the text of one value and the bytes of one geometry.
const maxNested = 64 << 20

// nested writes lists, structs and maps as JSON.
type nested struct {
	decoder
	b    []byte
	over bool // more than maxNested: the rest is read and dropped
}

// record takes a row's value of the column; nil for null.
func (w *nested) record(n *node) ([]byte, error) {
	w.b, w.over = w.b[:0], false
	if err := w.value(n); err != nil {
		return nil, err
	}
	if string(w.b) == "null" {
		return nil, nil
	}
	return w.b, nil
}

func (w *nested) put(s string) {
	if len(w.b) > maxNested {
		w.over, w.b = true, w.b[:0]
	}
	if !w.over {
		w.b = append(w.b, s...)
	}
}

func (w *nested) value(n *node) error {
	present, entry, err := n.there()
	switch {
	case err != nil:
		return err
	case !present:
		w.put("null")
		return nil
	case !entry && n.form == formList:
		w.put("[]")
		return nil
	case !entry:
		w.put("{}")
		return nil
	}
	switch n.form {
	case formStruct:
		return w.members(n)
	case formList:
		separator := "["
		err := n.each(func() error {
			w.put(separator)
			separator = ","
			return w.value(n.children[0])
		})
		w.put("]")
		return err
	case formMap:
		return w.pairs(n)
	}
	if _, err := n.leaves[0].take(); err != nil {
		return err
	}
	w.leaf(n.leaves[0])
	return nil
}

func (w *nested) members(n *node) error {
	separator := "{"
	for _, c := range n.children {
		w.put(separator)
		separator = ","
		w.quote(c.name)
		w.put(":")
		if err := w.value(c); err != nil {
			return err
		}
	}
	w.put("}")
	return nil
}

// pairs writes a map as an object; keys that are no text become text.
func (w *nested) pairs(n *node) error {
	separator := "{"
	key := nested{decoder: decoder{dec: w.dec}}
	err := n.each(func() error {
		w.put(separator)
		separator = ","
		key.b, key.over = key.b[:0], false
		if err := key.value(n.children[0]); err != nil {
			return err
		}
		if len(key.b) > 0 && key.b[0] == '"' {
			w.put(string(key.b))
		} else {
			w.quote(string(key.b))
		}
		w.put(":")
		return w.value(n.children[1])
	})
	w.put("}")
	return err
}

func (w *nested) quote(s string) {
	b, err := json.Marshal(s)
	if err != nil || !utf8.ValidString(s) {
		b = []byte(`""`)
	}
	w.put(string(b))
}

func (w *nested) leaf(l *leaf) {
	w.text = w.text[:0]
	switch l.meaning.fieldType() {
	case spatial.FieldInteger:
		if l.meaning.sort == sortUint && l.int64s != nil {
			w.put(strconv.FormatUint(uint64(l.int64s[l.at]), 10))
			return
		}
		v, ok := l.integer()
		if !ok {
			w.put("null")
			return
		}
		w.put(strconv.FormatInt(v, 10))
	case spatial.FieldNumber:
		v := l.number()
		if math.IsNaN(v) || math.IsInf(v, 0) {
			w.put("null")
			return
		}
		bits := 64
		if l.floats != nil {
			bits = 32
		}
		w.put(strconv.FormatFloat(v, 'g', -1, bits))
	case spatial.FieldBoolean:
		w.put(strconv.FormatBool(l.bools[l.at]))
	case spatial.FieldJSON:
		if json.Valid(l.raw()) {
			w.put(string(l.raw()))
			return
		}
		w.put("null")
	case spatial.FieldDate, spatial.FieldDateTime:
		w.time(l)
	default:
		w.text = w.appendText(w.text, l)
		w.quote(string(w.text))
	}
}

func (w *nested) time(l *leaf) {
	var v importers.Value
	if !w.decoder.value(&v, l) {
		w.put("null")
		return
	}
	w.quote(importers.ValueText(l.meaning.fieldType(), &v))
}
