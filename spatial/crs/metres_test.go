package crs_test

import (
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// metres is the distance of two positions, on the sphere of radius
// 6 371 008.8 m for degrees.
func metres(srid spatial.SRID, x1, y1, x2, y2 float64) float64 {
	if s, ok := crs.Lookup(srid); ok && s.Geographic {
		const perDegree = 6371008.8 * math.Pi / 180
		return math.Hypot((x1-x2)*perDegree*math.Cos(y1*math.Pi/180), (y1-y2)*perDegree)
	}
	return math.Hypot(x1-x2, y1-y2)
}
