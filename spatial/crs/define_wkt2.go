package crs

import (
	"fmt"
	"strconv"
	"strings"
)

// WKT2 returns the well-known text of ISO 19162:2019 with the registry's
// identifiers and axis order. It says nothing of datum steps; a program that
// picks them itself may take another one than this package: see QGIS.
func (s *System) WKT2() string {
	if s.Geographic {
		return "GEOGCRS[" + quote(s.Name) + "," + s.wkt2Datum() + "," + geographicAxes + "," + s.wkt2Usage() + "," + wkt2ID(int(s.SRID)) + "]"
	}
	method := `METHOD["Transverse Mercator",ID["EPSG",9807]],` +
		`PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],` +
		`PARAMETER["Longitude of natural origin",` + number(s.CentralMeridian) + `,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],` +
		`PARAMETER["Scale factor at natural origin",` + number(s.ScaleFactor) + `,SCALEUNIT["unity",1],ID["EPSG",8805]],`
	conversion, east, north := conversionName(s), "(E)", "(N)"
	if s.Method == MethodWebMercator {
		method = `METHOD["Popular Visualisation Pseudo Mercator",ID["EPSG",1024]],` +
			`PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],` +
			`PARAMETER["Longitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],`
		conversion, east, north = "Popular Visualisation Pseudo-Mercator", "easting (X)", "northing (Y)"
	}
	d := s.Datum.text()
	code, _ := strconv.Atoi(d.code)
	return "PROJCRS[" + quote(s.Name) + ",BASEGEOGCRS[" + quote(d.name) + "," + s.wkt2Datum() + "," + wkt2ID(code) + "]," +
		"CONVERSION[" + quote(conversion) + "," + method +
		`PARAMETER["False easting",` + number(s.FalseEasting) + `,LENGTHUNIT["metre",1],ID["EPSG",8806]],` +
		`PARAMETER["False northing",` + number(s.FalseNorthing) + `,LENGTHUNIT["metre",1],ID["EPSG",8807]]],` +
		`CS[Cartesian,2],AXIS["` + east + `",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["` + north + `",north,ORDER[2],LENGTHUNIT["metre",1]],` +
		s.wkt2Usage() + "," + wkt2ID(int(s.SRID)) + "]"
}

const geographicAxes = `CS[ellipsoidal,2],AXIS["geodetic latitude (Lat)",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],` +
	`AXIS["geodetic longitude (Lon)",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]`

// QGIS returns the text for QGIS's dialog "Custom Projections", format WKT.
// For VN-2000 it binds the ministry's step to the system, so that QGIS cannot
// fall back on EPSG:5194; elsewhere it is WKT2.
func (s *System) QGIS() string {
	if s.Datum != DatumVN2000 {
		return s.WKT2()
	}
	wgs84 := System{SRID: 4326, Name: "WGS 84", Datum: DatumWGS84}
	return "BOUNDCRS[SOURCECRS[" + s.WKT2() + "],TARGETCRS[GEOGCRS[" + quote("WGS 84") + "," + wgs84.wkt2Datum() + "," + geographicAxes + "," + wkt2ID(4326) + "]]," +
		`ABRIDGEDTRANSFORMATION["VN-2000 to WGS 84 (2)",METHOD["Coordinate Frame rotation (geog2D domain)",ID["EPSG",9607]],` +
		`PARAMETER["X-axis translation",` + number(vnDX) + `,ID["EPSG",8605]],` +
		`PARAMETER["Y-axis translation",` + number(vnDY) + `,ID["EPSG",8606]],` +
		`PARAMETER["Z-axis translation",` + number(vnDZ) + `,ID["EPSG",8607]],` +
		`PARAMETER["X-axis rotation",` + number(-vnRX) + `,ID["EPSG",8608]],` +
		`PARAMETER["Y-axis rotation",` + number(-vnRY) + `,ID["EPSG",8609]],` +
		`PARAMETER["Z-axis rotation",` + number(-vnRZ) + `,ID["EPSG",8610]],` +
		`PARAMETER["Scale difference",1.000000252906278,ID["EPSG",8611]],ID["EPSG",6960]]]`
}

func (s *System) wkt2Datum() string {
	d, e := s.Datum.text(), s.Datum.ellipsoid()
	return "DATUM[" + quote(d.wkt2) + ",ELLIPSOID[" + quote(d.spheroid) + "," + number(e.a) + "," + number(e.invF) + `,LENGTHUNIT["metre",1]]],` +
		`PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]`
}

func (s *System) wkt2Usage() string {
	a := s.AreaOfUse
	return fmt.Sprintf(`USAGE[SCOPE["unknown"],AREA["unknown"],BBOX[%s,%s,%s,%s]]`, number(a.MinY), number(a.MinX), number(a.MaxY), number(a.MaxX))
}

// conversionName is the name of a transverse Mercator conversion: the system's
// own after the slash, which the registry prefixes with the country for TM-3.
func conversionName(s *System) string {
	_, name, _ := strings.Cut(s.Name, " / ")
	if strings.HasPrefix(name, "TM-3") {
		return "Vietnam " + name
	}
	return name
}

func quote(s string) string { return `"` + s + `"` }

func wkt2ID(code int) string { return fmt.Sprintf(`ID["EPSG",%d]`, code) }
