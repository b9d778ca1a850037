package shapefile

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unsafe"

	"gisd/importers"
	"gisd/spatial"
)

// values decodes the attributes of rows, reusing its buffers.
type values struct {
	d    *dbf
	text []byte // texts of the current row
	out  []importers.Value
	lost []importers.RecordError
}

// row fills out with the values of a row; nil gives nulls. A value that does
// not fit its type is null and listed in lost.
func (v *values) row(row []byte) {
	v.text = v.text[:0]
	v.lost = v.lost[:0]
	for i := range v.out {
		v.out[i] = importers.Value{}
		if row == nil {
			continue
		}
		c := &v.d.cols[i]
		raw := row[c.from:c.to]
		if v.d.texts(c) {
			v.memo(&v.out[i], c, raw)
			continue
		}
		if !v.value(&v.out[i], c, raw) {
			v.lost = append(v.lost, lostValue(c.field, raw))
		}
	}
}

func (v *values) memo(out *importers.Value, c *column, raw []byte) {
	text, err := v.d.memoOf(raw)
	if len(v.text)+len(text) > 2*maxMemo {
		text, err = nil, errMemoSize
	}
	if err != nil {
		v.lost = append(v.lost, lostMemo(c.field, raw, err))
	}
	if len(text) > 0 {
		v.decode(out, c, text)
	}
}

func (v *values) decode(out *importers.Value, c *column, raw []byte) {
	from := len(v.text)
	v.text = c.dec.Append(v.text, raw)
	out.Bytes, out.Valid = v.text[from:], true
}

func lostValue(f importers.FieldInfo, raw []byte) importers.RecordError {
	return importers.RecordError{Field: f.Name, Raw: strconv.QuoteToGraphic(string(bytes.TrimSpace(raw))), Reason: spatial.Text{
		VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
		EN: "the value is no " + string(f.Type) + "; left empty",
	}}
}

func (v *values) value(out *importers.Value, c *column, raw []byte) bool {
	switch c.field.Type {
	case spatial.FieldString:
		raw = textOf(raw)
		if len(raw) == 0 {
			return true
		}
		v.decode(out, c, raw)
		return true
	case spatial.FieldBoolean:
		return boolean(out, trim(raw))
	case spatial.FieldDate:
		return date(out, trim(raw))
	}
	return number(out, c, raw)
}

func number(out *importers.Value, c *column, raw []byte) bool {
	switch c.kind {
	case 'I', '+':
		out.Int, out.Valid = int64(int32(binary.LittleEndian.Uint32(raw))), true
		return true
	case 'O', 'B':
		out.Float = math.Float64frombits(binary.LittleEndian.Uint64(raw))
		out.Valid = !math.IsNaN(out.Float) && !math.IsInf(out.Float, 0)
		return true
	}
	raw = trim(raw)
	if len(raw) == 0 || raw[0] == '*' { // asterisks are an overflow or "none"
		return true
	}
	if c.field.Type == spatial.FieldInteger {
		if n, ok := parseInt(raw); ok {
			out.Int, out.Valid = n, true
			return true
		}
		f, ok := parseFloat(raw)
		if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return false
		}
		out.Int, out.Valid = int64(f), true
		return true
	}
	f, ok := parseFloat(raw)
	if ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return true
	}
	out.Float, out.Valid = f, ok
	return ok
}

func boolean(out *importers.Value, raw []byte) bool {
	if len(raw) == 0 {
		return true
	}
	switch raw[0] {
	case 'T', 't', 'Y', 'y', '1':
		out.Int, out.Valid = 1, true
	case 'F', 'f', 'N', 'n', '0':
		out.Int, out.Valid = 0, true
	case '?', ' ', '*':
	default:
		return false
	}
	return true
}

// date reads YYYYMMDD; zeros are "none".
func date(out *importers.Value, raw []byte) bool {
	if len(raw) == 0 || raw[0] == '*' || len(bytes.Trim(raw, "0")) == 0 {
		return true
	}
	raw = bytes.ReplaceAll(raw, []byte{'-'}, nil)
	raw = bytes.ReplaceAll(raw, []byte{'/'}, nil)
	if len(raw) != 8 {
		return false
	}
	n, ok := parseInt(raw)
	if !ok || n < 0 {
		return false
	}
	year, month, day := int(n/10000), time.Month(n/100%100), int(n%100)
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year == 0 || t.Month() != month || t.Day() != day {
		return false
	}
	out.Int, out.Valid = importers.DateOf(t), true
	return true
}

// textOf cuts off the padding, blanks or NULs; blanks in front belong to the
// text.
func textOf(raw []byte) []byte {
	raw = trimBlanks(raw)
	if nul := bytes.IndexByte(raw, 0); nul >= 0 {
		raw = trimBlanks(raw[:nul])
	}
	return raw
}

// trimBlanks cuts blanks off the end, eight at a time: most of a wide text field
// is padding.
func trimBlanks(b []byte) []byte {
	const blanks = 0x2020202020202020
	for len(b) >= 8 && binary.LittleEndian.Uint64(b[len(b)-8:]) == blanks {
		b = b[:len(b)-8]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == 0) {
		b = b[1:]
	}
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// parseInt reads a decimal integer that fits 64 bits.
func parseInt(b []byte) (int64, bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if n > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// parseFloat reads a decimal number; a comma is taken for the point. The bytes
// are lent to strconv as a string for the time of the call only.
func parseFloat(b []byte) (float64, bool) {
	if bytes.IndexByte(b, ',') >= 0 {
		b = bytes.Replace(b, []byte{','}, []byte{'.'}, 1)
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return f, err == nil
}
