package receive

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"gisd/spatial"
)

// properties reads the members that the collection has fields for.
func (r *reader) properties(edit *spatial.Edit, members map[string]json.RawMessage, at string) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		pointer := at + "/properties/" + escape(name)
		i, ok := r.given[name]
		if !ok {
			if !r.Lenient {
				r.out.Fault(pointer, "is no property of the collection")
			}
			continue
		}
		value, fault := parse(r.Collection.Fields[i].Type, members[name])
		if codes := r.Codes[i]; fault == "" && value != nil && codes != nil && !codes[spell(value)] {
			fault = "is no code of the list; see the schema of the collection"
		}
		if fault != "" {
			r.out.Fault(pointer, fault)
			continue
		}
		edit.Properties[i] = value
	}
}

// parse reads a JSON value as a field's type.
func parse(t spatial.FieldType, raw json.RawMessage) (value any, fault string) {
	raw = bytes.TrimSpace(raw)
	if isNull(raw) {
		return nil, ""
	}
	switch t {
	case spatial.FieldString:
		return parseText(raw)
	case spatial.FieldInteger:
		return parseInteger(string(raw))
	case spatial.FieldNumber:
		if v, err := strconv.ParseFloat(string(raw), 64); err == nil && !math.IsInf(v, 0) {
			return v, ""
		}
		return nil, "must be a number"
	case spatial.FieldBoolean:
		if s := string(raw); s == "true" || s == "false" {
			return s == "true", ""
		}
		return nil, "must be true or false"
	case spatial.FieldDate:
		if day, err := time.Parse(time.DateOnly, text(raw)); err == nil && day.Year() > 0 {
			return day, ""
		}
		return nil, "must be a date such as 2026-01-31"
	case spatial.FieldDateTime:
		return parseTime(text(raw))
	case spatial.FieldJSON:
		return parseJSON(raw)
	}
	return nil, "cannot be changed"
}

func parseText(raw json.RawMessage) (any, string) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil, "must be a text"
	}
	if strings.ContainsRune(s, 0) {
		return nil, "holds the character U+0000, which cannot be kept"
	}
	return norm.NFC.String(s), ""
}

// parseInteger also takes 12.0 and 1e3, which JSON Schema counts among integers.
func parseInteger(s string) (any, string) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, ""
	}
	const exact = 1 << 53
	if v, err := strconv.ParseFloat(s, 64); err == nil && v == math.Trunc(v) && math.Abs(v) <= exact {
		return int64(v), ""
	}
	return nil, "must be a whole number"
}

// parseTime takes a time without a zone as UTC, as imports do: desktop clients
// send those.
func parseTime(s string) (any, string) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil && at.UTC().Year() > 0 && at.UTC().Year() < 10_000 {
			return at.UTC().Truncate(time.Microsecond), ""
		}
	}
	return nil, "must be an RFC 3339 time such as 2026-01-31T00:00:00Z"
}

func parseJSON(raw json.RawMessage) (any, string) {
	var v any
	if decode(raw, &v) != nil || !storable(v) {
		return nil, "holds the character U+0000 or a number out of range, which cannot be kept"
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, "cannot be read"
	}
	return json.RawMessage(plain), ""
}

// decode keeps numbers as they are spelt.
func decode(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

// storable tells what PostgreSQL's jsonb takes.
func storable(v any) bool {
	switch v := v.(type) {
	case string:
		return !strings.ContainsRune(v, 0)
	case json.Number:
		f, err := v.Float64()
		return err == nil && !math.IsInf(f, 0)
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !storable(e) })
	case map[string]any:
		for name, e := range v {
			if strings.ContainsRune(name, 0) || !storable(e) {
				return false
			}
		}
	}
	return true
}
