package wkb

import (
	"encoding/binary"
	"math"

	"gisd/spatial"
)

// Runs hands over every run of positions of a geometry that Inspect accepts, in
// order: a point, a line, a ring, with 8 × Stride bytes a position. kind is Point,
// LineString or Polygon; ring is 0 but for the holes of a polygon. It stops when f
// returns false. f may change the bytes.
func Runs(g []byte, d spatial.Dimensions, f func(kind uint32, ring int, run []byte) bool) {
	w := runner{b: g, step: 8 * Stride(d), f: f}
	w.geometry()
}

type runner struct {
	b    []byte
	step int
	f    func(uint32, int, []byte) bool
}

func (w *runner) geometry() bool {
	kind := binary.LittleEndian.Uint32(w.b[1:]) & 0xff
	w.b = w.b[5:]
	if kind == Point {
		return w.run(kind, 0, 1)
	}
	n := w.count()
	if kind == LineString {
		return w.run(kind, 0, n)
	}
	for i := range n {
		if kind == Polygon {
			if !w.run(kind, i, w.count()) {
				return false
			}
		} else if !w.geometry() {
			return false
		}
	}
	return true
}

func (w *runner) count() int {
	n := int(binary.LittleEndian.Uint32(w.b))
	w.b = w.b[4:]
	return n
}

func (w *runner) run(kind uint32, ring, n int) bool {
	run := w.b[:n*w.step]
	w.b = w.b[n*w.step:]
	return w.f(kind, ring, run)
}

// Position reads x and y of the position at the head of b.
func Position(b []byte) (x, y float64) { return float(b), float(b[8:]) }

// Edit replaces every x and y of a geometry that Inspect accepts, in place.
func Edit(g []byte, d spatial.Dimensions, f func(x, y float64) (float64, float64)) {
	step := 8 * Stride(d)
	Runs(g, d, func(_ uint32, _ int, run []byte) bool {
		for ; len(run) > 0; run = run[step:] {
			x, y := f(Position(run))
			binary.LittleEndian.PutUint64(run, math.Float64bits(x))
			binary.LittleEndian.PutUint64(run[8:], math.Float64bits(y))
		}
		return true
	})
}
