package wkb

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"gisd/spatial"
)

// AppendText appends a geometry, little-endian EWKB without an SRID of the
// dimensions d, as well-known text (OGC 06-103r4 §7.2): "POLYGON Z ((0 0 1, …))".
// Numbers are the shortest that read back as the same value. The error wraps
// ErrMalformed.
func AppendText(dst, g []byte, d spatial.Dimensions) ([]byte, error) {
	w := textWriter{b: g, dst: dst, stride: Stride(d), flags: Flags(d)}
	switch d {
	case spatial.XYZ:
		w.suffix = " Z"
	case spatial.XYM:
		w.suffix = " M"
	case spatial.XYZM:
		w.suffix = " ZM"
	}
	if err := w.geometry(0, true); err != nil {
		return dst, err
	}
	return w.dst, nil
}

type textWriter struct {
	b, dst []byte
	stride int
	flags  uint32
	suffix string
}

func (w *textWriter) geometry(depth int, tagged bool) error {
	if depth > maxDepth || len(w.b) < 5 || w.b[0] != 1 {
		return fmt.Errorf("%w: no geometry to write", ErrMalformed)
	}
	word := binary.LittleEndian.Uint32(w.b[1:])
	kind := word &^ w.flags
	w.b = w.b[5:]
	if word&(FlagZ|FlagM|FlagSRID) != w.flags || kind == 0 || kind > GeometryCollection {
		return fmt.Errorf("%w: type word %#x", ErrMalformed, word)
	}
	if tagged {
		for i := range textKinds {
			if textKinds[i].kind == kind {
				w.dst = append(append(w.dst, textKinds[i].name...), w.suffix...)
				w.dst = append(w.dst, ' ')
				break
			}
		}
	}
	switch kind {
	case Point:
		if len(w.b) < 8*w.stride {
			return fmt.Errorf("%w: cut short", ErrMalformed)
		}
		if x := float(w.b); math.IsNaN(x) {
			w.b = w.b[8*w.stride:]
			w.dst = append(w.dst, "EMPTY"...)
			return nil
		}
		w.dst = append(w.dst, '(')
		w.position()
		w.dst = append(w.dst, ')')
		return nil
	case LineString:
		return w.list(8*w.stride, func() error { w.position(); return nil })
	case Polygon:
		return w.list(4, func() error {
			return w.list(8*w.stride, func() error { w.position(); return nil })
		})
	}
	return w.list(9, func() error { return w.geometry(depth+1, kind == GeometryCollection) })
}

func (w *textWriter) list(size int, item func() error) error {
	if len(w.b) < 4 {
		return fmt.Errorf("%w: cut short", ErrMalformed)
	}
	n := binary.LittleEndian.Uint32(w.b)
	w.b = w.b[4:]
	if uint64(n)*uint64(size) > uint64(len(w.b)) {
		return fmt.Errorf("%w: %d parts in %d bytes", ErrMalformed, n, len(w.b))
	}
	if n == 0 {
		w.dst = append(w.dst, "EMPTY"...)
		return nil
	}
	for i := range n {
		c := byte(',')
		if i == 0 {
			c = '('
		}
		w.dst = append(w.dst, c)
		if err := item(); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ')')
	return nil
}

func (w *textWriter) position() {
	for i := range w.stride {
		if i > 0 {
			w.dst = append(w.dst, ' ')
		}
		w.dst = AppendDecimal(w.dst, float(w.b[8*i:]))
	}
	w.b = w.b[8*w.stride:]
}

// AppendDecimal appends the shortest decimal form that reads back as v, without
// an exponent where that is not long.
func AppendDecimal(dst []byte, v float64) []byte {
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-9 || a >= 1e17) {
		format = 'g'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// PointOf reads the position of a little-endian EWKB point without an SRID of
// the dimensions d; z is 0 where there is none. An empty point is NaN. The error
// wraps ErrMalformed.
func PointOf(g []byte, d spatial.Dimensions) (x, y, z float64, err error) {
	stride := Stride(d)
	if len(g) != 5+8*stride || g[0] != 1 || binary.LittleEndian.Uint32(g[1:]) != Point|Flags(d) {
		return 0, 0, 0, fmt.Errorf("%w: no point", ErrMalformed)
	}
	x, y = float(g[5:]), float(g[13:])
	if d == spatial.XYZ || d == spatial.XYZM {
		z = float(g[21:])
	}
	return x, y, z, nil
}
