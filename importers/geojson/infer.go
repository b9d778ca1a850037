package geojson

import (
	"errors"
	"time"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// What values of a property were seen.
const (
	sawBool = 1 << iota
	sawInteger
	sawNumber
	sawDate
	sawDateTime
	sawString
	sawNested
)

const maxFields = 1500 // a PostgreSQL table holds 1600 columns

// property is what the first pass learns of one.
type property struct {
	key  string // as escaped in the file
	name string
	saw  uint
}

// inference gathers the schema.
type inference struct {
	props   []property
	byKey   map[string]int
	kinds   uint32 // bit per geometry type code
	z       bool
	count   int64
	withID  int64
	textIDs bool
	text    []byte
}

// feature is a feature object taken apart; all raw, nil when absent.
type feature struct {
	geometry, properties, id []byte
}

var errNoFeature = errors.New("this is no GeoJSON feature")

// splitFeature takes features and, where they stand in a feature's place,
// geometries.
func splitFeature(raw []byte) (f feature, err error) {
	if len(raw) == 0 || raw[0] != '{' {
		return f, errNoFeature
	}
	var kind []byte
	isGeometry := false
	err = members(raw, func(key, value []byte) error {
		switch string(key) {
		case "type":
			kind = value
		case "geometry":
			f.geometry = value
		case "properties":
			f.properties = value
		case "id":
			f.id = value
		case "coordinates", "geometries":
			isGeometry = true
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	if isGeometry && len(kind) > 2 && kindOf(kind[1:len(kind)-1]) != 0 {
		return feature{geometry: raw}, nil
	}
	if isNull(f.geometry) {
		f.geometry = nil
	}
	if isNull(f.id) || len(f.id) > 0 && (f.id[0] == '{' || f.id[0] == '[') {
		f.id = nil
	}
	if len(f.properties) > 0 && f.properties[0] != '{' {
		f.properties = nil
	}
	if f.geometry == nil && f.properties == nil && string(kind) != `"Feature"` {
		return f, errNoFeature
	}
	return f, nil
}

func isNull(raw []byte) bool { return string(raw) == "null" }

// see learns from one feature; what is damaged is reported by Read.
func (in *inference) see(raw []byte) error {
	in.count++
	f, err := splitFeature(raw)
	if err != nil {
		return nil //nolint:nilerr // Read rejects this record
	}
	if f.id != nil {
		in.withID++
		if !isInteger(f.id) {
			in.textIDs = true
		}
	}
	if f.geometry != nil {
		if g, err := splitGeometry(f.geometry); err == nil {
			in.kinds |= 1 << g.kind
			in.z = in.z || hasZ(g)
		}
	}
	if f.properties == nil {
		return nil
	}
	next := 0
	return members(f.properties, func(key, value []byte) error {
		i, err := in.find(key, next)
		if err != nil {
			return err
		}
		next = i + 1
		in.props[i].saw |= in.classify(value)
		return nil
	})
}

// find returns the index of a property; hint is where it probably is.
func (in *inference) find(key []byte, hint int) (int, error) {
	if hint < len(in.props) && in.props[hint].key == string(key) {
		return hint, nil
	}
	if i, ok := in.byKey[string(key)]; ok {
		return i, nil
	}
	if len(in.props) >= maxFields {
		return 0, errors.New("the features have more than 1500 different properties")
	}
	i := len(in.props)
	name := string(encodings.UTF8().Append(nil, unescape(nil, key)))
	in.props = append(in.props, property{key: string(key), name: name})
	in.byKey[string(key)] = i
	return i, nil
}

func (in *inference) classify(v []byte) uint {
	switch v[0] {
	case '{', '[':
		return sawNested
	case 't', 'f':
		return sawBool
	case 'n':
		return 0
	case '"':
		in.text = unquote(in.text[:0], v)
		if _, ok := parseDate(in.text); ok {
			return sawDate
		}
		if _, ok := parseDateTime(in.text); ok {
			return sawDateTime
		}
		return sawString
	}
	if isInteger(v) {
		return sawInteger
	}
	return sawNumber
}

// typeOf: one kind of value makes its type; integers and fractions are numbers,
// dates and times are times; any other mixture is text, and nested values, or a
// mixture with them, stay JSON.
func (p *property) typeOf() spatial.FieldType {
	switch p.saw {
	case sawBool:
		return spatial.FieldBoolean
	case sawInteger:
		return spatial.FieldInteger
	case sawNumber, sawNumber | sawInteger:
		return spatial.FieldNumber
	case sawDate:
		return spatial.FieldDate
	case sawDateTime, sawDateTime | sawDate:
		return spatial.FieldDateTime
	}
	if p.saw&sawNested != 0 {
		return spatial.FieldJSON
	}
	return spatial.FieldString
}

func (in *inference) geometryType() spatial.GeometryType {
	only := func(kinds ...uint32) bool {
		var mask uint32
		for _, k := range kinds {
			mask |= 1 << k
		}
		return in.kinds&^mask == 0
	}
	switch {
	case in.kinds == 0:
		return spatial.GeometryAny
	case only(wkb.Point):
		return spatial.GeometryPoint
	case only(wkb.LineString):
		return spatial.GeometryLineString
	case only(wkb.Polygon):
		return spatial.GeometryPolygon
	case only(wkb.Point, wkb.MultiPoint):
		return spatial.GeometryMultiPoint
	case only(wkb.LineString, wkb.MultiLineString):
		return spatial.GeometryMultiLineString
	case only(wkb.Polygon, wkb.MultiPolygon):
		return spatial.GeometryMultiPolygon
	}
	return spatial.GeometryAny
}

// fields gives names that are unique, also where two keys are one name in
// normal form C.
func (in *inference) fields() []importers.FieldInfo {
	seen := map[string]bool{}
	fields := make([]importers.FieldInfo, len(in.props))
	for i := range in.props {
		name := in.props[i].name
		if name == "" {
			name = "_"
		}
		for seen[name] {
			name += "_"
		}
		seen[name] = true
		fields[i] = importers.FieldInfo{Name: name, Type: in.props[i].typeOf()}
	}
	return fields
}

// isInteger reports a JSON number that is an integer of 64 bits.
func isInteger(v []byte) bool {
	_, ok := parseInteger(v)
	return ok
}

func parseInteger(v []byte) (int64, bool) {
	neg := len(v) > 0 && v[0] == '-'
	if neg {
		v = v[1:]
	}
	if len(v) == 0 || len(v) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if n > 1<<63-1 {
		return 0, false
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// parseDate reads YYYY-MM-DD.
func parseDate(b []byte) (time.Time, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, string(b))
	return t, err == nil && t.Year() > 0
}

// parseDateTime reads RFC 3339 and the forms near it: a blank for the T, no
// seconds, no zone. Without a zone the time is taken as UTC.
func parseDateTime(b []byte) (time.Time, bool) {
	if len(b) < 16 || len(b) > 40 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' {
		return time.Time{}, false
	}
	s := string(b)
	if b[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 && t.Year() < 10000 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
