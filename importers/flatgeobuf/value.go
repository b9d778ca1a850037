package flatgeobuf

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/geojson"
	"gisd/spatial"
)

func (c *column) fieldType() spatial.FieldType {
	switch c.kind {
	case kindBool:
		return spatial.FieldBoolean
	case kindByte, kindUByte, kindShort, kindUShort, kindInt, kindUInt, kindLong, kindULong:
		return spatial.FieldInteger
	case kindFloat, kindDouble:
		return spatial.FieldNumber
	case kindJSON:
		return spatial.FieldJSON
	case kindDateTime:
		if c.date {
			return spatial.FieldDate
		}
		return spatial.FieldDateTime
	}
	return spatial.FieldString
}

// width is the number of bytes of a value, 0 where a length stands before it.
func width(kind byte) int {
	switch kind {
	case kindByte, kindUByte, kindBool:
		return 1
	case kindShort, kindUShort:
		return 2
	case kindInt, kindUInt, kindFloat:
		return 4
	case kindLong, kindULong, kindDouble:
		return 8
	}
	return 0
}

// split takes one value off the properties: its bytes without the length.
func split(kind byte, b []byte) (raw, rest []byte, ok bool) {
	n := width(kind)
	if n == 0 {
		if len(b) < 4 {
			return nil, nil, false
		}
		size := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(size) > uint64(len(b)) {
			return nil, nil, false
		}
		n = int(size)
	}
	if len(b) < n {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// decoder turns raw values into those of records.
type decoder struct {
	text []byte // backs what cannot stand where it was read
	dec  *encodings.Decoder
}

// value converts raw for a field of type t, which is the column's own but where
// the features of one file disagree. ok is false for what does not fit.
func (d *decoder) value(out *importers.Value, c *column, t spatial.FieldType, raw []byte) (ok bool) {
	*out = importers.Value{Valid: true}
	own := c.fieldType()
	switch own {
	case spatial.FieldInteger, spatial.FieldBoolean:
		out.Int, ok = integer(c.kind, raw)
	case spatial.FieldNumber:
		out.Float = float(c.kind, raw)
		ok = out.Float-out.Float == 0 // neither NaN nor infinite
	case spatial.FieldDate, spatial.FieldDateTime:
		at, isTime := parseTime(raw)
		ok = isTime
		out.Int = importers.DateTimeOf(at)
		if own == spatial.FieldDate {
			out.Int = importers.DateOf(at)
		}
		out.Valid = len(raw) > 0
		ok = ok || len(raw) == 0
	case spatial.FieldJSON:
		from := len(d.text)
		d.text, ok = geojson.AppendJSON(d.text, raw)
		out.Bytes = d.text[from:]
	default:
		out.Bytes, ok = d.string(c.kind, raw), true
	}
	if ok && own != t {
		d.widen(out, own, t, raw, c.kind)
	}
	if !ok {
		*out = importers.Value{}
	}
	return ok
}

// widen makes a value of type own one of t, which is a number or text.
func (d *decoder) widen(out *importers.Value, own, t spatial.FieldType, raw []byte, kind byte) {
	if t == spatial.FieldNumber {
		out.Float, out.Int = float64(out.Int), 0
		return
	}
	from := len(d.text)
	switch own {
	case spatial.FieldInteger:
		d.text = strconv.AppendInt(d.text, out.Int, 10)
	case spatial.FieldBoolean:
		d.text = strconv.AppendBool(d.text, out.Int == 1)
	case spatial.FieldNumber:
		d.text = strconv.AppendFloat(d.text, out.Float, 'g', -1, 64)
	default:
		out.Bytes = d.string(kind, raw)
		return
	}
	*out = importers.Value{Valid: true, Bytes: d.text[from:]}
}

func (d *decoder) string(kind byte, raw []byte) []byte {
	from := len(d.text)
	if kind == kindBinary {
		d.text = base64.StdEncoding.AppendEncode(d.text, raw)
		return d.text[from:]
	}
	if plain(raw) || utf8.Valid(raw) && norm.NFC.QuickSpan(raw) == len(raw) && !hasNUL(raw) {
		return raw
	}
	d.text = d.dec.Append(d.text, raw)
	return d.text[from:]
}

func plain(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0 {
			return false
		}
	}
	return true
}

func hasNUL(b []byte) bool {
	for _, c := range b {
		if c == 0 {
			return true
		}
	}
	return false
}

// integer reads integers and booleans.
func integer(kind byte, b []byte) (int64, bool) {
	switch kind {
	case kindByte:
		return int64(int8(b[0])), true
	case kindUByte:
		return int64(b[0]), true
	case kindBool:
		if b[0] != 0 {
			return 1, true
		}
		return 0, true
	case kindShort:
		return int64(int16(binary.LittleEndian.Uint16(b))), true
	case kindUShort:
		return int64(binary.LittleEndian.Uint16(b)), true
	case kindInt:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case kindUInt:
		return int64(binary.LittleEndian.Uint32(b)), true
	case kindULong:
		v := binary.LittleEndian.Uint64(b)
		return int64(v), v <= math.MaxInt64
	}
	return int64(binary.LittleEndian.Uint64(b)), true
}

func float(kind byte, b []byte) float64 {
	if kind == kindFloat {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// appendRaw shows a value in a report.
func appendRaw(kind byte, raw []byte) []byte {
	switch {
	case kind == kindULong:
		return strconv.AppendUint(nil, binary.LittleEndian.Uint64(raw), 10)
	case kind == kindFloat || kind == kindDouble:
		return strconv.AppendFloat(nil, float(kind, raw), 'g', -1, 64)
	case width(kind) > 0:
		n, _ := integer(kind, raw)
		return strconv.AppendInt(nil, n, 10)
	}
	return raw
}
