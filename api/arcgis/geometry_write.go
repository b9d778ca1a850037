package arcgis

import (
	"math"
	"slices"
	"strconv"

	"github.com/twpayne/go-geom"
)

// geometryWriter writes geometries as Esri's JSON: outer rings clockwise, holes
// counter-clockwise, all rings of all parts in one list. It serves one goroutine.
type geometryWriter struct {
	b        []byte
	decimals int
	z        bool
}

// appendAs writes g as the type of its layer, null for none.
func (w *geometryWriter) appendAs(kind string, g geom.T) {
	if g == nil || g.Empty() {
		w.b = append(w.b, "null"...)
		return
	}
	switch kind {
	case "esriGeometryPoint":
		w.point(g)
	case "esriGeometryMultipoint":
		w.lists("points", [][]float64{g.FlatCoords()}, g.Stride(), false)
	case "esriGeometryPolyline":
		w.lists("paths", lines(g), g.Stride(), true)
	default:
		w.lists("rings", rings(g), g.Stride(), true)
	}
}

func (w *geometryWriter) point(g geom.T) {
	flat := g.FlatCoords()
	w.b = append(w.b, `{"x":`...)
	w.number(flat[0])
	w.b = append(w.b, `,"y":`...)
	w.number(flat[1])
	if w.z && hasZ(g) {
		w.b = append(w.b, `,"z":`...)
		w.number(flat[2])
	}
	w.b = append(w.b, '}')
}

func hasZ(g geom.T) bool { return g.Layout() == geom.XYZ || g.Layout() == geom.XYZM }

// lists writes lists of positions, one within the other where nested.
func (w *geometryWriter) lists(name string, lists [][]float64, stride int, nested bool) {
	w.b = append(append(append(w.b, `{"`...), name...), `":[`...)
	for i, flat := range lists {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		if nested {
			w.b = append(w.b, '[')
		}
		for at := 0; at < len(flat); at += stride {
			if at > 0 {
				w.b = append(w.b, ',')
			}
			w.b = append(w.b, '[')
			w.number(flat[at])
			w.b = append(w.b, ',')
			w.number(flat[at+1])
			if w.z && stride > 2 {
				w.b = append(w.b, ',')
				w.number(flat[at+2])
			}
			w.b = append(w.b, ']')
		}
		if nested {
			w.b = append(w.b, ']')
		}
	}
	w.b = append(w.b, "]}"...)
}

func (w *geometryWriter) number(v float64) {
	scale := math.Pow10(w.decimals)
	if rounded := math.Round(v*scale) / scale; !math.IsInf(rounded, 0) && !math.IsNaN(rounded) {
		v = rounded
	}
	if v == 0 {
		v = 0 // without a sign
	}
	w.b = strconv.AppendFloat(w.b, v, 'f', -1, 64)
}

func lines(g geom.T) [][]float64 {
	if m, ok := g.(*geom.MultiLineString); ok {
		return split(m.FlatCoords(), m.Ends())
	}
	return [][]float64{g.FlatCoords()}
}

func split(flat []float64, ends []int) [][]float64 {
	var out [][]float64
	from := 0
	for _, end := range ends {
		if end > from {
			out = append(out, flat[from:end])
		}
		from = end
	}
	return out
}

// rings are those of all parts, turned as Esri wants them.
func rings(g geom.T) [][]float64 {
	var out [][]float64
	add := func(p *geom.Polygon) {
		for i, ring := range split(p.FlatCoords(), p.Ends()) {
			if clockwise(ring, p.Stride()) != (i == 0) {
				ring = reversed(ring, p.Stride())
			}
			out = append(out, ring)
		}
	}
	switch g := g.(type) {
	case *geom.Polygon:
		add(g)
	case *geom.MultiPolygon:
		for i := range g.NumPolygons() {
			add(g.Polygon(i))
		}
	}
	return out
}

func clockwise(ring []float64, stride int) bool {
	sum := 0.0
	for i := 0; i+stride+1 < len(ring); i += stride {
		sum += (ring[i]-ring[0])*(ring[i+stride+1]-ring[1]) - (ring[i+stride]-ring[0])*(ring[i+1]-ring[1])
	}
	return sum < 0
}

func reversed(ring []float64, stride int) []float64 {
	out := make([]float64, 0, len(ring))
	for at := len(ring) - stride; at >= 0; at -= stride {
		out = append(out, ring[at:at+stride]...)
	}
	return slices.Clip(out)
}
