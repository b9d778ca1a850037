package geojson

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"gisd/importers/wkb"
)

// zDecimals bounds the digits of heights: they are metres also where x and y
// are degrees.
const zDecimals = 4

// AppendGeometry appends an EWKB geometry of either byte order as GeoJSON, or
// null for none and for an empty one. See AppendFeature for digits and rings.
func AppendGeometry(dst, ewkb []byte, decimals int) ([]byte, error) {
	if len(ewkb) == 0 {
		return append(dst, "null"...), nil
	}
	at := len(dst)
	decimals = min(max(decimals, 0), 15)
	e := geometryEncoder{b: ewkb, dst: dst, xy: newFixed(decimals), heights: newFixed(min(decimals, zDecimals))}
	if err := e.geometry(0); err != nil {
		return dst[:at], err
	}
	if e.positions == 0 {
		return append(dst[:at], "null"...), nil
	}
	return e.dst, nil
}

type geometryEncoder struct {
	b         []byte
	dst       []byte
	xy        fixed
	heights   fixed
	positions int
	order     binary.ByteOrder
	little    bool
	stride    int // bytes of a position
	z         bool
}

// header reads byte order, type and SRID and returns the type code.
func (e *geometryEncoder) header() (uint32, error) {
	if len(e.b) < 5 || e.b[0] > 1 {
		return 0, wkb.ErrMalformed
	}
	e.order, e.little = binary.BigEndian, e.b[0] == 1
	if e.little {
		e.order = binary.LittleEndian
	}
	word := e.order.Uint32(e.b[1:])
	e.b = e.b[5:]
	if word&wkb.FlagSRID != 0 {
		if len(e.b) < 4 {
			return 0, wkb.ErrMalformed
		}
		e.b = e.b[4:]
	}
	e.stride, e.z = 16, word&wkb.FlagZ != 0
	if e.z {
		e.stride += 8
	}
	if word&wkb.FlagM != 0 {
		e.stride += 8
	}
	return word &^ (wkb.FlagZ | wkb.FlagM | wkb.FlagSRID), nil
}

func typeName(kind uint32) string {
	switch kind {
	case wkb.Point:
		return "Point"
	case wkb.LineString:
		return "LineString"
	case wkb.Polygon:
		return "Polygon"
	case wkb.MultiPoint:
		return "MultiPoint"
	case wkb.MultiLineString:
		return "MultiLineString"
	case wkb.MultiPolygon:
		return "MultiPolygon"
	case wkb.GeometryCollection:
		return "GeometryCollection"
	}
	return ""
}

func (e *geometryEncoder) geometry(depth int) error {
	kind, err := e.header()
	if err != nil {
		return err
	}
	name := typeName(kind)
	if name == "" || depth > 16 {
		return fmt.Errorf("%w: type code %d", wkb.ErrMalformed, kind)
	}
	e.dst = append(append(append(e.dst, `{"type":"`...), name...), `","`...)
	if kind == wkb.GeometryCollection {
		e.dst = append(e.dst, `geometries":`...)
		err = e.list(9, func() error { return e.geometry(depth + 1) })
	} else {
		e.dst = append(e.dst, `coordinates":`...)
		err = e.coordinates(kind)
	}
	e.dst = append(e.dst, '}')
	return err
}

func (e *geometryEncoder) coordinates(kind uint32) error {
	switch kind {
	case wkb.Point:
		return e.point()
	case wkb.LineString:
		return e.line()
	case wkb.Polygon:
		return e.polygon()
	}
	return e.list(5, func() error {
		part, err := e.header()
		if err == nil && part != kind-3 {
			err = fmt.Errorf("%w: type %d inside type %d", wkb.ErrMalformed, part, kind)
		}
		if err != nil {
			return err
		}
		return e.coordinates(part)
	})
}

func (e *geometryEncoder) count(size int) (int, error) {
	if len(e.b) < 4 {
		return 0, wkb.ErrMalformed
	}
	n := e.order.Uint32(e.b)
	e.b = e.b[4:]
	if uint64(n)*uint64(size) > uint64(len(e.b)) {
		return 0, wkb.ErrMalformed
	}
	return int(n), nil
}

func (e *geometryEncoder) list(size int, item func() error) error {
	n, err := e.count(size)
	if err != nil {
		return err
	}
	e.dst = append(e.dst, '[')
	for i := range n {
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		if err := item(); err != nil {
			return err
		}
	}
	e.dst = append(e.dst, ']')
	return nil
}

func (e *geometryEncoder) point() error {
	if len(e.b) < e.stride {
		return wkb.ErrMalformed
	}
	if math.IsNaN(e.ordinate(0)) && math.IsNaN(e.ordinate(8)) {
		e.dst = append(e.dst, "[]"...)
	} else {
		e.position(0)
	}
	e.b = e.b[e.stride:]
	return nil
}

func (e *geometryEncoder) line() error {
	n, err := e.count(e.stride)
	if err != nil {
		return err
	}
	e.run(n, false)
	return nil
}

// polygon writes the first ring counter-clockwise and the others clockwise.
func (e *geometryEncoder) polygon() error {
	first := true
	return e.list(4, func() error {
		n, err := e.count(e.stride)
		if err != nil {
			return err
		}
		ccw := e.area(n) > 0
		e.run(n, ccw != first)
		first = false
		return nil
	})
}

// area is twice the signed area of the ring of n positions that comes next,
// relative to its first position.
func (e *geometryEncoder) area(n int) float64 {
	if n == 0 {
		return 0
	}
	x0, y0 := e.ordinate(0), e.ordinate(8)
	sum, px, py := 0.0, 0.0, 0.0
	for i := 1; i < n; i++ {
		x, y := e.ordinate(i*e.stride)-x0, e.ordinate(i*e.stride+8)-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func (e *geometryEncoder) run(n int, reversed bool) {
	e.dst = append(e.dst, '[')
	for i := range n {
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		if reversed {
			e.position((n - 1 - i) * e.stride)
		} else {
			e.position(i * e.stride)
		}
	}
	e.dst = append(e.dst, ']')
	e.b = e.b[n*e.stride:]
}

func (e *geometryEncoder) ordinate(at int) float64 {
	if e.little { // as PostGIS writes, and without asking an interface
		return math.Float64frombits(binary.LittleEndian.Uint64(e.b[at:]))
	}
	return math.Float64frombits(binary.BigEndian.Uint64(e.b[at:]))
}

func (e *geometryEncoder) position(at int) {
	e.positions++
	e.dst = append(e.dst, '[')
	e.dst = e.xy.append(e.dst, e.ordinate(at))
	e.dst = append(e.dst, ',')
	e.dst = e.xy.append(e.dst, e.ordinate(at+8))
	if e.z {
		z := e.ordinate(at + 16)
		if !math.IsNaN(z) && !math.IsInf(z, 0) { // an unknown height is left out
			e.dst = append(e.dst, ',')
			e.dst = e.heights.append(e.dst, z)
		}
	}
	e.dst = append(e.dst, ']')
}

// fixed writes numbers rounded to so many decimals, without zeros at the end.
type fixed struct {
	decimals int
	power    float64
}

func newFixed(decimals int) fixed { return fixed{decimals, powersOfTen(decimals)} }

func (f fixed) append(dst []byte, v float64) []byte {
	scaled := math.Abs(v * f.power)
	if !(scaled < 1<<53) { // too large for the way below, infinite or NaN
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(dst, "null"...)
		}
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	n := uint64(scaled)
	if scaled-float64(n) >= 0.5 {
		n++
	}
	if v < 0 && n > 0 {
		dst = append(dst, '-')
	}
	unit := uint64(f.power)
	whole := n / unit
	dst = strconv.AppendUint(dst, whole, 10)
	if n -= whole * unit; n == 0 {
		return dst
	}
	// Two digits at a time from the right: dividing by a constant is a multiplication.
	const pairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
	var digits [16]byte
	i := f.decimals
	for ; i >= 2; i -= 2 {
		rest := n / 100
		pair := 2 * (n - 100*rest)
		digits[i-2], digits[i-1] = pairs[pair], pairs[pair+1]
		n = rest
	}
	if i == 1 {
		digits[0] = byte('0' + n)
	}
	end := f.decimals
	for digits[end-1] == '0' {
		end--
	}
	return append(append(dst, '.'), digits[:end]...)
}
