package kml

import (
	"fmt"

	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// maxGeometry bounds the EWKB of one placemark: a text of short numbers grows
// as it is read.
const maxGeometry = 48 << 20

// leading is the room for the header of what holds several parts.
const leading = 9

// geometry collects the parts of one placemark's geometry.
type geometry struct {
	dims   spatial.Dimensions
	buf    []byte // room for a header, then the parts as EWKB
	holes  []byte // inner rings that stand before their outer one
	text   []byte
	parts  int
	multi  bool   // some container was there, with however many parts
	kinds  uint32 // bit per type code of the parts
	height bool   // an altitude is not zero
}

func (g *geometry) reset() {
	*g = geometry{dims: g.dims, buf: append(g.buf[:0], make([]byte, leading)...), holes: g.holes[:0], text: g.text[:0]}
}

// isGeometry tells the elements that add understands.
func isGeometry(name string) bool {
	switch name {
	case "Point", "LineString", "LinearRing", "Polygon", "Model", "Track",
		"MultiGeometry", "MultiTrack", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection":
		return true
	}
	return false
}

// result is the geometry as EWKB, nil for none, with its type code. Parts of one
// type make its multi type, of several a collection.
func (g *geometry) result() ([]byte, uint32) {
	if g.parts == 0 {
		return nil, 0
	}
	kind := uint32(wkb.GeometryCollection)
	for _, k := range [...]uint32{wkb.Point, wkb.LineString, wkb.Polygon} {
		if g.kinds == 1<<k {
			kind = k
		}
	}
	if !g.multi && g.parts == 1 {
		return g.buf[leading:], kind
	}
	if kind != wkb.GeometryCollection {
		kind += 3
	}
	wkb.AppendCount(wkb.AppendHeader(g.buf[:0], kind, g.dims), g.parts)
	return g.buf, kind
}

// add reads one geometry element, which was entered last; p sees what else it
// holds.
func (g *geometry) add(r *markup.Reader, e markup.Element, p *placemark) error {
	switch e.Name {
	case "Point":
		return g.simple(r, wkb.Point, p)
	case "LineString", "LinearRing":
		return g.simple(r, wkb.LineString, p)
	case "Polygon":
		return g.polygon(r, p)
	case "Model":
		return g.model(r, p)
	case "Track":
		return g.track(r, p)
	}
	g.multi = true
	return r.Children(func(e markup.Element) error {
		if isGeometry(e.Name) {
			return g.add(r, e, p)
		}
		return p.geometryMember(r, e)
	})
}

func (g *geometry) part(kind uint32) { g.parts++; g.kinds |= 1 << kind }

// simple reads a Point or line; one without positions is none.
func (g *geometry) simple(r *markup.Reader, kind uint32, p *placemark) error {
	return r.Children(func(e markup.Element) error {
		if e.Name != "coordinates" {
			return p.geometryMember(r, e)
		}
		start := len(g.buf)
		g.buf = wkb.AppendHeader(g.buf, kind, g.dims)
		most := -1
		if kind == wkb.Point {
			most = 1
		} else {
			g.buf = wkb.AppendCount(g.buf, 0)
		}
		var n int
		var err error
		if g.buf, n, err = g.coordinates(r, g.buf, most, p); err != nil || n == 0 {
			g.buf = g.buf[:start]
			return err
		}
		if kind != wkb.Point {
			wkb.SetCount(g.buf, start+5, n)
		}
		g.part(kind)
		return nil
	})
}

func (g *geometry) polygon(r *markup.Reader, p *placemark) error {
	start, rings := len(g.buf), 0
	g.buf = wkb.AppendCount(wkb.AppendHeader(g.buf, wkb.Polygon, g.dims), 0)
	g.holes = g.holes[:0]
	holes := 0
	err := r.Children(func(e markup.Element) error {
		switch e.Name {
		case "outerBoundaryIs":
			n, err := g.rings(r, &g.buf, p)
			rings += n
			return err
		case "innerBoundaryIs":
			n, err := g.rings(r, &g.holes, p)
			holes += n
			return err
		}
		return p.geometryMember(r, e)
	})
	if err != nil || rings == 0 {
		g.buf = g.buf[:start]
		return err
	}
	g.buf = append(g.buf, g.holes...)
	wkb.SetCount(g.buf, start+5, rings+holes)
	g.part(wkb.Polygon)
	return nil
}

// rings appends the rings of a boundary; KML before 2.2 puts several into one.
func (g *geometry) rings(r *markup.Reader, dst *[]byte, p *placemark) (rings int, err error) {
	err = r.Children(func(e markup.Element) error {
		if e.Name != "LinearRing" {
			return nil
		}
		return r.Children(func(e markup.Element) error {
			if e.Name != "coordinates" {
				return nil
			}
			start := len(*dst)
			*dst = wkb.AppendCount(*dst, 0)
			var n int
			var err error
			if *dst, n, err = g.coordinates(r, *dst, -1, p); err != nil || n == 0 {
				*dst = (*dst)[:start]
				return err
			}
			wkb.SetCount(*dst, start, n)
			rings++
			return nil
		})
	})
	return rings, err
}

// model takes the place of a 3-D model.
func (g *geometry) model(r *markup.Reader, p *placemark) error {
	return r.Children(func(e markup.Element) error {
		if e.Name != "Location" {
			return p.geometryMember(r, e)
		}
		var at [3]float64
		found := 0
		err := r.Children(func(e markup.Element) error {
			i := -1
			switch e.Name {
			case "longitude":
				i = 0
			case "latitude":
				i = 1
			case "altitude":
				i = 2
			default:
				return nil
			}
			var err error
			if g.text, err = r.Text(g.text[:0]); err != nil {
				return err
			}
			v, ok := parseFloat(trim(g.text))
			if !ok {
				p.fault(fmt.Errorf("%s %.40q is no number", e.Name, g.text))
				return nil
			}
			at[i] = v
			found |= 1 << i
			return nil
		})
		if err == nil && found&3 == 3 {
			g.buf = wkb.AppendHeader(g.buf, wkb.Point, g.dims)
			g.buf = g.position(g.buf, at)
			g.part(wkb.Point)
		}
		return err
	})
}

// track reads gx:Track: a line of positions with their times, of which the first
// and the last become begin and end of the placemark.
func (g *geometry) track(r *markup.Reader, p *placemark) error {
	start, n := len(g.buf), 0
	g.buf = wkb.AppendCount(wkb.AppendHeader(g.buf, wkb.LineString, g.dims), 0)
	err := r.Children(func(e markup.Element) error {
		switch e.Name {
		case "coord":
			var err error
			if g.text, err = r.Text(g.text[:0]); err != nil {
				return err
			}
			var more int
			if g.buf, more, err = g.parse(g.buf, g.text, 1); err != nil {
				p.fault(err)
			}
			n += more
			return nil
		case "when":
			return p.when(r)
		case "ExtendedData":
			return nil // arrays, one value a position
		}
		return p.geometryMember(r, e)
	})
	if err != nil || n == 0 {
		g.buf = g.buf[:start]
		return err
	}
	wkb.SetCount(g.buf, start+5, n)
	g.part(wkb.LineString)
	return nil
}
