package crs

import (
	"fmt"
	"strconv"
	"strings"
)

// Definitions of a system as text, for people and other programs. Each names
// x before y where the format leaves a choice.

// towgs84 are the ministry's parameters as TOWGS84 and +towgs84 want them:
// metres, arc seconds in the position vector convention, parts per million.
const towgs84 = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"

// number writes a value in the shortest form that reads back the same.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// PROJ returns the PROJ string, with the ministry's +towgs84 for VN-2000. Read
// by PROJ it gives x first, and the same coordinates as Transform.
func (s *System) PROJ() string {
	var b strings.Builder
	switch s.Method {
	case MethodWebMercator:
		return "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"
	case MethodGeographic:
		b.WriteString("+proj=longlat")
	case MethodTransverseMercator:
		fmt.Fprintf(&b, "+proj=tmerc +lat_0=0 +lon_0=%s +k=%s +x_0=%s +y_0=%s", number(s.CentralMeridian),
			number(s.ScaleFactor), number(s.FalseEasting), number(s.FalseNorthing))
	}
	switch s.Datum {
	case DatumVN2000:
		b.WriteString(" +ellps=WGS84 +towgs84=" + towgs84)
	case DatumETRS89:
		b.WriteString(" +ellps=GRS80 +towgs84=0,0,0,0,0,0,0")
	case DatumWGS84:
		b.WriteString(" +datum=WGS84")
	}
	if !s.Geographic {
		b.WriteString(" +units=m")
	}
	b.WriteString(" +no_defs")
	return b.String()
}

// WKT1 returns the well-known text of OGC 01-009 with AUTHORITY nodes, and
// TOWGS84 for VN-2000.
func (s *System) WKT1() string { return s.wkt1(true) }

func (s *System) wkt1(authority bool) string {
	id := func(code string) string {
		if !authority {
			return ""
		}
		return `,AUTHORITY["EPSG","` + code + `"]`
	}
	d := s.Datum.text()
	shift := ""
	if s.Datum == DatumVN2000 {
		shift = ",TOWGS84[" + towgs84 + "]"
	}
	e := s.Datum.ellipsoid()
	geogcs := `GEOGCS["` + d.name + `",DATUM["` + d.wkt1 + `",SPHEROID["` + d.spheroid + `",` + number(e.a) + `,` + number(e.invF) + id(d.spheroidCode) + `]` +
		shift + id(d.datumCode) + `],PRIMEM["Greenwich",0` + id("8901") + `],UNIT["degree",0.0174532925199433` + id("9122") + `]`
	if s.Geographic {
		return geogcs + id(d.code) + `]`
	}
	geogcs += id(d.code) + `]`
	extension := ""
	projection := `PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",` + number(s.CentralMeridian) +
		`],PARAMETER["scale_factor",` + number(s.ScaleFactor) + `]`
	if s.Method == MethodWebMercator {
		projection = `PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1]`
		extension = `,EXTENSION["PROJ4","` + s.PROJ() + `"]`
	}
	return `PROJCS["` + s.Name + `",` + geogcs + `,` + projection +
		`,PARAMETER["false_easting",` + number(s.FalseEasting) + `],PARAMETER["false_northing",` + number(s.FalseNorthing) +
		`],UNIT["metre",1` + id("9001") + `],AXIS["Easting",EAST],AXIS["Northing",NORTH]` + extension + id(strconv.Itoa(int(s.SRID))) + `]`
}

// datumText are the registry's names and codes of a datum.
type datumText struct {
	name, code             string // of the geographic system
	wkt1, wkt2             string // of the datum
	datumCode              string
	spheroid, spheroidCode string
	esri, esriSpheroid     string
}

func (d Datum) text() datumText {
	switch d {
	case DatumVN2000:
		return datumText{"VN-2000", "4756", "Vietnam_2000", "Vietnam 2000", "6756", "WGS 84", "7030", "VN_2000", "WGS_1984"}
	case DatumETRS89:
		return datumText{"ETRS89", "4258", "European_Terrestrial_Reference_System_1989", "European Terrestrial Reference System 1989",
			"6258", "GRS 1980", "7019", "ETRS_1989", "GRS_1980"}
	default:
		return datumText{"WGS 84", "4326", "WGS_1984", "World Geodetic System 1984", "6326", "WGS 84", "7030", "WGS_1984", "WGS_1984"}
	}
}

// ESRI returns the well-known text that ArcGIS writes beside a shapefile
// (.prj). The dialect has no place for datum parameters.
func (s *System) ESRI() string {
	d := s.Datum.text()
	e := s.Datum.ellipsoid()
	datum := d.esri
	if s.Datum == DatumVN2000 {
		datum = "Vietnam_2000"
	}
	geogcs := fmt.Sprintf(`GEOGCS["GCS_%s",DATUM["D_%s",SPHEROID["%s",6378137.0,%s]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`,
		d.esri, datum, d.esriSpheroid, number(e.invF))
	switch s.Method {
	case MethodGeographic:
		return geogcs
	case MethodWebMercator:
		return `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",` + geogcs + `,PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],` +
			`PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`
	}
	return fmt.Sprintf(`PROJCS["%s",%s,PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",%s],PARAMETER["False_Northing",%s],`+
		`PARAMETER["Central_Meridian",%s],PARAMETER["Scale_Factor",%s],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`,
		s.esriName(), geogcs, decimal(s.FalseEasting), decimal(s.FalseNorthing), decimal(s.CentralMeridian), decimal(s.ScaleFactor))
}

// esriName is the name in the alphabet of ESRI's dialect.
func (s *System) esriName() string {
	name := strings.NewReplacer("WGS 84", "WGS_1984", "ETRS89", "ETRS_1989", " / ", "_", " ", "_").Replace(s.Name)
	return strings.ReplaceAll(name, "UTM_zone", "UTM_Zone")
}

// decimal is number with a decimal point at all times.
func decimal(v float64) string {
	t := number(v)
	if !strings.Contains(t, ".") {
		t += ".0"
	}
	return t
}
