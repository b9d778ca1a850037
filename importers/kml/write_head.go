package kml

import (
	"fmt"
	"math"

	"gisd/importers/markup"
	"gisd/spatial"
)

// schemaID is the id of the one schema.
const schemaID = "fields"

// head makes what stands before the placemarks.
func (w *writer) head() {
	w.buf = append(w.buf, xmlHead...)
	w.buf = append(w.buf, "<Document>\n<name>"...)
	w.buf = markup.AppendEscaped(w.buf, []byte(w.h.Layer))
	w.buf = append(w.buf, "</name>\n<Schema name=\""...)
	w.buf = markup.AppendEscaped(w.buf, []byte(w.h.Layer))
	w.buf = append(w.buf, "\" id=\""+schemaID+"\">\n"...)
	if w.textID != "" {
		w.buf = fmt.Appendf(w.buf, "<SimpleField name=\"%s\" type=\"string\"/>\n", w.textID)
	}
	for i, f := range w.h.Fields {
		if w.own[i] != "" {
			continue
		}
		w.buf = fmt.Appendf(w.buf, "<SimpleField name=\"%s\" type=\"%s\">", w.names[i], simpleType(f.Type, w.widest[i]))
		if title := f.Title.In("vi"); title != "" {
			w.buf = append(w.buf, "<displayName>"...)
			w.buf = markup.AppendEscaped(w.buf, []byte(title))
			w.buf = append(w.buf, "</displayName>"...)
		}
		w.buf = append(w.buf, "</SimpleField>\n"...)
	}
	w.buf = append(w.buf, "</Schema>\n"...)
}

const xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n"

// simpleType is the type of a SimpleField (OGC 12-007r2 §9.8). Its int has 32
// bits: wider integers are double as far as that is exact, then text. Times have
// no type.
func simpleType(t spatial.FieldType, widest uint64) string {
	switch t {
	case spatial.FieldInteger:
		switch {
		case widest <= math.MaxInt32:
			return "int"
		case widest <= 1<<53:
			return "double"
		}
		return "string"
	case spatial.FieldNumber:
		return "double"
	case spatial.FieldBoolean:
		return "bool"
	}
	return "string"
}
