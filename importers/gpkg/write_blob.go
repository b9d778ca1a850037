package gpkg

import (
	"encoding/binary"
	"fmt"
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// appendBlob appends a geometry as StandardGeoPackageBinary (OGC 12-128r18
// §2.1.3) with in as wkb.Inspect left it. Coordinates keep every bit; only type
// words change from EWKB's flags to ISO's thousands. A point carries no envelope.
func appendBlob(dst, ewkb []byte, srs int32, d spatial.Dimensions, in *wkb.Info) ([]byte, error) {
	flags := byte(1) // little endian
	box := in.Kind != wkb.Point && !in.Empty() && !math.IsInf(in.MinX, 0)
	switch {
	case in.Empty():
		flags |= 0x10
	case box:
		flags |= 1 << 1
	}
	dst = binary.LittleEndian.AppendUint32(append(dst, 'G', 'P', 0, flags), uint32(srs))
	if box {
		for _, v := range [...]float64{in.MinX, in.MaxX, in.MinY, in.MaxY} {
			dst = wkb.AppendFloat(dst, v)
		}
	}
	at := len(dst)
	dst = append(dst, ewkb...)
	if d == spatial.XY {
		return dst, nil
	}
	p := isoPatch{b: dst[at:], stride: 8 * wkb.Stride(d), thousands: thousands(d)}
	p.geometry()
	if p.at != len(p.b) {
		return dst, fmt.Errorf("%w: its parts do not add up", wkb.ErrMalformed)
	}
	return dst, nil
}

// thousands is what ISO WKB adds to the type code (OGC 06-103r4 §8.2.3).
func thousands(d spatial.Dimensions) uint32 {
	switch d {
	case spatial.XYZ:
		return 1000
	case spatial.XYM:
		return 2000
	case spatial.XYZM:
		return 3000
	}
	return 0
}

// isoPatch rewrites the type words of a geometry that wkb.Inspect has passed.
type isoPatch struct {
	b         []byte
	at        int
	stride    int
	thousands uint32
}

func (p *isoPatch) geometry() {
	kind := binary.LittleEndian.Uint32(p.b[p.at+1:]) & 0xff
	binary.LittleEndian.PutUint32(p.b[p.at+1:], kind+p.thousands)
	p.at += 5
	switch kind {
	case wkb.Point:
		p.at += p.stride
	case wkb.LineString:
		p.at += p.count() * p.stride
	case wkb.Polygon:
		for range p.count() {
			p.at += p.count() * p.stride
		}
	default:
		for range p.count() {
			p.geometry()
		}
	}
}

func (p *isoPatch) count() int {
	n := int(binary.LittleEndian.Uint32(p.b[p.at:]))
	p.at += 4
	return n
}
