package crs

import (
	"fmt"
	"math"

	"gisd/spatial"
)

// sphereRadius is the radius of web Mercator's sphere in metres (EPSG:1024).
const sphereRadius = 6378137.0

// maxMercatorLat bounds web Mercator far beyond its square (85.06°) and short
// of the pole, where it has no value.
const maxMercatorLat = 89.99

// Transform converts coordinates from one system to another, exactly: within
// 1 mm of PROJ with the operation named in the package comment, in practice
// within 1 µm. Coordinates are x first in each system's own unit. It is
// immutable and safe for goroutines; converting allocates nothing.
type Transform struct {
	from, to System
	path     path
	in, out  krueger
	step     datumStep
}

// path is the way through a transform; the short ones avoid trigonometry.
type path uint8

const (
	pathGeneral path = iota
	pathIdentity
	pathToMercator // lon, lat on a datum without a step
	pathFromMercator
)

// NewTransform prepares the conversion between two supported systems. An
// unsupported SRID is an error of code invalid.
func NewTransform(from, to spatial.SRID) (*Transform, error) {
	f, ok := Lookup(from)
	if !ok {
		return nil, unsupported("from", from)
	}
	g, ok := Lookup(to)
	if !ok {
		return nil, unsupported("to", to)
	}
	t := &Transform{from: *f, to: *g, step: newDatumStep(f.Datum, g.Datum)}
	switch {
	case from == to, f.Geographic && g.Geographic && t.step.none:
		t.path = pathIdentity
	case f.Geographic && g.Method == MethodWebMercator && t.step.none:
		t.path = pathToMercator
	case f.Method == MethodWebMercator && g.Geographic && t.step.none:
		t.path = pathFromMercator
	}
	if f.Method == MethodTransverseMercator {
		t.in = newKrueger(f)
	}
	if g.Method == MethodTransverseMercator {
		t.out = newKrueger(g)
	}
	return t, nil
}

func unsupported(name string, srid spatial.SRID) error {
	return spatial.Invalid("crs: new transform", fmt.Sprintf("The coordinate reference system %v is not supported.", srid),
		spatial.FieldError{Name: name, Reason: "unsupported coordinate reference system " + srid.String()})
}

// Inverse returns the way back.
func (t *Transform) Inverse() *Transform {
	b := &Transform{from: t.to, to: t.from, path: t.path, in: t.out, out: t.in, step: newDatumStep(t.to.Datum, t.from.Datum)}
	switch t.path {
	case pathToMercator:
		b.path = pathFromMercator
	case pathFromMercator:
		b.path = pathToMercator
	}
	return b
}

// From returns the system that Point takes.
func (t *Transform) From() System { return t.from }

// To returns the system that Point gives.
func (t *Transform) To() System { return t.to }

// Identity reports whether coordinates stay as they are.
func (t *Transform) Identity() bool { return t.path == pathIdentity }

// Point converts one position. The error is of code invalid: x or y is not
// finite, or the position lies outside the reach of a projection (37° from a
// central meridian, the poles in web Mercator).
func (t *Transform) Point(x, y float64) (float64, float64, error) {
	u, v, ok := t.point(x, y)
	if !ok {
		return 0, 0, t.outside(x, y)
	}
	return u, v, nil
}

func (t *Transform) outside(x, y float64) error {
	return spatial.Invalid("crs: transform", fmt.Sprintf(
		"The position %v %v is not a valid one in %v, or lies outside the reach of %v.", x, y, t.from.SRID, t.to.SRID))
}

func (t *Transform) outsideAt(i int, x, y float64) error {
	return fmt.Errorf("crs: transform: position %d: %w", i, t.outside(x, y))
}

func (t *Transform) point(x, y float64) (float64, float64, bool) {
	switch t.path {
	case pathIdentity:
		return x, y, t.finite(x, y)
	case pathToMercator:
		if !(math.Abs(x) <= 180 && math.Abs(y) <= maxMercatorLat) {
			break // the general way wraps longitudes
		}
		sin := math.Sin(y * (math.Pi / 180))
		return x * (math.Pi / 180 * sphereRadius), mercatorY(sin), true
	case pathFromMercator:
		if !(math.Abs(x) <= math.Pi*sphereRadius && math.Abs(y) <= mercatorReach) {
			break
		}
		const degree = 180 / math.Pi
		return x * (degree / sphereRadius), degree * math.Atan(math.Sinh(y/sphereRadius)), true
	}
	n, ok := t.toNormal(x, y)
	if !ok {
		return 0, 0, false
	}
	if !t.step.none {
		n = t.step.apply(n)
	}
	return t.fromNormal(n)
}

// finite also keeps latitudes on the globe.
func (t *Transform) finite(x, y float64) bool {
	if t.from.Geographic {
		return math.Abs(x) <= 360 && math.Abs(y) <= 90
	}
	return math.Abs(x) <= math.MaxFloat64 && math.Abs(y) <= math.MaxFloat64
}

// mercatorReach is the northing of maxMercatorLat in metres, rounded down.
const mercatorReach = 59_650_000

func (t *Transform) toNormal(x, y float64) (normal, bool) {
	switch t.from.Method {
	case MethodTransverseMercator:
		return t.in.inverse(x, y)
	case MethodWebMercator:
		if !(math.Abs(x) <= 2*math.Pi*sphereRadius && math.Abs(y) <= mercatorReach) {
			return normal{}, false
		}
		sinLon, cosLon := math.Sincos(x / sphereRadius)
		sinh := math.Sinh(y / sphereRadius)
		cosLat := 1 / math.Sqrt(1+sinh*sinh)
		return normal{cosLat * cosLon, cosLat * sinLon, cosLat * sinh}, true
	default:
		if !(math.Abs(x) <= 360 && math.Abs(y) <= 90) {
			return normal{}, false
		}
		return normalOf(x, y), true
	}
}

// mercatorY is web Mercator's northing in metres from the sine of the latitude.
func mercatorY(sin float64) float64 {
	if math.Abs(sin) > 0.99 {
		return sphereRadius * math.Atanh(sin)
	}
	return 0.5 * sphereRadius * math.Log((1+sin)/(1-sin))
}

func (t *Transform) fromNormal(n normal) (x, y float64, ok bool) {
	switch t.to.Method {
	case MethodTransverseMercator:
		return t.out.forward(n)
	case MethodWebMercator:
		cosLat := math.Sqrt(n.x*n.x + n.y*n.y)
		if cosLat < 1.7e-4 { // beyond maxMercatorLat
			return 0, 0, false
		}
		return sphereRadius * math.Atan2(n.y, n.x), mercatorY(n.z), true
	default:
		x, y = n.lonLat()
		return x, y, true
	}
}

// Flat converts the positions in xy in place: x at i, y at i+1 for every
// multiple i of stride (>= 2); what lies between is left alone. It stops at
// the first position that cannot be converted, naming its index, and leaves
// those before it converted.
func (t *Transform) Flat(xy []float64, stride int) error {
	if stride < 2 {
		return fmt.Errorf("crs: transform: stride %d is less than 2", stride)
	}
	for i := 0; i+1 < len(xy); i += stride {
		u, v, ok := t.point(xy[i], xy[i+1])
		if !ok {
			return t.outsideAt(i/stride, xy[i], xy[i+1])
		}
		xy[i], xy[i+1] = u, v
	}
	return nil
}
