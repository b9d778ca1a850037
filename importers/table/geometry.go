package table

import (
	"gisd/importers/geojson"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// form is how a geometry is written in a column.
type form uint8

const (
	formText form = iota + 1 // WKT, EWKT
	formHex                  // WKB, EWKB in hexadecimal digits
	formJSON                 // a GeoJSON geometry object
)

// geometryColumn is what the survey learns of a column as geometry.
type geometryColumn struct {
	likely    bool // by its name
	out       bool // it holds something else
	good, bad int64
	kinds     uint32 // bit per type code
	z, m      bool
	srid      spatial.SRID
	form      form
	manySRIDs bool
}

func formOf(b []byte) form {
	switch c := b[0]; {
	case c == '{':
		return formJSON
	case c == '0':
		return formHex
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return formText
	}
	return 0
}

func (g *geometryColumn) see(b []byte) {
	if g.out || isVoid(b) {
		return
	}
	info, f, ok := inspectGeometry(b)
	if !ok {
		g.bad++
		g.out = !g.likely || g.bad > 100 && g.good == 0
		return
	}
	if g.good == 0 {
		g.form, g.srid = f, info.SRID
	}
	g.good++
	g.kinds |= 1 << info.Kind
	g.z = g.z || info.Dimensions == spatial.XYZ || info.Dimensions == spatial.XYZM
	g.m = g.m || info.Dimensions == spatial.XYM || info.Dimensions == spatial.XYZM
	if info.SRID != g.srid {
		g.manySRIDs = true
	}
}

// inspectGeometry reads the type of a geometry in any of the forms.
func inspectGeometry(b []byte) (wkb.TextInfo, form, bool) {
	f := formOf(b)
	switch f {
	case formText:
		info, err := wkb.InspectText(b)
		return info, f, err == nil
	case formHex:
		if len(b) < 18 {
			return wkb.TextInfo{}, f, false
		}
		info, err := wkb.InspectHex(b)
		return info, f, err == nil
	case formJSON:
		kind, z, err := geojson.InspectGeometry(b)
		return wkb.TextInfo{Kind: kind, Dimensions: wkb.DimensionsOf(z, false)}, f, err == nil
	}
	return wkb.TextInfo{}, f, false
}

// geometryType is the narrowest type that holds all kinds.
func geometryType(kinds uint32) spatial.GeometryType {
	out := spatial.GeometryType("")
	for k := uint32(1); k <= wkb.Triangle; k++ {
		if kinds>>k&1 == 0 {
			continue
		}
		switch t := wkb.TypeOf(k); {
		case out == "" || out == t:
			out = t
		case "Multi"+out == t:
			out = t
		case out == "Multi"+t:
		default:
			return spatial.GeometryAny
		}
	}
	if out == "" {
		return spatial.GeometryAny
	}
	return out
}
