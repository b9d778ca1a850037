package mapping

import (
	"math"
	"strings"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// ruler measures geometries in the CRS of their source: on the plane of a
// projected system, as the law has it for VN-2000, else on the ellipsoid of WGS
// 84. Heights do not count.
type ruler struct {
	dims     spatial.Dimensions
	toDegree *crs.Transform // of systems that are no measure: web Mercator
	degrees  bool           // lon, lat: measured on the ellipsoid
}

func newRuler(c importers.CRS, d spatial.Dimensions) ruler {
	r := ruler{dims: d}
	s, ok := crs.Lookup(c.SRID)
	switch {
	case !ok:
		r.degrees = strings.HasPrefix(strings.ToUpper(strings.TrimSpace(c.WKT)), "GEOG")
	case s.Geographic:
		r.degrees = true
	case s.Method == crs.MethodWebMercator:
		r.degrees = true
		r.toDegree, _ = crs.NewTransform(s.SRID, spatial.SRIDWGS84)
	}
	return r
}

// The ellipsoid of WGS 84.
const (
	semiMajor = 6378137.0
	ecc2      = 6.69437999014e-3
)

// area in square metres, holes taken off; 0 for points and lines. g is one that
// wkb.Inspect accepts.
func (r *ruler) area(g []byte) float64 {
	sum := 0.0
	wkb.Runs(g, r.dims, func(kind uint32, ring int, run []byte) bool {
		if kind == wkb.Polygon {
			a := math.Abs(r.ring(run))
			if ring > 0 {
				a = -a
			}
			sum += a
		}
		return true
	})
	return sum
}

// ring is the signed area of a ring, by the trapezoids below its edges relative
// to its first position, which keeps large coordinates exact.
func (r *ruler) ring(run []byte) float64 {
	step := 8 * wkb.Stride(r.dims)
	if len(run) < step {
		return 0
	}
	x0, y0 := r.equalArea(wkb.Position(run))
	sum, px, py := 0.0, 0.0, 0.0
	for run = run[step:]; len(run) > 0; run = run[step:] {
		x, y := r.equalArea(wkb.Position(run))
		x, y = x-x0, y-y0
		sum += px*y - x*py
		px, py = x, y
	}
	return sum / 2
}

// equalArea projects degrees to the cylinder of equal area (Snyder 1987, eqs.
// 3-12 and 10-14 to 10-16); projected coordinates stay.
func (r *ruler) equalArea(x, y float64) (float64, float64) {
	if !r.degrees {
		return x, y
	}
	lon, lat := r.lonLat(x, y)
	e, sin := math.Sqrt(ecc2), math.Sin(lat)
	q := (1 - ecc2) * (sin/(1-ecc2*sin*sin) + math.Atanh(e*sin)/e)
	return semiMajor * lon, semiMajor * q / 2
}

// lonLat is in radians.
func (r *ruler) lonLat(x, y float64) (lon, lat float64) {
	if r.toDegree != nil {
		if u, v, err := r.toDegree.Point(x, y); err == nil {
			x, y = u, v
		}
	}
	return x * (math.Pi / 180), y * (math.Pi / 180)
}

// length in metres of lines, and of the edges of polygons.
func (r *ruler) length(g []byte) float64 {
	sum := 0.0
	step := 8 * wkb.Stride(r.dims)
	wkb.Runs(g, r.dims, func(kind uint32, _ int, run []byte) bool {
		for kind != wkb.Point && len(run) > step {
			ax, ay := wkb.Position(run)
			run = run[step:]
			bx, by := wkb.Position(run)
			sum += r.edge(ax, ay, bx, by)
		}
		return true
	})
	return sum
}

// edge takes the radii of curvature at the middle, good to 1e-6 for edges of some
// kilometres.
func (r *ruler) edge(ax, ay, bx, by float64) float64 {
	if !r.degrees {
		return math.Hypot(bx-ax, by-ay)
	}
	aLon, aLat := r.lonLat(ax, ay)
	bLon, bLat := r.lonLat(bx, by)
	sin, cos := math.Sincos((aLat + bLat) / 2)
	w := 1 - ecc2*sin*sin
	meridian, prime := semiMajor*(1-ecc2)/(w*math.Sqrt(w)), semiMajor/math.Sqrt(w)
	return math.Hypot(prime*cos*(bLon-aLon), meridian*(bLat-aLat))
}

// unitOf is how many square metres or metres a unit has.
func unitOf(name string) float64 {
	switch name {
	case "ha":
		return 1e4
	case "km2":
		return 1e6
	case "km":
		return 1e3
	}
	return 1
}
