package wkb

import (
	"bytes"
	"encoding/binary"
	"slices"

	"gisd/spatial"
)

// AppendCanonical appends a form of the geometry in which what does not matter
// has one spelling: where a ring starts and which way it runs, the order of
// holes and of parts, one part alone or in a multi-geometry, minus zero. The
// direction of a line does matter. Two geometries have the same canonical form
// exactly when they have the same positions in the same rings, lines and points.
// It is made for comparing and hashing and is no WKB.
//
// g is little-endian EWKB without an SRID of dimensions d, as Inspect accepts
// it; it is not changed. The error wraps ErrMalformed.
func AppendCanonical(dst, g []byte, d spatial.Dimensions) ([]byte, error) {
	var in Info
	if err := Inspect(g, d, &in); err != nil {
		return dst, err
	}
	c := canonical{b: g, step: 8 * Stride(d)}
	var parts [][]byte
	parts = c.geometry(parts)
	return appendSorted(append(dst, byte(Stride(d)), byte(Flags(d)>>24)), parts), nil
}

// canonical walks a geometry that Inspect has accepted.
type canonical struct {
	b    []byte
	at   int
	step int // bytes of a position
}

// geometry appends the canonical parts of the next geometry.
func (c *canonical) geometry(parts [][]byte) [][]byte {
	kind := binary.LittleEndian.Uint32(c.b[c.at+1:]) & 0xff
	c.at += 5
	switch kind {
	case Point:
		return append(parts, append([]byte{Point}, c.positions(1)...))
	case LineString:
		return append(parts, append([]byte{LineString}, c.positions(c.count())...))
	case Polygon:
		return append(parts, c.polygon())
	case GeometryCollection:
		var inner [][]byte
		for range c.count() {
			inner = c.geometry(inner)
		}
		return append(parts, appendSorted([]byte{GeometryCollection}, inner))
	}
	for range c.count() {
		parts = c.geometry(parts)
	}
	return parts
}

func (c *canonical) count() int {
	n := binary.LittleEndian.Uint32(c.b[c.at:])
	c.at += 4
	return int(n)
}

// positions copies n positions, with minus zero made zero.
func (c *canonical) positions(n int) []byte {
	p := bytes.Clone(c.b[c.at : c.at+n*c.step])
	c.at += n * c.step
	for i := 0; i < len(p); i += 8 {
		if float(p[i:]) == 0 {
			clear(p[i : i+8])
		}
	}
	return p
}

// polygon is the outer ring and then the holes in order.
func (c *canonical) polygon() []byte {
	n := c.count()
	rings := make([][]byte, n)
	for i := range rings {
		rings[i] = c.ring(c.positions(c.count()))
	}
	if n == 0 {
		return []byte{Polygon}
	}
	out := appendCounted([]byte{Polygon}, rings[0])
	return appendSorted(out, rings[1:])
}

// ring returns the least of all ways to write a ring, without the position that
// closes it.
func (c *canonical) ring(p []byte) []byte {
	n := len(p) / c.step
	if n > 1 && bytes.Equal(p[:c.step], p[len(p)-c.step:]) {
		n--
		p = p[:n*c.step]
	}
	back := make([]byte, 0, len(p))
	for i := n - 1; i >= 0; i-- {
		back = append(back, p[i*c.step:(i+1)*c.step]...)
	}
	p, back = c.rotated(p, n), c.rotated(back, n)
	if bytes.Compare(back, p) < 0 {
		return back
	}
	return p
}

// rotated starts the ring where the bytes that follow are least. It takes time
// linear in n also where positions repeat: the two candidates i and j are
// compared, and with the loser go all starts that its run of k equals has seen.
func (c *canonical) rotated(p []byte, n int) []byte {
	at := func(i int) []byte { i %= n; return p[i*c.step : (i+1)*c.step] }
	i, j, k := 0, 1, 0
	for i < n && j < n && k < n {
		switch bytes.Compare(at(i+k), at(j+k)) {
		case 0:
			k++
			continue
		case 1:
			i = max(i+k+1, j)
			j = i + 1
		default:
			j += k + 1
		}
		k = 0
	}
	start := min(i, j) * c.step
	return append(bytes.Clone(p[start:]), p[:start]...)
}

// appendSorted appends the parts in the order of their bytes.
func appendSorted(dst []byte, parts [][]byte) []byte {
	slices.SortFunc(parts, bytes.Compare)
	dst = AppendCount(dst, len(parts))
	for _, p := range parts {
		dst = appendCounted(dst, p)
	}
	return dst
}

func appendCounted(dst, p []byte) []byte { return append(AppendCount(dst, len(p)), p...) }
