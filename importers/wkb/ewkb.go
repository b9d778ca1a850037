package wkb

import (
	"encoding/binary"
	"math"

	"gisd/spatial"
)

// The geometry type codes of OGC 06-103r4 §8.2.3, without dimension offsets.
const (
	Point              = 1
	LineString         = 2
	Polygon            = 3
	MultiPoint         = 4
	MultiLineString    = 5
	MultiPolygon       = 6
	GeometryCollection = 7
	CircularString     = 8
	CompoundCurve      = 9
	CurvePolygon       = 10
	MultiCurve         = 11
	MultiSurface       = 12
	PolyhedralSurface  = 15
	TIN                = 16
	Triangle           = 17
)

// The flags that EWKB adds to the type code.
const (
	FlagZ    = 0x80000000
	FlagM    = 0x40000000
	FlagSRID = 0x20000000
)

// Flags returns the type flags of the dimensions.
func Flags(d spatial.Dimensions) uint32 {
	switch d {
	case spatial.XYZ:
		return FlagZ
	case spatial.XYM:
		return FlagM
	case spatial.XYZM:
		return FlagZ | FlagM
	}
	return 0
}

// Stride is the number of ordinates of one position.
func Stride(d spatial.Dimensions) int {
	switch d {
	case spatial.XYZ, spatial.XYM:
		return 3
	case spatial.XYZM:
		return 4
	}
	return 2
}

// DimensionsOf says which ordinates a geometry has.
func DimensionsOf(z, m bool) spatial.Dimensions {
	switch {
	case z && m:
		return spatial.XYZM
	case z:
		return spatial.XYZ
	case m:
		return spatial.XYM
	}
	return spatial.XY
}

// AppendHeader appends the byte order mark and the type word.
func AppendHeader(dst []byte, kind uint32, d spatial.Dimensions) []byte {
	dst = append(dst, 1)
	return binary.LittleEndian.AppendUint32(dst, kind|Flags(d))
}

// AppendCount appends a number of parts or positions.
func AppendCount(dst []byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(dst, uint32(n))
}

// AppendFloat appends one ordinate.
func AppendFloat(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}

// SetCount overwrites the count at offset at, for writers that learn it late.
func SetCount(b []byte, at, n int) {
	binary.LittleEndian.PutUint32(b[at:], uint32(n))
}

// TypeOf maps a type code to what a collection promises of itself; curves count
// as what they become.
func TypeOf(kind uint32) spatial.GeometryType {
	switch kind {
	case Point:
		return spatial.GeometryPoint
	case MultiPoint:
		return spatial.GeometryMultiPoint
	case LineString, CircularString, CompoundCurve:
		return spatial.GeometryLineString
	case MultiLineString, MultiCurve:
		return spatial.GeometryMultiLineString
	case Polygon, CurvePolygon, Triangle:
		return spatial.GeometryPolygon
	case MultiPolygon, MultiSurface, PolyhedralSurface, TIN:
		return spatial.GeometryMultiPolygon
	}
	return spatial.GeometryAny
}
