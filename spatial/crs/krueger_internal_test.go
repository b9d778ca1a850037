package crs

import (
	"math"
	"testing"
)

// TestConformalLatitude checks the two latitude series against the closed form
// tan χ = sinh(asinh(tan φ) - e·atanh(e·sin φ)).
func TestConformalLatitude(t *testing.T) {
	t.Parallel()
	s, _ := Lookup(9210)
	k := newKrueger(s)
	e := math.Sqrt(s.Datum.ellipsoid().e2())
	for lat := -89.5; lat <= 89.5; lat += 0.5 {
		sin, cos := math.Sincos(lat * math.Pi / 180)
		want := math.Atan(math.Sinh(math.Asinh(sin/cos) - e*math.Atanh(e*sin)))
		sinChi, cosChi := shiftLatitude(&k.toConf, sin, cos)
		if got := math.Atan2(sinChi, cosChi); math.Abs(got-want) > 3e-15 {
			t.Errorf("conformal latitude of %v°: off by %v rad", lat, got-want)
		}
		sinLat, cosLat := shiftLatitude(&k.fromConf, sinChi, cosChi)
		if got := math.Atan2(sinLat, cosLat); math.Abs(got-lat*math.Pi/180) > 1e-15 {
			t.Errorf("latitude %v° comes back off by %v rad", lat, got-lat*math.Pi/180)
		}
	}
}

// TestMeridianArc checks the rectifying radius: the arc from the equator to the
// pole on WGS 84 is 10 001 965.729 312 m.
func TestMeridianArc(t *testing.T) {
	t.Parallel()
	s, _ := Lookup(9210)
	k := newKrueger(s)
	if got := k.scale / 0.9999 * math.Pi / 2; math.Abs(got-10001965.7293127) > 1e-6 {
		t.Errorf("got %.7f m", got)
	}
}

// TestTextAgreesWithNumbers: TOWGS84 is written out once as text.
func TestTextAgreesWithNumbers(t *testing.T) {
	t.Parallel()
	want := ""
	for i, v := range TOWGS84() {
		if i > 0 {
			want += ","
		}
		want += number(v)
	}
	if towgs84 != want {
		t.Errorf("text %s, numbers %s", towgs84, want)
	}
}
