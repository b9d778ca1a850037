package crs

import (
	"fmt"
	"math"
	"strconv"

	"gisd/spatial"
)

// Checked is Point for coordinates that people or programs hand in: it also
// refuses what lies outside the usable area of either system, with an error of
// code invalid that says so, and says when x and y look swapped.
func (t *Transform) Checked(x, y float64) (float64, float64, error) {
	u, v, ok := t.point(x, y)
	if !ok {
		return 0, 0, t.outside(x, y)
	}
	if s, inside := t.usable(x, y); !inside {
		return 0, 0, t.outOfArea(x, y, s)
	}
	return u, v, nil
}

// usable reports whether a position lies in the usable area of both systems,
// and the system where it does not.
func (t *Transform) usable(x, y float64) (*System, bool) {
	n, ok := t.toNormal(x, y)
	if !ok {
		return &t.from, false
	}
	lon, lat := n.lonLat()
	for _, s := range [...]*System{&t.from, &t.to} {
		// The areas are given to 0.01°; a datum step moves by 0.002°.
		const slack = 0.005
		a := s.UsableArea
		if lon < a.MinX-slack || lon > a.MaxX+slack || lat < a.MinY-slack || lat > a.MaxY+slack {
			return s, false
		}
	}
	return nil, true
}

// Domain is the box, in the system's own unit, outside of which a position has
// no place on the globe: latitudes beyond the poles, eastings beyond the reach of
// a projection. It is far wider than the usable area. Edges are inside.
func (s *System) Domain() spatial.Envelope {
	e := spatial.Envelope{SRID: s.SRID}
	switch s.Method {
	case MethodTransverseMercator:
		k := newKrueger(s)
		half, pole := maxEta*k.scale, k.scale*math.Pi/2
		e.MinX, e.MaxX, e.MinY, e.MaxY = k.x0-half, k.x0+half, k.y0-pole, k.y0+pole
	case MethodWebMercator:
		const half = 2 * math.Pi * sphereRadius
		e.MinX, e.MaxX, e.MinY, e.MaxY = -half, half, -mercatorReach, mercatorReach
	default:
		const slack = 1e-9 // of the poles' own rounding
		e.MinX, e.MaxX, e.MinY, e.MaxY = -360, 360, -90-slack, 90+slack
	}
	return e
}

func (t *Transform) outOfArea(x, y float64, s *System) error {
	a := s.UsableArea
	message := fmt.Sprintf("The position %s %s lies outside the area of %v (longitude %s to %s, latitude %s to %s).",
		number(x), number(y), s.SRID, number(a.MinX), number(a.MaxX), number(a.MinY), number(a.MaxY))
	if _, ok := t.usable(y, x); ok {
		message += " With x and y swapped it would lie inside: x is the easting or longitude."
	}
	return spatial.Invalid("crs: transform", message)
}

// Decimals is how many decimals coordinates of the system carry: 9 in degrees
// (0.1 mm), 4 in metres.
func (s *System) Decimals() int {
	if s.Geographic {
		return 9
	}
	return 4
}

// Axes names the two coordinates as they stand in memory, x first.
func (s *System) Axes() (x, y string) {
	switch {
	case s.Geographic:
		return "lon", "lat"
	case s.Method == MethodWebMercator:
		return "x", "y"
	}
	return "easting", "northing"
}

// AppendNumber appends a coordinate with that many decimals, never as -0.
func AppendNumber(dst []byte, v float64, decimals int) []byte {
	if math.Abs(v) < 0.5*math.Pow10(-decimals) {
		v = 0
	}
	return strconv.AppendFloat(dst, v, 'f', decimals, 64)
}
