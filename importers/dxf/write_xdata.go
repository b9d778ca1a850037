package dxf

import (
	"strconv"
	"unicode/utf8"

	"gisd/importers"
	"gisd/spatial"
)

const (
	// maxXData is what one entity may carry; AutoCAD stops at 16,383 bytes.
	maxXData = 16_000
	maxPiece = 250 // bytes of one text
)

// properties collects the record's values as XDATA.
func (d *drawer) properties(r *importers.Record) {
	d.xdata = d.xdata[:0]
	size := 0
	var text []byte
	for i := range d.h.Fields {
		v, f := &r.Values[i], &d.h.Fields[i]
		if !v.Valid || i == d.layerField && layerName(string(v.Bytes)) == string(v.Bytes) {
			continue
		}
		if text = appendText(text[:0], f.Type, v); size+len(text)+len(f.Name)+40+len(text)/maxPiece*4 > maxXData || len(f.Name) > maxPiece {
			d.leftOut++
			continue
		}
		before := len(d.xdata)
		d.xdata = appendGroup(d.xdata, 1002, "{")
		d.xdata = appendPieces(d.xdata, []byte(f.Name))
		d.xdata = appendGroup(d.xdata, 1000, string(f.Type))
		d.xdata = appendPieces(d.xdata, text)
		d.xdata = appendGroup(d.xdata, 1002, "}")
		size += len(d.xdata) - before
	}
}

func appendText(dst []byte, kind spatial.FieldType, v *importers.Value) []byte {
	switch kind {
	case spatial.FieldInteger:
		return strconv.AppendInt(dst, v.Int, 10)
	case spatial.FieldNumber:
		return strconv.AppendFloat(dst, v.Float, 'g', -1, 64)
	case spatial.FieldBoolean, spatial.FieldDate, spatial.FieldDateTime:
		return append(dst, importers.ValueText(kind, v)...)
	}
	return append(dst, v.Bytes...)
}

// appendPieces writes a text as groups of at most maxPiece bytes, with carets
// for carets and control characters.
func appendPieces(dst, text []byte) []byte {
	piece := make([]byte, 0, maxPiece+8)
	for i := 0; i < len(text); {
		_, n := utf8.DecodeRune(text[i:])
		switch c := text[i]; {
		case c == '^':
			piece = append(piece, "^ "...)
		case c < ' ':
			piece = append(piece, '^', c+'@')
		default:
			piece = append(piece, text[i:i+n]...)
		}
		i += n
		if len(piece) >= maxPiece {
			dst = appendGroup(dst, 1000, string(piece))
			piece = piece[:0]
		}
	}
	if len(piece) > 0 || len(text) == 0 {
		dst = appendGroup(dst, 1000, string(piece))
	}
	return dst
}

// extended appends the properties to the entity being written.
func (d *drawer) extended(mark string) {
	if len(d.xdata) == 0 && mark == "" {
		return
	}
	d.buf = appendGroup(d.buf, 1001, appName)
	if mark != "" {
		d.buf = appendGroup(d.buf, 1000, mark)
	}
	d.buf = append(d.buf, d.xdata...)
}
