package crs

import "math"

// The ministry's parameters from VN-2000 to WGS 84 (decision 05/2007/QĐ-BTNMT,
// EPSG:6960). EPSG gives the rotations in the coordinate frame convention;
// these are the position vector ones of TOWGS84, of opposite sign.
const (
	vnDX    = -191.90441429 // metres
	vnDY    = -39.30318279
	vnDZ    = -111.45032835
	vnRX    = 0.00928836 // arc seconds
	vnRY    = -0.01975479
	vnRZ    = 0.00427372
	vnScale = 0.252906278 // parts per million
)

// datumStep moves a place from one datum to another through geocentric
// coordinates: out = k·(R·in + t), or k·R·(in + t) for the way back. Heights
// are zero on entry and dropped on exit. Both datums use the same ellipsoid.
type datumStep struct {
	none       bool
	r          [9]float64 // rows of R, scaled
	before, t  [3]float64 // metres added before and after R
	a, e2      float64
	ratio      float64 // a/b
	ePrime2b   float64 // second eccentricity squared times b
	e2a        float64
	oneMinusE2 float64
}

// newDatumStep gives the step between two datums; WGS 84 and ETRS89 are taken
// to coincide.
func newDatumStep(from, to Datum) datumStep {
	fromVN, toVN := from == DatumVN2000, to == DatumVN2000
	if fromVN == toVN {
		return datumStep{none: true}
	}
	e := DatumVN2000.ellipsoid()
	d := datumStep{
		a: e.a, e2: e.e2(), ratio: e.a / e.b(), oneMinusE2: 1 - e.e2(),
		ePrime2b: e.e2() / (1 - e.e2()) * e.b(), e2a: e.e2() * e.a,
	}
	const second = math.Pi / (180 * 3600)
	rx, ry, rz := vnRX*second, vnRY*second, vnRZ*second
	k := 1 + vnScale*1e-6
	if fromVN {
		d.r = [9]float64{k, -k * rz, k * ry, k * rz, k, -k * rx, -k * ry, k * rx, k}
		d.t = [3]float64{vnDX, vnDY, vnDZ}
		return d
	}
	k = 1 / k
	d.r = [9]float64{k, k * rz, -k * ry, -k * rz, k, k * rx, k * ry, -k * rx, k}
	d.before = [3]float64{-vnDX, -vnDY, -vnDZ}
	return d
}

func (d *datumStep) apply(n normal) normal {
	// Geodetic to geocentric at height 0, with N the prime vertical radius.
	radius := d.a / math.Sqrt(1-d.e2*n.z*n.z)
	x := radius*n.x + d.before[0]
	y := radius*n.y + d.before[1]
	z := radius*d.oneMinusE2*n.z + d.before[2]

	gx := d.r[0]*x + d.r[1]*y + d.r[2]*z + d.t[0]
	gy := d.r[3]*x + d.r[4]*y + d.r[5]*z + d.t[1]
	gz := d.r[6]*x + d.r[7]*y + d.r[8]*z + d.t[2]

	// Back by Bowring's formula: within 1e-13 rad at heights below 1 km.
	p := math.Sqrt(gx*gx + gy*gy)
	if p == 0 {
		return normal{0, 0, math.Copysign(1, gz)}
	}
	tan := gz * d.ratio / p
	cos2 := 1 / (1 + tan*tan)
	cos := math.Sqrt(cos2)
	sin := tan * cos
	up := gz + d.ePrime2b*sin*sin*sin
	out := p - d.e2a*cos*cos2
	length := math.Sqrt(up*up + out*out)
	cosLat := out / length
	return normal{cosLat * gx / p, cosLat * gy / p, up / length}
}

// TOWGS84 returns the ministry's seven parameters from VN-2000 to WGS 84: three
// translations in metres, three rotations in arc seconds (position vector
// convention), the scale in parts per million.
func TOWGS84() [7]float64 { return [7]float64{vnDX, vnDY, vnDZ, vnRX, vnRY, vnRZ, vnScale} }
