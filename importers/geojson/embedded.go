package geojson

import (
	"bytes"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// Geometry reads geometry objects that stand alone, as in a column of a table.
// The zero value is ready; it is not safe for concurrent use.
type Geometry struct{ w geometryWriter }

// Append appends the geometry object raw as little-endian EWKB without an SRID,
// with the dimensions d (XY or XYZ). An empty geometry and null add nothing.
func (g *Geometry) Append(dst, raw []byte, d spatial.Dimensions) ([]byte, error) {
	if isNull(raw) {
		return dst, nil
	}
	g.w.dims = d
	return g.w.append(dst, raw)
}

// InspectGeometry reads the type of a geometry object, a code of package wkb,
// and whether it has heights.
func InspectGeometry(raw []byte) (kind uint32, z bool, err error) {
	g, err := splitGeometry(raw)
	if err != nil {
		return 0, false, err
	}
	return g.kind, g.kind != wkb.GeometryCollection && hasZ(g), nil
}

// Decoder reads geometry objects one by one. Safe for concurrent use.
type Decoder struct{}

// ReadGeometry reads a geometry object as little-endian EWKB without an SRID; the
// dimensions are those of its first position, a height that is missing later is 0.
// An empty geometry and null give nothing. Coordinates stay as they stand.
func (Decoder) ReadGeometry(raw []byte) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if isNull(raw) {
		return nil, nil
	}
	g, err := splitGeometry(raw)
	if err != nil {
		return nil, err
	}
	d := spatial.XY
	if hasZ(g) {
		d = spatial.XYZ
	}
	return new(Geometry).Append(nil, raw, d)
}
