package ogr

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"

	"gisd/importers"
	"gisd/spatial"
)

// unescape undoes COPY's escapes in place.
func unescape(b []byte) []byte {
	at := bytes.IndexByte(b, '\\')
	if at < 0 {
		return b
	}
	out := b[:at]
	for i := at; i < len(b); i++ {
		c := b[i]
		if c == '\\' && i+1 < len(b) {
			i++
			switch c = b[i]; c {
			case 't':
				c = '\t'
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case 'v':
				c = '\v'
			}
		}
		out = append(out, c)
	}
	return out
}

// parse reads a value of the dump that is neither null nor plain text; what it
// appends to text, and Bytes, stand in the returned buffer.
func parse(v *importers.Value, c column, t spatial.FieldType, raw, text []byte) (buffer []byte, ok bool) {
	switch t {
	case spatial.FieldInteger:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		v.Int, ok = n, err == nil
	case spatial.FieldNumber:
		f, err := strconv.ParseFloat(string(raw), 64)
		v.Float, ok = f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case spatial.FieldBoolean:
		ok = len(raw) == 1
		if ok && (raw[0] == 't' || raw[0] == '1') {
			v.Int = 1
		}
	case spatial.FieldDate:
		at, err := time.Parse("2006/01/02", string(raw[:min(len(raw), 10)]))
		v.Int, ok = importers.DateOf(at), err == nil && at.Year() > 0
	case spatial.FieldDateTime:
		at, err := parseTime(string(raw))
		v.Int, ok = importers.DateTimeOf(at), err == nil && at.Year() > 0
	default:
		from := len(text)
		switch {
		case c.sql == "BYTEA":
			text = base64.StdEncoding.AppendEncode(text, bytesOf(raw))
			ok = true
		case c.sql != "" && c.sql[len(c.sql)-1] == ']':
			text, ok = appendArray(text, raw)
		default:
			text, ok = append(text, raw...), json.Valid(raw)
		}
		v.Bytes = text[from:]
	}
	v.Valid = ok
	return text, ok
}

var errTime = errors.New("no time")

// parseTime reads "2012/01/22 18:49:00.123+0700"; without a zone it is UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range [...]string{"2006/01/02 15:04:05.999999999", "2006/01/02 15:04:05.999999999Z07", "2006/01/02 15:04:05.999999999Z0700",
		"2006/01/02 15:04:05.999999999Z07:00", "2006/01/02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errTime
}

// bytesOf reads bytea's escape format, in place, or its hex format.
func bytesOf(raw []byte) []byte {
	if digits, ok := bytes.CutPrefix(raw, []byte(`\x`)); ok {
		if out, err := hex.AppendDecode(nil, digits); err == nil {
			return out
		}
	}
	out := raw[:0]
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+3 < len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+1:i+4]), 8, 8); err == nil {
				out = append(out, byte(n))
				i += 3
				continue
			}
		}
		if raw[i] == '\\' && i+1 < len(raw) {
			i++
		}
		out = append(out, raw[i])
	}
	return out
}

// appendArray turns {1,2} or {"a","b"} into JSON.
func appendArray(dst, raw []byte) ([]byte, bool) {
	inner, ok := bytes.CutPrefix(raw, []byte("{"))
	inner, ok2 := bytes.CutSuffix(inner, []byte("}"))
	if !ok || !ok2 {
		return dst, false
	}
	dst = append(dst, '[')
	for n := 0; len(inner) > 0; n++ {
		if n > 0 {
			if inner[0] != ',' {
				return dst, false
			}
			dst, inner = append(dst, ','), inner[1:]
		}
		if dst, inner, ok = appendElement(dst, inner); !ok {
			return dst, false
		}
	}
	return append(dst, ']'), true
}

func appendElement(dst, in []byte) (_, rest []byte, ok bool) {
	if len(in) == 0 || in[0] != '"' {
		end := bytes.IndexByte(in, ',')
		if end < 0 {
			end = len(in)
		}
		token := in[:end]
		if !json.Valid(token) { // NULL, NaN, Infinity
			token = []byte("null")
		}
		return append(dst, token...), in[end:], true
	}
	var text []byte
	for i := 1; i < len(in); i++ {
		switch in[i] {
		case '\\':
			if i++; i < len(in) {
				text = append(text, in[i])
			}
		case '"':
			quoted, err := json.Marshal(string(text))
			return append(dst, quoted...), in[i+1:], err == nil
		default:
			text = append(text, in[i])
		}
	}
	return dst, nil, false
}
