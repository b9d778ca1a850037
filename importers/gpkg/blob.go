package gpkg

import (
	"encoding/binary"
	"errors"

	"gisd/importers/wkb"
	"gisd/spatial"
)

var errBlob = errors.New("the value is no GeoPackage geometry")

// geometryOf returns the well-known binary inside a StandardGeoPackageBinary
// (OGC 12-128r19 §2.1.3); nil for an empty geometry. Plain WKB, which some
// writers store, passes as it is.
//
//	'G' 'P' version flags | srs_id | envelope | WKB
func geometryOf(blob []byte) ([]byte, error) {
	if len(blob) < 2 || blob[0] != 'G' || blob[1] != 'P' {
		if len(blob) >= 5 && blob[0] <= 1 {
			return blob, nil
		}
		return nil, errBlob
	}
	if len(blob) < 8 {
		return nil, errBlob
	}
	flags := blob[3]
	if flags&0x20 != 0 {
		return nil, errors.New("the geometry is of an extended type that only its maker reads")
	}
	sizes := [...]int{0, 32, 48, 48, 64}
	kind := int(flags >> 1 & 7)
	if kind >= len(sizes) || len(blob) < 8+sizes[kind] {
		return nil, errBlob
	}
	if flags&0x10 != 0 {
		return nil, nil
	}
	return blob[8+sizes[kind]:], nil
}

// appendEWKB appends the geometry of a blob as EWKB of the given dimensions,
// nothing for an empty one. Little-endian geometry in two dimensions is EWKB
// already.
func appendEWKB(dst, blob []byte, d spatial.Dimensions) ([]byte, error) {
	g, err := geometryOf(blob)
	if err != nil || g == nil {
		return dst, err
	}
	if d == spatial.XY && len(g) >= 5 && g[0] == 1 && binary.LittleEndian.Uint32(g[1:]) <= wkb.GeometryCollection {
		return append(dst, g...), nil
	}
	return wkb.Normalize(dst, g, d)
}
