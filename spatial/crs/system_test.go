package crs_test

import (
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	cases := []struct {
		srid     spatial.SRID
		name     string
		latLon   bool
		meridian float64
		scale    float64
	}{
		{4326, "WGS 84", true, 0, 0},
		{4756, "VN-2000", true, 0, 0},
		{4258, "ETRS89", true, 0, 0},
		{3857, "WGS 84 / Pseudo-Mercator", false, 0, 0},
		{3405, "VN-2000 / UTM zone 48N", false, 105, 0.9996},
		{3406, "VN-2000 / UTM zone 49N", false, 111, 0.9996},
		{5896, "VN-2000 / TM-3 zone 481", false, 102, 0.9999},
		{5899, "VN-2000 / TM-3 107-45", false, 107.75, 0.9999},
		{9205, "VN-2000 / TM-3 103-00", false, 103, 0.9999},
		{9208, "VN-2000 / TM-3 104-45", false, 104.75, 0.9999},
		{9210, "VN-2000 / TM-3 105-45", false, 105.75, 0.9999},
		{9218, "VN-2000 / TM-3 108-30", false, 108.5, 0.9999},
		{25832, "ETRS89 / UTM zone 32N", false, 9, 0.9996},
		{32601, "WGS 84 / UTM zone 1N", false, -177, 0.9996},
		{32648, "WGS 84 / UTM zone 48N", false, 105, 0.9996},
		{32760, "WGS 84 / UTM zone 60S", false, 177, 0.9996},
	}
	for _, c := range cases {
		s, ok := crs.Lookup(c.srid)
		if !ok || s.Name != c.name || s.LatLonOrder != c.latLon || s.CentralMeridian != c.meridian || s.ScaleFactor != c.scale {
			t.Errorf("%v: got %+v", c.srid, s)
		}
	}
	for _, srid := range []spatial.SRID{0, -1, 4269, 9204, 9219, 32600, 32661, 32700, 32761, 25827, 25839, 990001} {
		if s, ok := crs.Lookup(srid); ok || crs.Supported(srid) {
			t.Errorf("%v is %+v", srid, s)
		}
	}
}

func TestAllSystemsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[spatial.SRID]bool{}
	all := crs.All()
	if len(all) != 3+21+11+120 {
		t.Errorf("%d systems", len(all))
	}
	for _, s := range all {
		a, u := s.AreaOfUse, s.UsableArea
		if seen[s.SRID] || s.Name == "" || s.Geographic != (s.Method == crs.MethodGeographic) || a.SRID != 4326 || u.SRID != 4326 {
			t.Errorf("%+v", s)
		}
		seen[s.SRID] = true
		if a.MinX >= a.MaxX || a.MinY >= a.MaxY || a.MinX < u.MinX-1e-9 || a.MaxX > u.MaxX+1e-9 || a.MinY < u.MinY || a.MaxY > u.MaxY {
			t.Errorf("%v: area of use %+v, usable area %+v", s.SRID, a, u)
		}
		if s.Method == crs.MethodTransverseMercator && (s.CentralMeridian < a.MinX-4 || s.CentralMeridian > a.MaxX+4) {
			t.Errorf("%v: central meridian %v, area of use %+v", s.SRID, s.CentralMeridian, a)
		}
	}
	// The islands belong to the country that VN-2000 is for.
	vn, _ := crs.Lookup(9217)
	for _, p := range [][2]float64{{112.3, 16.5}, {114.4, 10.2}, {111.9, 8.6}} {
		if u := vn.UsableArea; p[0] < u.MinX || p[0] > u.MaxX || p[1] < u.MinY || p[1] > u.MaxY {
			t.Errorf("%v lies outside %+v", p, u)
		}
	}
}
