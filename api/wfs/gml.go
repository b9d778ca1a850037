package wfs

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/twpayne/go-geom"

	"gisd/spatial"
)

// number writes a number without an exponent, rounded to the decimals.
func (d *document) number(v float64, decimals int) *document {
	scale := math.Pow10(decimals)
	if rounded := math.Round(v*scale) / scale; !math.IsInf(rounded, 0) && !math.IsNaN(rounded) {
		v = rounded
	}
	if v == 0 {
		v = 0 // without a sign
	}
	d.b = strconv.AppendFloat(d.b, v, 'f', -1, 64)
	return d
}

// value writes a property as XML Schema has it.
func (d *document) value(t spatial.FieldType, v any) {
	switch v := v.(type) {
	case string:
		d.text(v)
	case int64:
		d.b = strconv.AppendInt(d.b, v, 10)
	case float64:
		d.b = strconv.AppendFloat(d.b, v, 'g', -1, 64)
	case bool:
		d.b = strconv.AppendBool(d.b, v)
	case time.Time:
		form := time.RFC3339Nano
		if t == spatial.FieldDate {
			form = time.DateOnly
		}
		d.b = v.UTC().AppendFormat(d.b, form)
	case json.RawMessage:
		d.text(string(v))
	}
}

// gmlWriter writes geometries as GML 3.2 (OGC 07-036 §10, §11). It serves one
// goroutine.
type gmlWriter struct {
	d        *document
	name     string // srsName
	latLon   bool
	decimals int
	id       string // of the feature; those of geometries begin with it
	parts    int
}

// open begins an element with an id of its own.
func (w *gmlWriter) open(element string, root bool) {
	w.parts++
	w.d.raw("<gml:").raw(element).raw(` gml:id="`).raw(w.id).raw(".g").raw(strconv.Itoa(w.parts)).raw(`"`)
	if root {
		w.d.raw(` srsName="`).text(w.name).raw(`"`)
	}
	w.d.raw(">")
}

func (w *gmlWriter) close(element string) { w.d.raw("</gml:").raw(element).raw(">") }

// gml writes g as the type that its collection promises: a single part of a
// multi-geometry is one all the same.
func (w *gmlWriter) gml(t spatial.GeometryType, g geom.T) {
	switch t {
	case spatial.GeometryMultiPoint, spatial.GeometryMultiLineString, spatial.GeometryMultiPolygon:
		w.multi(g, true)
	default:
		w.any(g, true)
	}
}

func (w *gmlWriter) any(g geom.T, root bool) {
	switch g := g.(type) {
	case *geom.Point:
		w.point(g, root)
	case *geom.LineString:
		w.line(g, root)
	case *geom.Polygon:
		w.polygon(g, root)
	case *geom.GeometryCollection:
		w.open("MultiGeometry", root)
		for _, part := range g.Geoms() {
			w.d.raw("<gml:geometryMember>")
			w.any(part, false)
			w.d.raw("</gml:geometryMember>")
		}
		w.close("MultiGeometry")
	default:
		w.multi(g, root)
	}
}

// multi writes the parts of g, or g as the only one.
func (w *gmlWriter) multi(g geom.T, root bool) {
	element, member := "MultiPoint", "pointMember"
	var parts []geom.T
	switch g := g.(type) {
	case *geom.MultiPoint:
		for i := range g.NumPoints() {
			parts = append(parts, g.Point(i))
		}
	case *geom.MultiLineString:
		element, member = "MultiCurve", "curveMember"
		for i := range g.NumLineStrings() {
			parts = append(parts, g.LineString(i))
		}
	case *geom.MultiPolygon:
		element, member = "MultiSurface", "surfaceMember"
		for i := range g.NumPolygons() {
			parts = append(parts, g.Polygon(i))
		}
	case *geom.LineString:
		element, member, parts = "MultiCurve", "curveMember", []geom.T{g}
	case *geom.Polygon:
		element, member, parts = "MultiSurface", "surfaceMember", []geom.T{g}
	default:
		parts = []geom.T{g}
	}
	w.open(element, root)
	for _, part := range parts {
		w.d.raw("<gml:").raw(member).raw(">")
		w.any(part, false)
		w.d.raw("</gml:").raw(member).raw(">")
	}
	w.close(element)
}

func (w *gmlWriter) point(g *geom.Point, root bool) {
	w.open("Point", root)
	w.d.raw("<gml:pos").raw(dimension(g)).raw(">")
	w.positions(g.FlatCoords(), g)
	w.d.raw("</gml:pos>")
	w.close("Point")
}

func (w *gmlWriter) line(g *geom.LineString, root bool) {
	w.open("LineString", root)
	w.posList(g.FlatCoords(), g)
	w.close("LineString")
}

func (w *gmlWriter) polygon(g *geom.Polygon, root bool) {
	w.open("Polygon", root)
	from := 0
	for i, end := range g.Ends() {
		side := "interior"
		if i == 0 {
			side = "exterior"
		}
		w.d.raw("<gml:").raw(side).raw("><gml:LinearRing>")
		w.posList(g.FlatCoords()[from:end], g)
		w.d.raw("</gml:LinearRing></gml:").raw(side).raw(">")
		from = end
	}
	w.close("Polygon")
}

func (w *gmlWriter) posList(flat []float64, g geom.T) {
	w.d.raw("<gml:posList").raw(dimension(g)).raw(">")
	w.positions(flat, g)
	w.d.raw("</gml:posList>")
}

// dimension is that of a position. Measures have no place in GML; a height needs
// a system of three dimensions, which is said by srsDimension alone, as programs
// read it.
func dimension(g geom.T) string {
	if hasZ(g) {
		return ` srsDimension="3"`
	}
	return ` srsDimension="2"`
}

func hasZ(g geom.T) bool { return g.Layout() == geom.XYZ || g.Layout() == geom.XYZM }

func (w *gmlWriter) positions(flat []float64, g geom.T) {
	for at := 0; at < len(flat); at += g.Stride() {
		if at > 0 {
			w.d.raw(" ")
		}
		x, y := flat[at], flat[at+1]
		if w.latLon {
			x, y = y, x
		}
		w.d.number(x, w.decimals).raw(" ").number(y, w.decimals)
		if hasZ(g) {
			w.d.raw(" ").number(flat[at+2], 4)
		}
	}
}
