package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// kindOf is the WKB type code of a GeoJSON geometry type, 0 for another word.
func kindOf(name []byte) uint32 {
	switch string(name) {
	case "Point":
		return wkb.Point
	case "LineString":
		return wkb.LineString
	case "Polygon":
		return wkb.Polygon
	case "MultiPoint":
		return wkb.MultiPoint
	case "MultiLineString":
		return wkb.MultiLineString
	case "MultiPolygon":
		return wkb.MultiPolygon
	case "GeometryCollection":
		return wkb.GeometryCollection
	}
	return 0
}

// rawGeometry is a geometry object taken apart.
type rawGeometry struct {
	kind        uint32
	coordinates []byte
	geometries  []byte
}

func splitGeometry(raw []byte) (g rawGeometry, err error) {
	err = members(raw, func(key, value []byte) error {
		switch string(key) {
		case "type":
			if len(value) < 2 || value[0] != '"' {
				return errors.New(`"type" of the geometry is no text`)
			}
			if g.kind = kindOf(value[1 : len(value)-1]); g.kind == 0 {
				return fmt.Errorf("geometry type %.40s is unknown", value)
			}
		case "coordinates":
			g.coordinates = value
		case "geometries":
			g.geometries = value
		}
		return nil
	})
	switch {
	case err != nil:
	case g.kind == 0:
		err = errors.New(`the geometry has no "type"`)
	case g.kind == wkb.GeometryCollection && (len(g.geometries) == 0 || g.geometries[0] != '['):
		err = errors.New(`the GeometryCollection has no "geometries"`)
	case g.kind != wkb.GeometryCollection && (len(g.coordinates) == 0 || g.coordinates[0] != '['):
		err = errors.New(`the geometry has no "coordinates"`)
	}
	return g, err
}

// geometryWriter turns geometry objects into EWKB.
type geometryWriter struct {
	dims spatial.Dimensions
	dst  []byte
	n    int // positions written
}

// append appends the geometry, which may be null; an empty one adds nothing.
func (w *geometryWriter) append(dst, raw []byte) ([]byte, error) {
	w.dst, w.n = dst, 0
	at := len(dst)
	if err := w.geometry(raw, 0); err != nil {
		return dst, err
	}
	if w.n == 0 {
		return w.dst[:at], nil
	}
	return w.dst, nil
}

func (w *geometryWriter) geometry(raw []byte, depth int) error {
	if depth > 8 {
		return errDeep
	}
	g, err := splitGeometry(raw)
	if err != nil {
		return err
	}
	if g.kind == wkb.GeometryCollection {
		w.dst = wkb.AppendHeader(w.dst, g.kind, w.dims)
		p := parser{b: g.geometries}
		return w.list(&p, func(p *parser) error {
			part, err := p.raw()
			if err != nil {
				return err
			}
			return w.geometry(part, depth+1)
		})
	}
	p := parser{b: g.coordinates}
	return w.shape(&p, g.kind)
}

// shape writes the coordinates of one geometry. A Point without coordinates is
// written as EWKB has it, all NaN.
func (w *geometryWriter) shape(p *parser, kind uint32) error {
	w.dst = wkb.AppendHeader(w.dst, kind, w.dims)
	switch kind {
	case wkb.Point:
		if empty := *p; empty.take('[') && empty.take(']') {
			for range wkb.Stride(w.dims) {
				w.dst = wkb.AppendFloat(w.dst, math.NaN())
			}
			return nil
		}
		return w.position(p)
	case wkb.LineString:
		return w.list(p, w.position)
	case wkb.Polygon:
		return w.list(p, func(p *parser) error { return w.list(p, w.position) })
	}
	return w.list(p, func(p *parser) error { return w.shape(p, kind-3) })
}

// list writes a count and what item writes for each element of an array.
func (w *geometryWriter) list(p *parser, item func(*parser) error) error {
	at := len(w.dst)
	w.dst = wkb.AppendCount(w.dst, 0)
	if !p.take('[') {
		return errors.New("the coordinates are not nested as the geometry type demands")
	}
	if p.take(']') {
		return nil
	}
	n := 0
	for {
		if err := item(p); err != nil {
			return err
		}
		n++
		if p.take(']') {
			wkb.SetCount(w.dst, at, n)
			return nil
		}
		if !p.take(',') {
			return errSyntax
		}
	}
}

// position writes x, y and, where the layer has it, z (0 when missing). Members
// past the third are ignored (RFC 7946 §3.1.1).
func (w *geometryWriter) position(p *parser) error {
	if !p.take('[') {
		return errors.New("the coordinates are not nested as the geometry type demands")
	}
	var v [3]float64
	n := 0
	for ; ; n++ {
		raw, err := p.raw()
		if err != nil {
			return errors.New("a position has fewer than two numbers")
		}
		if n < 3 {
			f, ok := number(raw)
			if !ok || math.IsInf(f, 0) {
				return fmt.Errorf("%.40s in a position is no number", bytes.Join(bytes.Fields(raw[:min(len(raw), 400)]), []byte(" ")))
			}
			v[n] = f
		}
		if p.take(']') {
			break
		}
		if !p.take(',') {
			return errSyntax
		}
	}
	if n < 1 {
		return errors.New("a position has fewer than two numbers")
	}
	w.n++
	w.dst = wkb.AppendFloat(wkb.AppendFloat(w.dst, v[0]), v[1])
	if w.dims == spatial.XYZ {
		w.dst = wkb.AppendFloat(w.dst, v[2])
	}
	return nil
}

// hasZ looks at the first position of every part that is easily reached: the
// dimensions of a geometry are those of its first position.
func hasZ(g rawGeometry) bool {
	if g.kind == wkb.GeometryCollection {
		p := parser{b: g.geometries}
		if !p.take('[') {
			return false
		}
		for p.next() == '{' {
			raw, err := p.raw()
			if err != nil {
				return false
			}
			if part, err := splitGeometry(raw); err == nil && hasZ(part) {
				return true
			}
			p.take(',')
		}
		return false
	}
	p := parser{b: g.coordinates}
	for p.take('[') {
	}
	commas := 0
	for ; p.i < len(p.b) && p.b[p.i] != ']'; p.i++ {
		if p.b[p.i] == ',' {
			commas++
		}
	}
	return commas >= 2
}
