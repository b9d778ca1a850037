package kml

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// maxGeometry bounds the EWKB of one placemark: a text of short numbers grows
// as it is read.
const maxGeometry = 64 << 20

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

// coordinates appends the positions of a coordinates element, at most so many;
// what is wrong with them is the placemark's fault.
func (g *geometry) coordinates(r *markup.Reader, dst []byte, most int, p *placemark) ([]byte, int, error) {
	var err error
	if g.text, err = r.Text(g.text[:0]); err != nil {
		return dst, 0, err
	}
	dst, n, err := g.parse(dst, g.text, most)
	if err != nil {
		p.fault(err)
		return dst, 0, nil
	}
	return dst, n, nil
}

var errBig = errors.New("the geometry has too many positions to be read")

// parse reads tuples of two or more numbers with commas inside and white space
// between (OGC 12-007r2 §16.10), also with white space behind the commas or a
// comma behind the tuple; a point without any comma is one position. Numbers
// after the third are dropped.
func (g *geometry) parse(dst, text []byte, most int) ([]byte, int, error) {
	n := 0
	spaced := most == 1 && bytes.IndexByte(text, ',') < 0
	for i := skipBlanks(text, 0); i < len(text) && n != most; n++ {
		at, next, err := tuple(text, i, spaced)
		if err != nil {
			return dst, 0, fmt.Errorf("position %d: %w", n+1, err)
		}
		if len(dst) > maxGeometry {
			return dst, 0, errBig
		}
		dst, i = g.position(dst, at), next
	}
	return dst, n, nil
}

// tuple reads one position from i on and says where the next begins.
func tuple(text []byte, i int, spaced bool) (at [3]float64, next int, err error) {
	tight := true // no blank behind the first comma
	for k := 0; ; k++ {
		end := i
		for end < len(text) && text[end] != ',' && !blank(text[end]) {
			end++
		}
		v, ok := parseFloat(text[i:end])
		if !ok && (end > i || k < 2) {
			return at, 0, fmt.Errorf("%.40q is no number", text[i:end])
		}
		if k < 3 {
			at[k] = v
		}
		i = skipBlanks(text, end)
		comma := i < len(text) && text[i] == ','
		if comma {
			i++
		}
		last := i == len(text) || !comma && !spaced
		if comma && i < len(text) && blank(text[i]) {
			last = k == 1 && tight || k == 2 // "1,2, 3,4" and "1,2,3, 4,5,6", but "1, 2, 3"
			tight = false
			i = skipBlanks(text, i)
			last = last || i == len(text)
		}
		if !last {
			continue
		}
		if k == 0 {
			return at, 0, errors.New("it has one coordinate only")
		}
		return at, i, nil
	}
}

func (g *geometry) position(dst []byte, at [3]float64) []byte {
	g.height = g.height || at[2] != 0 && at[2] == at[2]
	dst = wkb.AppendFloat(wkb.AppendFloat(dst, at[0]), at[1])
	if g.dims == spatial.XYZ {
		dst = wkb.AppendFloat(dst, at[2])
	}
	return dst
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func skipBlanks(b []byte, i int) int {
	for i < len(b) && blank(b[i]) {
		i++
	}
	return i
}

func trim(b []byte) []byte {
	b = b[skipBlanks(b, 0):]
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// parseFloat lends the bytes to strconv as a string for the time of the call.
func parseFloat(b []byte) (float64, bool) {
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return v, err == nil
}
