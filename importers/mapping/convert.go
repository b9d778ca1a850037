package mapping

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/spatial"
)

// maxExact is the largest whole number up to which a float64 holds each.
const maxExact = 1 << 53

// convert makes a value of one type from one of another, false where something
// of it would be lost. Text is trimmed first; empty text is null in any other
// type. buf is where the bytes of a text may go.
func convert(from, to spatial.FieldType, v *importers.Value, f *Field, buf []byte) (importers.Value, []byte, bool) {
	if from == to || !v.Valid {
		return *v, buf, true
	}
	if from == spatial.FieldString {
		text := strings.TrimSpace(string(v.Bytes))
		if text == "" {
			return importers.Value{}, buf, true
		}
		out, ok := parseText(to, text, f)
		return out, buf, ok
	}
	if to == spatial.FieldString {
		buf = append(buf[:0], valueText(from, v)...)
		return importers.Value{Valid: true, Bytes: buf}, buf, true
	}
	out, ok := between(from, to, v)
	return out, buf, ok
}

// valueText is a value in full; importers.ValueText shortens it for people.
func valueText(t spatial.FieldType, v *importers.Value) string {
	if t == spatial.FieldString || t == spatial.FieldJSON {
		return string(v.Bytes)
	}
	return importers.ValueText(t, v)
}

const (
	dayMicros = 86400 * 1_000_000
)

// between converts values that are no text.
func between(from, to spatial.FieldType, v *importers.Value) (importers.Value, bool) {
	type way struct{ from, to spatial.FieldType }
	none := importers.Value{}
	switch (way{from, to}) {
	case way{spatial.FieldInteger, spatial.FieldNumber}:
		if v.Int > maxExact || v.Int < -maxExact {
			return none, false
		}
		return importers.Value{Valid: true, Float: float64(v.Int)}, true
	case way{spatial.FieldNumber, spatial.FieldInteger}:
		if v.Float != math.Trunc(v.Float) || math.Abs(v.Float) > maxExact {
			return none, false
		}
		return importers.Value{Valid: true, Int: int64(v.Float)}, true
	case way{spatial.FieldInteger, spatial.FieldBoolean}:
		return importers.Value{Valid: true, Int: v.Int}, v.Int == 0 || v.Int == 1
	case way{spatial.FieldNumber, spatial.FieldBoolean}:
		return importers.Value{Valid: true, Int: int64(v.Float)}, v.Float == 0 || v.Float == 1
	case way{spatial.FieldBoolean, spatial.FieldInteger}:
		return *v, true
	case way{spatial.FieldBoolean, spatial.FieldNumber}:
		return importers.Value{Valid: true, Float: float64(v.Int)}, true
	case way{spatial.FieldDate, spatial.FieldDateTime}:
		return importers.Value{Valid: true, Int: v.Int * dayMicros}, true
	case way{spatial.FieldDateTime, spatial.FieldDate}:
		return importers.Value{Valid: true, Int: v.Int / dayMicros}, v.Int%dayMicros == 0
	}
	if to == spatial.FieldJSON {
		b := []byte(importers.ValueText(from, v))
		if from == spatial.FieldDate || from == spatial.FieldDateTime {
			b = strconv.AppendQuote(nil, string(b))
		}
		return importers.Value{Valid: true, Bytes: b}, json.Valid(b)
	}
	return none, false
}

// parseText reads a value as people write it.
func parseText(to spatial.FieldType, text string, f *Field) (importers.Value, bool) {
	text = strings.TrimSpace(text)
	v := importers.Value{Valid: true}
	var err error
	switch to {
	case spatial.FieldString, "":
		v.Bytes = norm.NFC.Bytes([]byte(text))
	case spatial.FieldInteger:
		number := plainNumber(text, f)
		if v.Int, err = strconv.ParseInt(number, 10, 64); err != nil {
			whole, failed := strconv.ParseFloat(number, 64)
			if failed != nil || whole != math.Trunc(whole) || math.Abs(whole) > maxExact {
				return v, false
			}
			v.Int, err = int64(whole), nil
		}
	case spatial.FieldNumber:
		v.Float, err = strconv.ParseFloat(plainNumber(text, f), 64)
		if v.Float-v.Float != 0 {
			return v, false
		}
	case spatial.FieldBoolean:
		return parseBoolean(text)
	case spatial.FieldDate, spatial.FieldDateTime:
		return parseTime(to, text, f)
	case spatial.FieldJSON:
		v.Bytes = []byte(text)
		return v, json.Valid(v.Bytes)
	}
	return v, err == nil
}

// plainNumber brings a number in text to Go's notation. A lone comma is a decimal
// comma; with `decimal: ","` the points group thousands, with "." the commas do.
func plainNumber(text string, f *Field) string {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(text)
	switch {
	case f.Decimal == ",":
		return strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	case f.Decimal == ".":
		return strings.ReplaceAll(text, ",", "")
	case strings.Count(text, ",") == 1 && !strings.Contains(text, "."):
		return strings.Replace(text, ",", ".", 1)
	}
	if strings.ContainsAny(text, "xX_") {
		return "" // Go's own notations are not people's
	}
	return text
}

func parseBoolean(text string) (importers.Value, bool) {
	switch strings.ToLower(norm.NFC.String(text)) {
	case "true", "t", "yes", "y", "1", "có", "đúng", "x":
		return importers.Value{Valid: true, Int: 1}, true
	case "false", "f", "no", "n", "0", "không", "sai":
		return importers.Value{Valid: true}, true
	}
	return importers.Value{}, false
}

// parseTime reads dates day first, as Vietnam writes them, and ISO 8601. A time
// without a zone is in UTC.
func parseTime(to spatial.FieldType, text string, f *Field) (importers.Value, bool) {
	layouts := []string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"}
	if to == spatial.FieldDateTime {
		layouts = append([]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2/1/2006 15:04:05", "2/1/2006 15:04"}, layouts...)
	}
	if f.Format != "" {
		layout, ok := layoutOf(f.Format)
		if !ok {
			return importers.Value{}, false
		}
		layouts = []string{layout}
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if to == spatial.FieldDate {
			return importers.Value{Valid: true, Int: importers.DateOf(t)}, true
		}
		return importers.Value{Valid: true, Int: importers.DateTimeOf(t)}, true
	}
	return importers.Value{}, false
}

// layoutOf turns "dd/mm/yyyy HH:MM" into Go's way of writing a layout.
func layoutOf(format string) (string, bool) {
	layout := strings.NewReplacer("yyyy", "2006", "yy", "06", "dd", "02", "mm", "01", "d", "2", "m", "1", "HH", "15", "MM", "04", "SS", "05").Replace(format)
	year := strings.Contains(layout, "06")
	day := strings.Contains(layout, "2/") || strings.ContainsAny(strings.ReplaceAll(layout, "2006", ""), "2")
	return layout, year && day && strings.Contains(layout, "1")
}
