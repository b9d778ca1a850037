package crs_test

import (
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in     string
		srid   spatial.SRID
		latLon bool
	}{
		{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, false},
		{"https://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, false},
		{"http://www.opengis.net/def/crs/OGC/0/CRS84", 4326, false},
		{"http://www.opengis.net/def/crs/EPSG/0/4326", 4326, true},
		{"http://www.opengis.net/def/crs/EPSG/9.9.1/4326", 4326, true},
		{"http://www.opengis.net/def/crs/EPSG/0/9210", 9210, false},
		{"http://www.opengis.net/def/crs/EPSG/0/4756", 4756, true},
		{"urn:ogc:def:crs:EPSG::3857", 3857, false},
		{"urn:ogc:def:crs:OGC:1.3:CRS84", 4326, false},
		{"URN:OGC:DEF:CRS:EPSG::9210", 9210, false},
		{"[EPSG:9210]", 9210, false},
		{"[OGC:CRS84]", 4326, false},
		{"EPSG:32648", 32648, false},
		{"epsg:9210", 9210, false},
		{"OGC:CRS84", 4326, false},
		{"CRS84", 4326, false},
	}
	for _, c := range cases {
		t.Run(c.in, func(t *testing.T) {
			t.Parallel()
			got, err := crs.ParseReference(c.in)
			if err != nil || got != (crs.Reference{SRID: c.srid, LatLon: c.latLon}) {
				t.Errorf("got %+v, %v", got, err)
			}
			if srid, err := crs.ParseURI(c.in); err != nil || srid != c.srid {
				t.Errorf("ParseURI gives %v, %v", srid, err)
			}
		})
	}
	for _, in := range []string{
		"", "9210", "EPSG", "EPSG:", "EPSG:0", "EPSG:-9210", "EPSG:+9210", "EPSG:09210", "EPSG:9210 ", " EPSG:9210", "EPSG:9210.0", "EPSG:99999999999", "EPSG:27700",
		"ESRI:102100", "[EPSG:9210", "EPSG:9210]", "[[EPSG:9210]]", "OGC:CRS83", "http://www.opengis.net/def/crs/EPSG/9210",
		"http://www.opengis.net/def/crs/EPSG/0/9210/", "http://www.opengis.net/def/crs/EPSG/x/9210", "http://evil.example/def/crs/EPSG/0/9210",
		"urn:ogc:def:crs:EPSG:9210", strings.Repeat("EPSG:9210", 100), "EPSG:9210\x00", "CRS:84",
	} {
		if got, err := crs.ParseReference(in); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%q gives %+v, %v", in, got, err)
		}
	}
}

func TestURIsReadBack(t *testing.T) {
	t.Parallel()
	for _, s := range crs.All() {
		got, err := crs.ParseReference(s.URI)
		if err != nil || got.SRID != s.SRID || got.LatLon != s.LatLonOrder {
			t.Errorf("%s gives %+v, %v", s.URI, got, err)
		}
	}
}

func FuzzParseURI(f *testing.F) {
	for _, s := range []string{
		"http://www.opengis.net/def/crs/EPSG/0/9210", crs.CRS84URI, "urn:ogc:def:crs:EPSG::4326", "[EPSG:9210]", "EPSG:3857", "CRS84", "EPSG:", "[", "urn:ogc:def:crs:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		srid, err := crs.ParseURI(s)
		if err != nil {
			if spatial.CodeOf(err) != spatial.CodeInvalid || len(err.Error()) > 2000 {
				t.Errorf("error of code %s, %d bytes", spatial.CodeOf(err), len(err.Error()))
			}
			return
		}
		system, ok := crs.Lookup(srid)
		if !ok {
			t.Fatalf("%q gives %v, which is not supported", s, srid)
		}
		if again, err := crs.ParseURI(system.URI); err != nil || again != srid {
			t.Errorf("%q gives %v, its URI gives %v", s, srid, again)
		}
	})
}
