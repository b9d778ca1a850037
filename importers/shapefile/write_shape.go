package shapefile

import (
	"encoding/binary"
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// family is what one .shp file holds; the format keeps one shape type a file.
type family int

const (
	familyPoint family = iota
	familyMultiPoint
	familyLine
	familyPolygon
	familyNone // a table without shapes
	families
)

// shapeType is the family's shape type in the dimensions.
func (f family) shapeType(d spatial.Dimensions) uint32 {
	kind := uint32(shapePolygon)
	switch f {
	case familyPoint:
		kind = shapePoint
	case familyMultiPoint:
		kind = shapeMultiPoint
	case familyLine:
		kind = shapePolyLine
	}
	switch d {
	case spatial.XYZ, spatial.XYZM:
		return kind + 10
	case spatial.XYM:
		return kind + 20
	}
	return kind
}

// shapeBuilder turns EWKB that wkb.Inspect has passed into the content of
// records.
type shapeBuilder struct {
	dims     spatial.Dimensions
	stride   int // bytes of a position
	parts    []uint32
	xy       []byte
	zs, ms   []byte
	minX     float64
	minY     float64
	maxX     float64
	maxY     float64
	minZ     float64
	maxZ     float64
	minM     float64
	maxM     float64
	wanted   family
	promoted bool // single points count as multipoints
}

func newShapeBuilder(d spatial.Dimensions) *shapeBuilder {
	return &shapeBuilder{dims: d, stride: 8 * wkb.Stride(d)}
}

// familiesOf says which families the geometry has parts of, a bit each.
func (b *shapeBuilder) familiesOf(g []byte) uint {
	b.wanted = familyNone
	mask, _ := b.walk(g, false)
	return mask
}

// build appends the content of the record that holds the parts of one family;
// its box stays in b.
func (b *shapeBuilder) build(dst, g []byte, f family) []byte {
	inf := math.Inf(1)
	*b = shapeBuilder{dims: b.dims, stride: b.stride, promoted: b.promoted, wanted: f,
		parts: b.parts[:0], xy: b.xy[:0], zs: b.zs[:0], ms: b.ms[:0],
		minX: inf, minY: inf, maxX: -inf, maxY: -inf, minZ: inf, maxZ: -inf, minM: inf, maxM: -inf}
	b.walk(g, false)
	return b.content(dst)
}

// walk visits every part; it takes those of the wanted family.
func (b *shapeBuilder) walk(g []byte, inside bool) (mask uint, rest []byte) {
	kind := binary.LittleEndian.Uint32(g[1:]) & 0xff
	g = g[5:]
	switch kind {
	case wkb.Point:
		f := familyPoint
		if inside || b.promoted {
			f = familyMultiPoint
		}
		x, y := float(g), float(g[8:])
		if x != x && y != y { // POINT EMPTY
			return 0, g[b.stride:]
		}
		if f == b.wanted {
			b.positions(g, 1, false)
		}
		return 1 << f, g[b.stride:]
	case wkb.LineString:
		n := int(binary.LittleEndian.Uint32(g))
		g = g[4:]
		if n == 0 {
			return 0, g
		}
		if b.wanted == familyLine {
			b.part()
			b.positions(g, n, false)
		}
		return 1 << familyLine, g[n*b.stride:]
	case wkb.Polygon:
		return b.polygon(g)
	}
	n := binary.LittleEndian.Uint32(g)
	g = g[4:]
	for range n {
		var m uint
		m, g = b.walk(g, kind != wkb.MultiLineString && kind != wkb.MultiPolygon)
		mask |= m
	}
	return mask, g
}

// polygon takes the rings: the shell runs clockwise, holes against it (ESRI 1998
// p. 8), each closed.
func (b *shapeBuilder) polygon(g []byte) (mask uint, rest []byte) {
	rings := binary.LittleEndian.Uint32(g)
	g = g[4:]
	for i := range rings {
		n := int(binary.LittleEndian.Uint32(g))
		g = g[4:]
		run := g[:n*b.stride]
		g = g[n*b.stride:]
		if n == 0 {
			continue
		}
		mask = 1 << familyPolygon
		if b.wanted != familyPolygon {
			continue
		}
		clockwise := b.area(run, n) < 0
		b.part()
		b.positions(run, n, clockwise != (i == 0))
		last := run[(n-1)*b.stride:]
		if float(run) != float(last) || float(run[8:]) != float(last[8:]) {
			if clockwise != (i == 0) {
				b.positions(last, 1, false)
			} else {
				b.positions(run, 1, false)
			}
		}
	}
	return mask, g
}

// area is twice the signed area, relative to the first position.
func (b *shapeBuilder) area(run []byte, n int) float64 {
	x0, y0 := float(run), float(run[8:])
	sum, px, py := 0.0, 0.0, 0.0
	for i := 1; i < n; i++ {
		x, y := float(run[i*b.stride:])-x0, float(run[i*b.stride+8:])-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum
}

func (b *shapeBuilder) part() { b.parts = append(b.parts, uint32(len(b.xy)/16)) }

func (b *shapeBuilder) positions(run []byte, n int, reversed bool) {
	for i := range n {
		p := run[i*b.stride:]
		if reversed {
			p = run[(n-1-i)*b.stride:]
		}
		b.xy = append(b.xy, p[:16]...)
		x, y := float(p), float(p[8:])
		b.minX, b.maxX = min(b.minX, x), max(b.maxX, x)
		b.minY, b.maxY = min(b.minY, y), max(b.maxY, y)
		at := 16
		if b.dims == spatial.XYZ || b.dims == spatial.XYZM {
			z := float(p[at:])
			if z-z != 0 { // no height; the format has no word for it
				z = 0
			}
			b.zs = wkb.AppendFloat(b.zs, z)
			b.minZ, b.maxZ = min(b.minZ, z), max(b.maxZ, z)
			at += 8
		}
		if b.dims == spatial.XYM || b.dims == spatial.XYZM {
			m := float(p[at:])
			if m-m != 0 {
				m = 10 * noData
			}
			b.ms = wkb.AppendFloat(b.ms, m)
			b.minM, b.maxM = min(b.minM, m), max(b.maxM, m)
		}
	}
}

// content appends the record content (ESRI 1998 pp. 6-18).
func (b *shapeBuilder) content(dst []byte) []byte {
	if len(b.xy) == 0 {
		return binary.LittleEndian.AppendUint32(dst, shapeNull)
	}
	dst = binary.LittleEndian.AppendUint32(dst, b.wanted.shapeType(b.dims))
	if b.wanted == familyPoint {
		dst = append(append(append(dst, b.xy...), b.zs...), b.ms...)
		if b.dims == spatial.XYZ { // PointZ has a measure at all times
			dst = wkb.AppendFloat(dst, 10*noData)
		}
		return dst
	}
	for _, v := range [...]float64{b.minX, b.minY, b.maxX, b.maxY} {
		dst = wkb.AppendFloat(dst, v)
	}
	if b.wanted != familyMultiPoint {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(b.parts)))
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(b.xy)/16))
	for _, p := range b.parts {
		if b.wanted != familyMultiPoint {
			dst = binary.LittleEndian.AppendUint32(dst, p)
		}
	}
	dst = append(dst, b.xy...)
	if len(b.zs) > 0 {
		dst = append(wkb.AppendFloat(wkb.AppendFloat(dst, b.minZ), b.maxZ), b.zs...)
	}
	if len(b.ms) > 0 {
		dst = append(wkb.AppendFloat(wkb.AppendFloat(dst, b.minM), b.maxM), b.ms...)
	}
	return dst
}
