package geojson

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"gisd/spatial"
)

// Encoder writes GeoJSON. The zero value is ready, and safe for concurrent use.
type Encoder struct{}

// AppendFeature appends f as a GeoJSON feature. Coordinates are written as they
// stand, in whatever order and system the caller brought them, rounded to so
// many decimals and heights to at most four; measures have no place in GeoJSON
// and are left out. Rings follow the right-hand rule in the order written (RFC
// 7946 §3.1.6). Properties stand in the order of c.Fields. f is not changed. The
// error is internal: a geometry that is no EWKB.
func (Encoder) AppendFeature(dst []byte, c *spatial.Collection, f *spatial.Feature, decimals int) ([]byte, error) {
	return AppendFeature(dst, c.Fields, f, decimals)
}

// AppendGeometry appends a geometry alone; see the function of that name.
func (Encoder) AppendGeometry(dst, ewkb []byte, decimals int) ([]byte, error) {
	return AppendGeometry(dst, ewkb, decimals)
}

// AppendFeature is Encoder.AppendFeature for fields without a collection.
func AppendFeature(dst []byte, fields []spatial.Field, f *spatial.Feature, decimals int) ([]byte, error) {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = appendString(dst, f.ID)
	dst = append(dst, `,"geometry":`...)
	var err error
	if dst, err = AppendGeometry(dst, f.Geometry.EWKB, decimals); err != nil {
		return dst, fmt.Errorf("geojson: feature %q: %w", f.ID, err)
	}
	dst = append(dst, `,"properties":{`...)
	for i := range fields {
		if i >= len(f.Properties) {
			break
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, fields[i].Name)
		dst = append(dst, ':')
		if dst, err = appendProperty(dst, fields[i].Type, f.Properties[i]); err != nil {
			return dst, fmt.Errorf("geojson: feature %q: %s: %w", f.ID, fields[i].Name, err)
		}
	}
	return append(dst, "}}"...), nil
}

var errProperty = errors.New("the value is of no type that a property has")

func appendProperty(dst []byte, t spatial.FieldType, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendString(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return appendNumber(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		dst = append(dst, '"')
		if t == spatial.FieldDate {
			dst = v.AppendFormat(dst, time.DateOnly)
		} else {
			dst = v.UTC().AppendFormat(dst, time.RFC3339Nano)
		}
		return append(dst, '"'), nil
	case json.RawMessage:
		if len(v) == 0 {
			return append(dst, "null"...), nil
		}
		return append(dst, v...), nil
	}
	return dst, errProperty
}

// appendNumber writes the shortest digits that read back the same; JSON has no
// notation for NaN and the infinities.
func appendNumber(dst []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(dst, "null"...)
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// appendString quotes text; bytes that are no UTF-8 become U+FFFD. The
// separators U+2028 and U+2029 are escaped for JavaScript's sake.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[from:i]...)
			dst = appendEscape(dst, c)
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			dst = append(dst, s[from:i]...)
			dst = append(dst, fmt.Sprintf(`\u%04x`, r)...)
			from = i + n
		}
		i += n
	}
	return append(append(dst, s[from:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\t':
		return append(dst, `\t`...)
	case '\r':
		return append(dst, `\r`...)
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}
