package crs

import "math"

// ellipsoid is an ellipsoid of revolution; lengths in metres.
type ellipsoid struct {
	a, invF float64
}

func (d Datum) ellipsoid() ellipsoid {
	if d == DatumETRS89 {
		return ellipsoid{6378137, 298.257222101} // GRS 1980
	}
	return ellipsoid{6378137, 298.257223563} // WGS 84
}

func (e ellipsoid) f() float64  { return 1 / e.invF }
func (e ellipsoid) e2() float64 { return e.f() * (2 - e.f()) }
func (e ellipsoid) n() float64  { return e.f() / (2 - e.f()) }
func (e ellipsoid) b() float64  { return e.a * (1 - e.f()) }

// normal is a place on an ellipsoid as the unit vector along its outward
// normal: (cos lat cos lon, cos lat sin lon, sin lat). Projections and the
// datum step meet here, which spares most sines and arc tangents on the way
// and has no seam at the antimeridian.
type normal struct {
	x, y, z float64
}

func normalOf(lonDegrees, latDegrees float64) normal {
	sinLon, cosLon := math.Sincos(lonDegrees * (math.Pi / 180))
	sinLat, cosLat := math.Sincos(latDegrees * (math.Pi / 180))
	return normal{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func (n normal) lonLat() (lonDegrees, latDegrees float64) {
	const degree = 180 / math.Pi
	return math.Atan2(n.y, n.x) * degree, math.Atan2(n.z, math.Sqrt(n.x*n.x+n.y*n.y)) * degree
}

// smallSincos is math.Sincos for |d| < 5e-3, exact to 1e-19.
func smallSincos(d float64) (sin, cos float64) {
	d2 := d * d
	return d * (1 - d2/6*(1-d2/20)), 1 - d2/2*(1-d2/12)
}
