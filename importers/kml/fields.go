package kml

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/spatial"
)

// The names of what KML itself says of a placemark, spelt as GDAL's LIBKML
// driver does, so that files pass between the two.
const (
	fieldName      = "Name"
	fieldTimestamp = "timestamp"
	fieldBegin     = "begin"
	fieldEnd       = "end"
	fieldIcon      = "icon"
	fieldSnippet   = "snippet"
)

const (
	maxFields = 1500 // a PostgreSQL table holds 1600 columns
	maxName   = 1000
)

// What texts of a field were seen.
const (
	sawInteger = 1 << iota
	sawNumber
	sawBoolean
	sawDate
	sawDateTime
	sawText
)

// field is one attribute of a layer.
type field struct {
	name string
	own  bool   // KML's, not of ExtendedData
	kind string // a type of the layer's schema, "" for untyped
	saw  uint
	info importers.FieldInfo // once settled
}

// fieldSet is the fields of one layer in the order they came; it grows while
// the document is scanned.
type fieldSet struct {
	list   []field
	index  map[string]int // by name; KML's own with a blank in front
	settle bool           // what is not in it is dropped
	known  map[*schema]bool
}

func newFieldSet() *fieldSet {
	s := &fieldSet{index: map[string]int{}, known: map[*schema]bool{}}
	s.add(" "+fieldName, field{name: fieldName, own: true})
	s.add(" description", field{name: "description", own: true})
	return s
}

func (s *fieldSet) add(key string, f field) int {
	s.index[key] = len(s.list)
	s.list = append(s.list, f)
	return len(s.list) - 1
}

func (s *fieldSet) own(name string) (int, error) {
	if i, ok := s.index[" "+name]; ok {
		return i, nil
	}
	if s.settle {
		return -1, nil
	}
	return s.add(" "+name, field{name: name, own: true}), nil
}

func (s *fieldSet) other(name, kind string) (int, error) {
	name = strings.TrimSpace(name)
	if i, ok := s.index[name]; ok {
		return i, nil
	}
	switch {
	case s.settle:
		return -1, nil
	case len(name) > maxName:
		return -1, errors.New("a field has a name of more than 1000 bytes")
	case len(s.list) >= maxFields:
		return -1, errors.New("the placemarks of one folder have more than 1500 different fields")
	}
	return s.add(name, field{name: norm.NFC.String(name), kind: kind}), nil
}

// declare takes the fields of a schema whether or not a placemark has them.
func (s *fieldSet) declare(schema *schema) error {
	if schema == nil || s.settle || s.known[schema] {
		return nil
	}
	s.known[schema] = true
	for _, f := range schema.fields {
		if _, err := s.other(f.name, f.kind); err != nil {
			return err
		}
	}
	return nil
}

// infos settles types and unique names.
func (s *fieldSet) infos() []importers.FieldInfo {
	s.settle = true
	used := map[string]bool{}
	infos := make([]importers.FieldInfo, len(s.list))
	for i := range s.list {
		f := &s.list[i]
		name := f.name
		if name == "" {
			name = "_"
		}
		for used[name] {
			name += "_"
		}
		used[name] = true
		f.info = importers.FieldInfo{Name: name, Type: f.fieldType()}
		infos[i] = f.info
	}
	return infos
}

// fieldType is what the schema declares, as long as every value is of that type.
// Untyped text and strings are dates where every value is one: KML has no such
// type for fields of its own.
func (f *field) fieldType() spatial.FieldType {
	only := func(bits uint) bool { return f.saw&^bits == 0 }
	if f.own {
		switch f.name {
		case "visibility", "extrude", "tessellate":
			return spatial.FieldBoolean
		case "drawOrder":
			return spatial.FieldInteger
		case fieldTimestamp, fieldBegin, fieldEnd:
			if only(sawDate) {
				return spatial.FieldDate
			}
			return spatial.FieldDateTime
		}
		return spatial.FieldString
	}
	switch strings.ToLower(strings.TrimPrefix(f.kind, "xsd:")) {
	case "int", "uint", "short", "ushort", "long", "integer":
		if only(sawInteger) {
			return spatial.FieldInteger
		}
		if only(sawInteger | sawNumber) {
			return spatial.FieldNumber
		}
	case "float", "double":
		if only(sawInteger | sawNumber) {
			return spatial.FieldNumber
		}
	case "bool", "boolean":
		if only(sawBoolean|sawInteger) && f.saw&sawBoolean != 0 || f.saw == 0 {
			return spatial.FieldBoolean
		}
	}
	switch {
	case f.saw == sawDate:
		return spatial.FieldDate
	case f.saw != 0 && only(sawDate|sawDateTime):
		return spatial.FieldDateTime
	}
	return spatial.FieldString
}

// classify says what a text could be read as.
func classify(f *field, text []byte) uint {
	if f.own && !isTime(f.name) {
		return sawText
	}
	if len(text) > 40 {
		return sawText
	}
	if strings.HasPrefix(strings.ToLower(f.kind), "bool") {
		if _, ok := parseBoolean(text); ok {
			return sawBoolean
		}
	}
	if _, err := strconv.ParseInt(string(text), 10, 64); err == nil && !f.own {
		return sawInteger
	}
	if v, ok := parseFloat(text); ok && v-v == 0 && !f.own {
		return sawNumber
	}
	switch _, date, ok := parseTime(text); {
	case ok && date && (f.own || len(text) == 10):
		return sawDate
	case ok && !date:
		return sawDateTime
	}
	return sawText
}

func isTime(name string) bool {
	return name == fieldTimestamp || name == fieldBegin || name == fieldEnd
}

func parseBoolean(b []byte) (int64, bool) {
	switch string(bytes.ToLower(b)) {
	case "1", "true":
		return 1, true
	case "0", "false":
		return 0, true
	}
	return 0, false
}

// parseTime reads the forms of xsd:dateTime, date, gYearMonth and gYear, of
// which the last three begin their period. A time without a zone is UTC.
func parseTime(b []byte) (t time.Time, date, ok bool) {
	if len(b) < 4 || len(b) > 40 || b[0] < '0' || b[0] > '9' {
		return t, false, false
	}
	s := string(b)
	for _, layout := range [...]string{time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true, t.Year() > 0
		}
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), false, t.Year() > 0
		}
	}
	return t, false, false
}
