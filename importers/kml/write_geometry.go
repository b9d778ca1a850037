package kml

import (
	"encoding/binary"
	"math"
	"strconv"

	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// geometryWriter writes EWKB that wkb.Inspect has passed.
type geometryWriter struct {
	dst    []byte
	b      []byte
	stride int
	z      bool
	mode   []byte // altitudeMode, nil for the default: clamped to the ground
}

// appendGeometry appends the geometry. With heights of which one is not zero the
// altitude mode is absolute unless the caller has one.
func appendGeometry(dst, g []byte, d spatial.Dimensions, mode []byte) []byte {
	w := geometryWriter{dst: dst, b: g, stride: 8 * wkb.Stride(d), z: d == spatial.XYZ || d == spatial.XYZM, mode: mode}
	if w.z && len(mode) == 0 {
		if probe := w; probe.anyHeight() {
			w.mode = []byte("absolute")
		}
	}
	w.geometry()
	return w.dst
}

// anyHeight consumes the geometry.
func (w *geometryWriter) anyHeight() bool {
	kind := w.header()
	switch kind {
	case wkb.Point:
		return w.heights(1)
	case wkb.LineString:
		return w.heights(w.count())
	}
	found := false
	for range w.count() {
		if kind == wkb.Polygon {
			found = w.heights(w.count()) || found
		} else {
			found = w.anyHeight() || found
		}
	}
	return found
}

func (w *geometryWriter) heights(n int) bool {
	found := false
	for i := range n {
		z := w.ordinate(i*w.stride + 16)
		found = found || z != 0 && z == z
	}
	w.b = w.b[n*w.stride:]
	return found
}

func (w *geometryWriter) header() uint32 {
	kind := binary.LittleEndian.Uint32(w.b[1:]) & 0xff
	w.b = w.b[5:]
	return kind
}

func (w *geometryWriter) count() int {
	n := int(binary.LittleEndian.Uint32(w.b))
	w.b = w.b[4:]
	return n
}

func (w *geometryWriter) ordinate(at int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(w.b[at:]))
}

func (w *geometryWriter) text(s string) { w.dst = append(w.dst, s...) }

func (w *geometryWriter) geometry() {
	switch w.header() {
	case wkb.Point:
		if x, y := w.ordinate(0), w.ordinate(8); x != x && y != y { // empty
			w.b = w.b[w.stride:]
			return
		}
		w.text("<Point>")
		w.altitudeMode()
		w.coordinates(1, false)
		w.text("</Point>")
	case wkb.LineString:
		w.text("<LineString>")
		if w.mode == nil {
			w.text("<tessellate>1</tessellate>") // follows the ground
		}
		w.altitudeMode()
		w.coordinates(w.count(), false)
		w.text("</LineString>")
	case wkb.Polygon:
		w.polygon()
	default:
		w.text("<MultiGeometry>")
		for range w.count() {
			w.geometry()
		}
		w.text("</MultiGeometry>")
	}
}

func (w *geometryWriter) altitudeMode() {
	if len(w.mode) > 0 {
		w.text("<altitudeMode>")
		w.dst = markup.AppendEscaped(w.dst, w.mode)
		w.text("</altitudeMode>")
	}
}

// polygon writes the shell counter-clockwise (OGC 12-007r2 §10.9) and the holes
// against it.
func (w *geometryWriter) polygon() {
	w.text("<Polygon>")
	w.altitudeMode()
	for i := range w.count() {
		boundary := "outerBoundaryIs>"
		if i > 0 {
			boundary = "innerBoundaryIs>"
		}
		n := w.count()
		if n == 0 {
			continue
		}
		w.text("<" + boundary + "<LinearRing>")
		w.coordinates(n, (w.area(n) > 0) != (i == 0))
		w.text("</LinearRing></" + boundary)
	}
	w.text("</Polygon>")
}

// area is twice the signed area of the ring that comes next.
func (w *geometryWriter) area(n int) float64 {
	x0, y0 := w.ordinate(0), w.ordinate(8)
	sum, px, py := 0.0, 0.0, 0.0
	for i := 1; i < n; i++ {
		x, y := w.ordinate(i*w.stride)-x0, w.ordinate(i*w.stride+8)-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func (w *geometryWriter) coordinates(n int, reversed bool) {
	w.text("<coordinates>")
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ' ')
		}
		at := i * w.stride
		if reversed {
			at = (n - 1 - i) * w.stride
		}
		w.dst = append(appendFixed(w.dst, w.ordinate(at), 9), ',')
		w.dst = appendFixed(w.dst, w.ordinate(at+8), 9)
		if !w.z {
			continue
		}
		if z := w.ordinate(at + 16); z-z == 0 { // an unknown height is left out
			w.dst = appendFixed(append(w.dst, ','), z, 4)
		}
	}
	w.text("</coordinates>")
	w.b = w.b[n*w.stride:]
}

// appendFixed rounds to so many decimals and writes no zeros at the end.
func appendFixed(dst []byte, v float64, decimals int) []byte {
	at := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', decimals, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[at:]) == "-0" {
		dst = append(dst[:at], '0')
	}
	return dst
}
