package shapefile

import (
	"encoding/binary"
	"errors"

	"gisd/importers/wkb"
)

// The part types of a MultiPatch, ESRI 1998 p. 20.
const (
	patchStrip = 0
	patchFan   = 1
	patchOuter = 2
	patchInner = 3
	patchFirst = 4
	patchRing  = 5
)

// multiPatch writes the faces of a surface as a MultiPolygon: every triangle of
// a strip or fan, and every outer ring with the inner rings that follow it. A
// face that stands upright has no area on the map and goes in the repair.
func (b *builder) multiPatch(dst []byte, s *shape) ([]byte, error) {
	at := len(dst) + 5
	dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.MultiPolygon, b.dims), 0)
	faces := 0
	types := s.parts[4*s.nparts:]
	kindOf := func(i int) uint32 { return binary.LittleEndian.Uint32(types[4*i:]) }
	for i := 0; i < s.nparts; {
		from, to := s.part(i)
		kind := kindOf(i)
		switch kind {
		case patchStrip, patchFan:
			for k := from; k+2 < to; k++ {
				first := k
				if kind == patchFan {
					first = from
				}
				dst = b.triangle(dst, s, first, k+1, k+2)
				faces++
			}
			i++
		case patchOuter, patchFirst, patchRing, patchInner:
			next := i + 1
			for next < s.nparts && (kindOf(next) == patchInner || kind == patchFirst && kindOf(next) == patchRing) {
				next++
			}
			dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.Polygon, b.dims), next-i)
			for k := i; k < next; k++ {
				f, t := s.part(k)
				dst = b.run(dst, s, f, t)
			}
			faces++
			i = next
		default:
			return dst, errors.New("a MultiPatch part is of an unknown type")
		}
	}
	wkb.SetCount(dst, at, faces)
	return dst, nil
}

func (b *builder) triangle(dst []byte, s *shape, i, k, l int) []byte {
	dst = wkb.AppendCount(wkb.AppendHeader(dst, wkb.Polygon, b.dims), 1)
	dst = wkb.AppendCount(dst, 4)
	for _, p := range [...]int{i, k, l, i} {
		dst = b.positions(dst, s, p, p+1)
	}
	return dst
}
