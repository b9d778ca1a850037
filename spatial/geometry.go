package spatial

import (
	"fmt"
	"math"
)

// SRID is a spatial reference identifier as PostGIS uses it: the EPSG code for
// registered systems, a number from 990000 up for a custom one. Zero is unknown.
type SRID int32

// The SRIDs that code refers to by name.
const (
	SRIDWGS84       SRID = 4326 // lon, lat in memory
	SRIDWebMercator SRID = 3857 // x, y in metres
)

// String returns "EPSG:4326", or "GISD:990001" for a custom system.
func (s SRID) String() string {
	if s >= 990000 {
		return fmt.Sprintf("GISD:%d", int32(s))
	}
	return fmt.Sprintf("EPSG:%d", int32(s))
}

// GeometryType is what a collection promises about its geometries. A Multi
// type admits the single one as well.
type GeometryType string

// The geometry types; GeometryNone marks a collection without geometry.
const (
	GeometryNone            GeometryType = "none"
	GeometryPoint           GeometryType = "Point"
	GeometryMultiPoint      GeometryType = "MultiPoint"
	GeometryLineString      GeometryType = "LineString"
	GeometryMultiLineString GeometryType = "MultiLineString"
	GeometryPolygon         GeometryType = "Polygon"
	GeometryMultiPolygon    GeometryType = "MultiPolygon"
	GeometryAny             GeometryType = "Geometry" // mixed
)

// Dimensions of a collection's coordinates.
type Dimensions string

// XY is the default; Z is a height in metres, M a measure without a unit.
const (
	XY   Dimensions = "XY"
	XYZ  Dimensions = "XYZ"
	XYM  Dimensions = "XYM"
	XYZM Dimensions = "XYZM"
)

// Geometry is one geometry as extended WKB (PostGIS's EWKB, either byte order,
// Z and M flags allowed). SRID repeats the one inside EWKB, or supplies it
// where EWKB has none. A nil EWKB is "no geometry".
type Geometry struct {
	SRID SRID
	EWKB []byte
}

// Empty reports whether there is no geometry at all.
func (g Geometry) Empty() bool { return len(g.EWKB) == 0 }

// Envelope is a box with its SRID, x first, edges inside. In SRID 4326 MinX
// may exceed MaxX: the box then crosses the antimeridian (RFC 7946 §5.2).
type Envelope struct {
	SRID                   SRID
	MinX, MinY, MaxX, MaxY float64
}

// EmptyEnvelope contains nothing; Extend grows it.
func EmptyEnvelope(srid SRID) Envelope {
	return Envelope{SRID: srid, MinX: math.Inf(1), MinY: math.Inf(1), MaxX: math.Inf(-1), MaxY: math.Inf(-1)}
}

// Empty reports whether the envelope contains no point. An envelope that
// crosses the antimeridian is not empty.
func (e Envelope) Empty() bool {
	return math.IsInf(e.MinX, 1) || math.IsNaN(e.MinX) || e.MinY > e.MaxY
}

// Extend returns the envelope grown to hold x, y; e itself is not changed.
func (e Envelope) Extend(x, y float64) Envelope {
	e.MinX, e.MinY = math.Min(e.MinX, x), math.Min(e.MinY, y)
	e.MaxX, e.MaxY = math.Max(e.MaxX, x), math.Max(e.MaxY, y)
	return e
}
