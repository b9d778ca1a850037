package cql

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Geometry is a literal. A Point or LineString has coordinates, one position
// after the other with Dim ordinates each; a Polygon has its rings as LineStrings
// in Parts, everything else its members.
type Geometry struct {
	Type        string // "Point" … "GeometryCollection", as GeoJSON spells it
	Dim         int    // 2 or 3
	Coordinates []float64
	Parts       []Geometry
}

// shape is what a geometry type consists of.
func shape(kind string) (part string, code uint32, ok bool) {
	switch kind {
	case "Point":
		return "", 1, true
	case "LineString":
		return "", 2, true
	case "Polygon":
		return "LineString", 3, true
	case "MultiPoint":
		return "Point", 4, true
	case "MultiLineString":
		return "LineString", 5, true
	case "MultiPolygon":
		return "Polygon", 6, true
	case "GeometryCollection":
		return "any", 7, true
	}
	return "", 0, false
}

// AppendEWKB appends the geometry as PostGIS's EWKB, little endian, without an
// SRID; position gives the ordinates in memory order.
func (g Geometry) AppendEWKB(b []byte, position func(x, y float64) (float64, float64, error)) ([]byte, error) {
	_, code, _ := shape(g.Type)
	if g.Dim == 3 {
		code |= 0x80000000
	}
	b = append(b, 1)
	b = binary.LittleEndian.AppendUint32(b, code)
	if g.Type == "Point" {
		return g.appendPositions(b, position)
	}
	if g.Type == "LineString" {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(g.Coordinates)/g.Dim))
		return g.appendPositions(b, position)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(g.Parts)))
	var err error
	for _, p := range g.Parts {
		if g.Type == "Polygon" {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Coordinates)/g.Dim))
			b, err = p.appendPositions(b, position)
		} else {
			b, err = p.AppendEWKB(b, position)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (g Geometry) appendPositions(b []byte, position func(x, y float64) (float64, float64, error)) ([]byte, error) {
	for i := 0; i < len(g.Coordinates); i += g.Dim {
		x, y, err := position(g.Coordinates[i], g.Coordinates[i+1])
		if err != nil {
			return nil, err
		}
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(y))
		if g.Dim == 3 {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(g.Coordinates[i+2]))
		}
	}
	return b, nil
}

// check enforces the smallest numbers of positions (OGC 21-065r2 annex B,
// lineStringText and linearRingText) and closes nothing by itself.
func (g Geometry) check() string {
	n := len(g.Coordinates) / g.Dim
	switch {
	case g.Type == "Point" && n != 1:
		return "a POINT has one position"
	case g.Type == "LineString" && n < 2:
		return "a LINESTRING has two positions or more"
	case g.Type != "Point" && g.Type != "LineString" && len(g.Parts) == 0:
		return "a " + g.Type + " has parts"
	}
	for _, p := range g.Parts {
		if why := p.check(); why != "" {
			return why
		}
		if g.Type == "Polygon" {
			last := len(p.Coordinates) - g.Dim
			if last < 3*g.Dim {
				return "a ring has four positions or more"
			}
			if p.Coordinates[0] != p.Coordinates[last] || p.Coordinates[1] != p.Coordinates[last+1] {
				return "a ring ends where it begins"
			}
		}
	}
	return ""
}

func appendNumber(b []byte, v float64) []byte {
	if a := math.Abs(v); a >= 1e-6 && a < 1e21 || v == 0 {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'E', -1, 64)
}
