package geoparquet

import (
	"encoding/json"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// object keeps PROJJSON readable here; json.Marshal sorts its members.
type object = map[string]any

// projjson describes a system of spatial/crs (PROJJSON schema v0.7); nil for
// WGS 84, which is the default of GeoParquet when the member is absent, and for
// any other, which is written as null.
func projjson(srid spatial.SRID) (text json.RawMessage, absent bool) {
	s, ok := crs.Lookup(srid)
	switch {
	case srid == spatial.SRIDWGS84:
		return nil, true
	case !ok:
		return json.RawMessage("null"), false
	}
	o := geographicOf(s)
	if !s.Geographic {
		o = projectedOf(s, o)
	}
	o["$schema"] = "https://proj.org/schemas/v0.7/projjson.schema.json"
	o["name"] = s.Name
	o["id"] = epsg(int(srid))
	b, err := json.Marshal(o)
	if err != nil {
		return json.RawMessage("null"), false
	}
	return b, false
}

func epsg(code int) object { return object{"authority": "EPSG", "code": code} }

func axes(subtype, unit string, names ...[3]string) object {
	var list []object
	for _, n := range names {
		list = append(list, object{"name": n[0], "abbreviation": n[1], "direction": n[2], "unit": unit})
	}
	return object{"subtype": subtype, "axis": list}
}

// geographicOf is the geographic system of the datum.
func geographicOf(s *crs.System) object {
	name, base, code, datum := "WGS 84", 4326, 6326, "World Geodetic System 1984"
	ellipsoid := object{"name": "WGS 84", "semi_major_axis": 6378137, "inverse_flattening": 298.257223563}
	switch s.Datum {
	case crs.DatumVN2000:
		name, base, code, datum = "VN-2000", 4756, 6756, "Vietnam 2000"
	case crs.DatumETRS89:
		name, base, code, datum = "ETRS89", 4258, 6258, "European Terrestrial Reference System 1989"
		ellipsoid = object{"name": "GRS 1980", "semi_major_axis": 6378137, "inverse_flattening": 298.257222101}
	}
	return object{
		"type": "GeographicCRS", "name": name, "id": epsg(base),
		"datum": object{"type": "GeodeticReferenceFrame", "name": datum, "ellipsoid": ellipsoid, "id": epsg(code)},
		"coordinate_system": axes("ellipsoidal", "degree",
			[3]string{"Geodetic latitude", "Lat", "north"}, [3]string{"Geodetic longitude", "Lon", "east"}),
	}
}

func projectedOf(s *crs.System, base object) object {
	method, code := "Transverse Mercator", 9807
	if s.Method == crs.MethodWebMercator {
		method, code = "Popular Visualisation Pseudo Mercator", 1024
	}
	var parameters []object
	add := func(name string, value float64, unit string, code int) {
		parameters = append(parameters, object{"name": name, "value": value, "unit": unit, "id": epsg(code)})
	}
	add("Latitude of natural origin", 0, "degree", 8801)
	add("Longitude of natural origin", s.CentralMeridian, "degree", 8802)
	if s.Method == crs.MethodTransverseMercator {
		add("Scale factor at natural origin", s.ScaleFactor, "unity", 8805)
	}
	add("False easting", s.FalseEasting, "metre", 8806)
	add("False northing", s.FalseNorthing, "metre", 8807)
	return object{
		"type": "ProjectedCRS", "base_crs": base,
		"conversion": object{"name": s.Name, "method": object{"name": method, "id": epsg(code)}, "parameters": parameters},
		"coordinate_system": axes("Cartesian", "metre",
			[3]string{"Easting", "E", "east"}, [3]string{"Northing", "N", "north"}),
	}
}
