package geoparquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// system is a CRS in PROJJSON (schema v0.7), as far as WKT needs it.
type system struct {
	Type        string      `json:"type"`
	Name        string      `json:"name"`
	ID          *identifier `json:"id"`
	Base        *system     `json:"base_crs"`
	Source      *system     `json:"source_crs"`
	Target      *system     `json:"target_crs"`
	Components  []system    `json:"components"`
	Datum       *datum      `json:"datum"`
	Ensemble    *datum      `json:"datum_ensemble"`
	Coordinates *struct {
		Subtype string `json:"subtype"`
		Axis    []axis `json:"axis"`
	} `json:"coordinate_system"`
	Conversion     *operation `json:"conversion"`
	Transformation *operation `json:"transformation"`
}

type identifier struct {
	Authority string          `json:"authority"`
	Code      json.RawMessage `json:"code"`
}

func (i *identifier) code() string { return strings.Trim(string(i.Code), `"`) }

type datum struct {
	Name      string `json:"name"`
	Ellipsoid *struct {
		Name      string   `json:"name"`
		Radius    *measure `json:"radius"`
		SemiMajor *measure `json:"semi_major_axis"`
		SemiMinor *measure `json:"semi_minor_axis"`
		InverseF  *measure `json:"inverse_flattening"`
	} `json:"ellipsoid"`
	Meridian *struct {
		Name      string  `json:"name"`
		Longitude measure `json:"longitude"`
	} `json:"prime_meridian"`
}

type axis struct {
	Name         string `json:"name"`
	Abbreviation string `json:"abbreviation"`
	Direction    string `json:"direction"`
	Unit         unit   `json:"unit"`
}

type operation struct {
	Name   string `json:"name"`
	Method struct {
		Name string `json:"name"`
	} `json:"method"`
	Parameters []struct {
		Name  string  `json:"name"`
		Value float64 `json:"value"`
		Unit  unit    `json:"unit"`
	} `json:"parameters"`
}

// unit is a name or an object with its factor to the metre, radian or unity.
type unit struct {
	Type   string
	Name   string
	Factor float64
}

func (u *unit) UnmarshalJSON(b []byte) error {
	var o struct {
		Type   string  `json:"type"`
		Name   string  `json:"name"`
		Factor float64 `json:"conversion_factor"`
	}
	if len(b) > 0 && b[0] == '{' {
		err := json.Unmarshal(b, &o)
		*u = unit{o.Type, o.Name, o.Factor}
		return err
	}
	var name string
	if err := json.Unmarshal(b, &name); err != nil {
		return err
	}
	switch name {
	case "metre":
		*u = unit{"LinearUnit", name, 1}
	case "degree":
		*u = unit{"AngularUnit", name, 0.0174532925199433}
	default:
		*u = unit{"ScaleUnit", name, 1}
	}
	return nil
}

func (u *unit) wkt() string {
	keyword := "SCALEUNIT"
	switch u.Type {
	case "LinearUnit":
		keyword = "LENGTHUNIT"
	case "AngularUnit":
		keyword = "ANGLEUNIT"
	}
	if u.Name == "" {
		return ""
	}
	return fmt.Sprintf(",%s[%s,%s]", keyword, quoted(u.Name), number(u.Factor))
}

// measure is a number or an object with its unit.
type measure struct {
	Value float64 `json:"value"`
	Unit  unit    `json:"unit"`
}

func (m *measure) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		type plain measure
		return json.Unmarshal(b, (*plain)(m))
	}
	return json.Unmarshal(b, &m.Value)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// readCRS reads the member crs: PROJJSON, or the WKT and the identifiers that
// early versions wrote as text. fallback holds for one that is absent.
func readCRS(raw json.RawMessage, fallback importers.CRS) importers.CRS {
	switch {
	case len(raw) == 0:
		return fallback
	case string(raw) == "null":
		return importers.CRS{}
	case raw[0] == '"':
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return importers.CRS{}
		}
		return crsOfText(text)
	}
	var s system
	if json.Unmarshal(raw, &s) != nil {
		return importers.CRS{}
	}
	return s.crs()
}

// crsOfText tells WKT, PROJJSON and names such as EPSG:9210 apart.
func crsOfText(text string) importers.CRS {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return importers.CRS{}
	case text[0] == '{':
		return readCRS(json.RawMessage(text), importers.CRS{})
	case strings.ContainsAny(text, "[("):
		return importers.CRS{WKT: text}
	}
	return importers.CRS{Name: text}
}

// crs takes the id where it is EPSG's; of a compound system the horizontal one
// counts, of a bound system the one that the coordinates are in.
func (s *system) crs() importers.CRS {
	switch {
	case len(s.Components) > 0:
		return s.Components[0].crs()
	case s.ID != nil && strings.EqualFold(s.ID.Authority, "EPSG"):
		if n, err := strconv.ParseInt(s.ID.code(), 10, 32); err == nil && n > 0 {
			return importers.CRS{SRID: spatial.SRID(n), Reason: fmt.Sprintf("the file's PROJJSON says EPSG:%d", n)}
		}
	case s.ID != nil && strings.EqualFold(s.ID.Authority, "OGC") && strings.HasPrefix(s.ID.code(), "CRS84"):
		return importers.CRS{SRID: spatial.SRIDWGS84, Reason: "the file's PROJJSON says OGC:CRS84"}
	case s.Source != nil && s.Source.ID != nil:
		return s.Source.crs()
	}
	text, err := s.wkt()
	if err != nil {
		return importers.CRS{}
	}
	return importers.CRS{WKT: text}
}

var errSystem = errors.New("geoparquet: the reference system lacks a part")

// wkt writes the system as WKT 2 (ISO 19162:2019).
func (s *system) wkt() (string, error) {
	if s.Source != nil && s.Transformation != nil {
		source, err := s.Source.wkt()
		if err != nil {
			return "", err
		}
		target := ""
		if s.Target != nil {
			if target, err = s.Target.wkt(); err != nil {
				return "", err
			}
			target = ",TARGETCRS[" + target + "]"
		}
		return "BOUNDCRS[SOURCECRS[" + source + "]" + target + s.Transformation.wkt("ABRIDGEDTRANSFORMATION") + "]", nil
	}
	if s.Base != nil && s.Conversion != nil {
		datum, err := s.Base.datum()
		if err != nil {
			return "", err
		}
		return "PROJCRS[" + quoted(s.Name) + ",BASEGEOGCRS[" + quoted(s.Base.Name) + datum + "]" +
			s.Conversion.wkt("CONVERSION") + s.axes("Cartesian") + "]", nil
	}
	datum, err := s.datum()
	if err != nil {
		return "", err
	}
	return "GEOGCRS[" + quoted(s.Name) + datum + s.axes("ellipsoidal") + "]", nil
}

func (s *system) datum() (string, error) {
	d := s.Datum
	if d == nil {
		d = s.Ensemble
	}
	if d == nil || d.Ellipsoid == nil {
		return "", errSystem
	}
	e := d.Ellipsoid
	major, inverse := e.SemiMajor, 0.0
	switch {
	case major == nil && e.Radius != nil:
		major = e.Radius
	case major == nil:
		return "", errSystem
	case e.InverseF != nil:
		inverse = e.InverseF.Value
	case e.SemiMinor != nil && e.SemiMinor.Value != major.Value:
		inverse = major.Value / (major.Value - e.SemiMinor.Value)
	}
	length := major.Unit
	if length.Name == "" {
		length = unit{"LinearUnit", "metre", 1}
	}
	text := ",DATUM[" + quoted(d.Name) + ",ELLIPSOID[" + quoted(e.Name) + "," + number(major.Value) + "," + number(inverse) + length.wkt() + "]]"
	name, longitude, angle := "Greenwich", 0.0, unit{"AngularUnit", "degree", 0.0174532925199433}
	if m := d.Meridian; m != nil {
		name, longitude = m.Name, m.Longitude.Value
		if m.Longitude.Unit.Name != "" {
			angle = m.Longitude.Unit
		}
	}
	return text + ",PRIMEM[" + quoted(name) + "," + number(longitude) + angle.wkt() + "]", nil
}

func (o *operation) wkt(keyword string) string {
	var b strings.Builder
	b.WriteString("," + keyword + "[" + quoted(o.Name) + ",METHOD[" + quoted(o.Method.Name) + "]")
	for i := range o.Parameters {
		p := &o.Parameters[i]
		b.WriteString(",PARAMETER[" + quoted(p.Name) + "," + number(p.Value) + p.Unit.wkt() + "]")
	}
	return b.String() + "]"
}

func (s *system) axes(kind string) string {
	if s.Coordinates == nil || len(s.Coordinates.Axis) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, ",CS[%s,%d]", kind, len(s.Coordinates.Axis))
	for i := range s.Coordinates.Axis {
		a := &s.Coordinates.Axis[i]
		name := a.Name
		if a.Abbreviation != "" {
			name += " (" + a.Abbreviation + ")"
		}
		direction := "unspecified"
		if a.Direction != "" && strings.Trim(a.Direction, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			direction = a.Direction
		}
		fmt.Fprintf(&b, ",AXIS[%s,%s,ORDER[%d]%s]", quoted(name), direction, i+1, a.Unit.wkt())
	}
	return b.String()
}
