package crs

import (
	"fmt"
	"math"
	"strings"

	"gisd/spatial"
)

// MatchWKT finds the system that a well-known text describes (a .prj file:
// ESRI's dialect, OGC WKT 1 or ISO 19162 WKT 2) by its numbers, not by the name
// it was given: projection method, central meridian, scale, false origin, unit
// and ellipsoid; then the datum by its TOWGS84 or its own name. The reason says
// in one sentence what matched, or what stood in the way, and is safe to show.
//
// VN-2000 uses the ellipsoid of WGS 84, so only the datum tells them apart, and
// they lie some 200 m apart: a VN-2000 zone on the datum WGS 84 is not matched.
// A TOWGS84 other than the ministry's does not change what the coordinates are
// and is reported and ignored.
func MatchWKT(wkt string) (srid spatial.SRID, reason string, ok bool) {
	root, err := parseWKT(wkt)
	if err != nil {
		return 0, "the definition cannot be read: " + err.Error(), false
	}
	d, ok := readDefinition(root)
	if !ok {
		return 0, "the definition names no geographic or projected system with a datum and an ellipsoid", false
	}
	datum, why, ok := d.matchDatum()
	if !ok {
		return 0, why, false
	}
	s, how, ok := d.matchSystem(datum, why)
	if !ok {
		return 0, how, false
	}
	reason = how + "; " + why
	if d.identifier != "" && d.identifier != s.SRID.String() {
		reason += "; its own identifier " + clip(d.identifier) + " says otherwise and is not used"
	}
	return s.SRID, reason, true
}

// clip bounds text that is quoted from a file.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// VN2000Twin finds the VN-2000 system that has all the numbers of a well-known
// text on the datum WGS 84, which MatchWKT does not match: programs that do not
// know VN-2000 write its zones that way.
func VN2000Twin(wkt string) (spatial.SRID, bool) {
	root, err := parseWKT(wkt)
	if err != nil {
		return 0, false
	}
	d, ok := readDefinition(root)
	if !ok || !d.projected {
		return 0, false
	}
	if datum, _, ok := d.matchDatum(); !ok || datum != DatumWGS84 {
		return 0, false
	}
	s, _, ok := d.matchSystem(DatumVN2000, "")
	if !ok {
		return 0, false
	}
	return s.SRID, true
}

// matchDatum tells the datum, by TOWGS84 where it is the ministry's, else by
// name; the ellipsoid must agree.
func (d *definition) matchDatum() (Datum, string, bool) {
	if math.Abs(d.meridian) > 1e-9 {
		return 0, fmt.Sprintf("its prime meridian is %v° and not Greenwich", d.meridian), false
	}
	sphere := d.invF == 0 && math.Abs(d.semiMajor-sphereRadius) < 1e-3
	wgs := math.Abs(d.semiMajor-6378137) < 1e-3 && math.Abs(d.invF-298.257223563) < 1e-6
	grs := math.Abs(d.semiMajor-6378137) < 1e-3 && math.Abs(d.invF-298.257222101) < 1e-6
	if !wgs && !grs && !sphere {
		return 0, fmt.Sprintf("its ellipsoid (%v m, 1/f %v, datum %s) is neither that of WGS 84 nor GRS 1980", d.semiMajor, d.invF, clip(d.datum)), false
	}
	ministry := sameShift(d.towgs84, TOWGS84())
	name := strings.TrimPrefix(fold(d.datum), "d")
	switch {
	case wgs && ministry:
		return DatumVN2000, "TOWGS84 is the ministry's (decision 05/2007)", true
	case wgs && isVN2000(name):
		if len(d.towgs84) > 0 {
			return DatumVN2000, "datum " + clip(d.datum) + "; its TOWGS84 is not the ministry's and is not used", true
		}
		return DatumVN2000, "datum " + clip(d.datum), true
	case !zeroShift(d.towgs84):
		return 0, "its TOWGS84 parameters on datum " + clip(d.datum) + " belong to no system here", false
	case (wgs || grs) && isETRS89(name):
		return DatumETRS89, "datum " + clip(d.datum), true
	case (wgs || sphere) && isWGS84(name, d.name):
		return DatumWGS84, "datum " + clip(d.datum), true
	}
	return 0, "its datum " + clip(d.datum) + " is not one of WGS 84, VN-2000 and ETRS89", false
}

func isVN2000(name string) bool {
	return strings.Contains(name, "vietnam2000") || strings.Contains(name, "vn2000")
}

func isETRS89(name string) bool {
	return strings.HasPrefix(name, "etrs1989") || strings.HasPrefix(name, "etrs89") || strings.HasPrefix(name, "europeanterrestrialreferencesystem1989")
}

// isWGS84 takes ESRI's auxiliary sphere as WGS 84 too; system is the name of
// the whole, for texts whose datum is just "unknown".
func isWGS84(name, system string) bool {
	return strings.HasPrefix(name, "wgs1984") || strings.HasPrefix(name, "wgs84") || strings.HasPrefix(name, "worldgeodeticsystem1984") ||
		strings.Contains(name, "auxiliarysphere") || name == "unknown" && strings.HasPrefix(fold(system), "wgs")
}

// sameShift compares to what people write out: 1 cm, 1e-5 seconds, 1e-4 ppm.
func sameShift(got []float64, want [7]float64) bool {
	if len(got) != len(want) {
		return false
	}
	tolerance := [...]float64{0.01, 0.01, 0.01, 1e-5, 1e-5, 1e-5, 1e-4}
	for i := range want {
		if math.Abs(got[i]-want[i]) > tolerance[i] {
			return false
		}
	}
	return true
}

func zeroShift(v []float64) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}

// matchSystem finds the system on that datum with the definition's numbers.
func (d *definition) matchSystem(datum Datum, why string) (*System, string, bool) {
	if !d.projected {
		for _, srid := range [...]spatial.SRID{4326, 4756, 4258} {
			if s, ok := Lookup(srid); ok && s.Datum == datum {
				return s, "geographic coordinates, " + s.Name, true
			}
		}
		return nil, "no geographic system on this datum", false
	}
	if math.Abs(d.metres-1) > 1e-9 {
		return nil, fmt.Sprintf("its unit is %v m and not the metre", d.metres), false
	}
	switch d.method {
	case "transversemercator", "gausskruger", "transversemercatorcomplex":
		return d.matchTransverse(datum, why)
	case "mercatorauxiliarysphere", "popularvisualisationpseudomercator", "mercator1sp", "mercator", "mercator2sp":
		web := d.webMarked || d.invF == 0 || strings.HasPrefix(d.method, "mercatoraux") || strings.HasPrefix(d.method, "popular")
		if web && datum == DatumWGS84 && d.params["centralmeridian"] == 0 && d.params["falseeasting"] == 0 && d.params["falsenorthing"] == 0 {
			return webMercator(), "web Mercator (" + d.method + ")", true
		}
		return nil, "a Mercator projection other than web Mercator", false
	}
	return nil, "its projection method " + clip(d.method) + " is not one that is used here", false
}

func (d *definition) matchTransverse(datum Datum, why string) (*System, string, bool) {
	numbers := fmt.Sprintf("transverse Mercator, central meridian %v°, scale %v, false easting %v, false northing %v",
		d.params["centralmeridian"], d.params["scalefactor"], d.params["falseeasting"], d.params["falsenorthing"])
	if d.params["latitudeoforigin"] != 0 {
		return nil, numbers + fmt.Sprintf(": latitude of origin %v is not 0", d.params["latitudeoforigin"]), false
	}
	var elsewhere *System
	all := All()
	for i := range all {
		s := &all[i]
		if s.Method != MethodTransverseMercator || !d.sameNumbers(s) {
			continue
		}
		if s.Datum == datum {
			return s, numbers + ": " + s.SRID.String() + " " + s.Name, true
		}
		if elsewhere == nil || s.Datum == DatumVN2000 {
			elsewhere = s
		}
	}
	if elsewhere != nil {
		return nil, fmt.Sprintf("%s is %v %s, but the file says %s, and the two lie some 200 m apart", numbers, elsewhere.SRID, elsewhere.Name, why), false
	}
	return nil, numbers + ": no system here has these numbers", false
}

// sameNumbers allows for the rounding of meridians to 1e-7° (1 cm).
func (d *definition) sameNumbers(s *System) bool {
	return math.Abs(d.params["centralmeridian"]-s.CentralMeridian) < 1e-7 &&
		math.Abs(d.params["scalefactor"]-s.ScaleFactor) < 1e-9 &&
		math.Abs(d.params["falseeasting"]-s.FalseEasting) < 1e-3 &&
		math.Abs(d.params["falsenorthing"]-s.FalseNorthing) < 1e-3
}
