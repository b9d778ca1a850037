package crs

import "math"

// krueger is the ellipsoidal transverse Mercator projection by Krüger's series
// in the third flattening n, carried to n⁶ (Karney, J. Geodesy 85 (2011),
// eqs. 35, 36; the latitudes by the same author's auxiliary-latitude series).
// Within 3 900 km of the central meridian the truncation is below 5 nm.
type krueger struct {
	scale, invScale  float64 // k0 · rectifying radius, metres
	x0, y0           float64 // false easting and northing, metres
	sinLon0, cosLon0 float64
	alpha, beta      [6]float64 // conformal to rectifying sphere and back
	toConf, fromConf [6]float64 // geodetic to conformal latitude and back
}

// maxEta is the widest reach from the central meridian, in radii: 37° at the
// equator.
const (
	maxEta     = 0.7
	maxSinhEta = 0.758583701839534 // sinh(0.7)
)

func newKrueger(s *System) krueger {
	e := s.Datum.ellipsoid()
	n := e.n()
	radius := e.a / (1 + n) * (1 + n*n/4*(1+n*n/16*(1+n*n/4)))
	t := krueger{
		scale: s.ScaleFactor * radius, invScale: 1 / (s.ScaleFactor * radius),
		x0: s.FalseEasting, y0: s.FalseNorthing,
	}
	t.sinLon0, t.cosLon0 = math.Sincos(s.CentralMeridian * (math.Pi / 180))
	t.alpha = [6]float64{
		series(n, 1, 1./2, -2./3, 5./16, 41./180, -127./288, 7891./37800),
		series(n, 2, 13./48, -3./5, 557./1440, 281./630, -1983433./1935360),
		series(n, 3, 61./240, -103./140, 15061./26880, 167603./181440),
		series(n, 4, 49561./161280, -179./168, 6601661./7257600),
		series(n, 5, 34729./80640, -3418889./1995840),
		series(n, 6, 212378941./319334400),
	}
	t.beta = [6]float64{
		series(n, 1, 1./2, -2./3, 37./96, -1./360, -81./512, 96199./604800),
		series(n, 2, 1./48, 1./15, -437./1440, 46./105, -1118711./3870720),
		series(n, 3, 17./480, -37./840, -209./4480, 5569./90720),
		series(n, 4, 4397./161280, -11./504, -830251./7257600),
		series(n, 5, 4583./161280, -108847./3991680),
		series(n, 6, 20648693./638668800),
	}
	t.toConf = [6]float64{
		series(n, 1, -2, 2./3, 4./3, -82./45, 32./45, 4642./4725),
		series(n, 2, 5./3, -16./15, -13./9, 904./315, -1522./945),
		series(n, 3, -26./15, 34./21, 8./5, -12686./2835),
		series(n, 4, 1237./630, -12./5, -24832./14175),
		series(n, 5, -734./315, 109598./31185),
		series(n, 6, 444337./155925),
	}
	t.fromConf = [6]float64{
		series(n, 1, 2, -2./3, -2, 116./45, 26./45, -2854./675),
		series(n, 2, 7./3, -8./5, -227./45, 2704./315, 2323./945),
		series(n, 3, 56./15, -136./35, -1262./105, 73814./2835),
		series(n, 4, 4279./630, -332./35, -399572./14175),
		series(n, 5, 4174./315, -144838./6237),
		series(n, 6, 601676./22275),
	}
	return t
}

// series is nᵖ·(c₀ + c₁n + c₂n² + …).
func series(n float64, power int, c ...float64) float64 {
	sum := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		sum = sum*n + c[i]
	}
	for range power {
		sum *= n
	}
	return sum
}

// inverse returns the place with easting x and northing y in metres; false
// outside the reach of the projection.
func (t *krueger) inverse(x, y float64) (normal, bool) {
	eta, xi := (x-t.x0)*t.invScale, (y-t.y0)*t.invScale
	if !(math.Abs(eta) <= maxEta && math.Abs(xi) <= math.Pi/2) {
		return normal{}, false
	}
	sin, cos := math.Sincos(xi)
	sinh := math.Sinh(eta)
	cosh := math.Sqrt(1 + sinh*sinh)
	dXi, dEta := clenshawComplex(&t.beta, sin, cos, sinh, cosh)

	// From (xi, eta) to the conformal sphere by the angle sums.
	sd, cd := smallSincos(dXi)
	sin, cos = sin*cd-cos*sd, cos*cd+sin*sd
	e2 := dEta * dEta
	sinh = sinh*(1+e2/2*(1+e2/12)) - cosh*dEta*(1+e2/6*(1+e2/20))
	h2 := sinh*sinh + cos*cos
	h := math.Sqrt(h2)
	r := 1 / math.Sqrt(1+sinh*sinh)
	sinLat, cosLat := sin*r, h*r
	sinLat, cosLat = shiftLatitude(&t.fromConf, sinLat, cosLat)
	if h == 0 {
		return normal{0, 0, math.Copysign(1, sinLat)}, true
	}
	east, ahead := cosLat*sinh/h, cosLat*cos/h
	return normal{ahead*t.cosLon0 - east*t.sinLon0, ahead*t.sinLon0 + east*t.cosLon0, sinLat}, true
}

// forward returns easting and northing in metres; false outside the reach.
func (t *krueger) forward(p normal) (x, y float64, ok bool) {
	ahead, east := p.x*t.cosLon0+p.y*t.sinLon0, p.y*t.cosLon0-p.x*t.sinLon0
	cosLat := math.Sqrt(p.x*p.x + p.y*p.y)
	if cosLat == 0 {
		return t.x0, t.y0 + math.Copysign(t.scale*math.Pi/2, p.z), true
	}
	if !(ahead >= 0) {
		return 0, 0, false
	}
	sinChi, cosChi := shiftLatitude(&t.toConf, p.z, cosLat)
	ahead, east = ahead/cosLat*cosChi, east/cosLat*cosChi
	h := math.Sqrt(sinChi*sinChi + ahead*ahead)
	if h == 0 {
		return 0, 0, false
	}
	sin, cos, sinh, cosh := sinChi/h, ahead/h, east/h, 1/h
	if math.Abs(sinh) > maxSinhEta {
		return 0, 0, false
	}
	dXi, dEta := clenshawComplex(&t.alpha, sin, cos, sinh, cosh)
	xi, eta := math.Atan2(sin, cos)+dXi, math.Asinh(sinh)+dEta
	return t.x0 + t.scale*eta, t.y0 + t.scale*xi, true
}

// shiftLatitude adds the series Σ c[j] sin 2(j+1)θ to the latitude θ given by
// its sine and cosine.
func shiftLatitude(c *[6]float64, sin, cos float64) (float64, float64) {
	u := 2 * (cos*cos - sin*sin)
	var b1, b2 float64
	for j := 5; j >= 0; j-- {
		b1, b2 = c[j]+u*b1-b2, b1
	}
	sd, cd := smallSincos(2 * sin * cos * b1)
	return sin*cd + cos*sd, cos*cd - sin*sd
}

// clenshawComplex is Σ c[j] sin 2(j+1)ζ with ζ = ξ + iη, from the circular
// functions of ξ and the hyperbolic ones of η.
func clenshawComplex(c *[6]float64, sin, cos, sinh, cosh float64) (re, im float64) {
	sin2, cos2 := 2*sin*cos, cos*cos-sin*sin
	sinh2, cosh2 := 2*sinh*cosh, 1+2*sinh*sinh
	ur, ui := 2*cos2*cosh2, -2*sin2*sinh2
	var r1, i1, r2, i2 float64
	for j := 5; j >= 0; j-- {
		r1, i1, r2, i2 = c[j]+ur*r1-ui*i1-r2, ur*i1+ui*r1-i2, r1, i1
	}
	sr, si := sin2*cosh2, cos2*sinh2
	return r1*sr - i1*si, r1*si + i1*sr
}
