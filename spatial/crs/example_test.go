package crs_test

import (
	"fmt"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// A corner of a parcel in the provincial zone of Bình Dương, on the web map.
func ExampleTransform_Point() {
	t, err := crs.NewTransform(9210, 4326)
	if err != nil {
		fmt.Println(err)
		return
	}
	lon, lat, err := t.Point(600000, 1220900) // easting, northing
	fmt.Printf("%.9f %.9f %v\n", lon, lat, err)
	// Output: 106.666983391 11.038787761 <nil>
}

// The system is found by its numbers; the name is of the maker's own.
func ExampleMatchWKT() {
	srid, reason, ok := crs.MatchWKT(`PROJCS["VN2000_HCM",GEOGCS["GCS_VN_2000",
		DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",6378137.0,298.257223563]],
		PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],
		PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],
		PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",105.75],
		PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0.0],
		UNIT["Meter",1.0]]`)
	fmt.Println(srid, ok)
	fmt.Println(reason)
	// Output:
	// EPSG:9210 true
	// transverse Mercator, central meridian 105.75°, scale 0.9999, false easting 500000, false northing 0: EPSG:9210 VN-2000 / TM-3 105-45; datum D_Vietnam_2000
}

// Vertices of a tile at zoom 14 take a polynomial instead of the exact way.
func ExampleFit() {
	box := spatial.Envelope{SRID: 3857, MinX: 11871666, MinY: 1235304, MaxX: 11874112, MaxY: 1237750}
	unit := (box.MaxX - box.MinX) / 4096
	fit, ok := crs.Fit(9210, 3857, box, unit/16)
	if !ok {
		fmt.Println("convert exactly")
		return
	}
	tile := fit.Scaled(box.MinX, box.MaxY, 1/unit, -1/unit)
	x, y, _ := tile.Point(599000, 1221000)
	fmt.Printf("degree %d, column %.0f, row %.0f\n", fit.Degree, x, y)
	// Output: degree 2, column 2394, row 1907
}

func ExampleParseReference() {
	for _, s := range []string{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326", "[EPSG:9210]"} {
		r, err := crs.ParseReference(s)
		fmt.Println(r.SRID, r.LatLon, err)
	}
	// Output:
	// EPSG:4326 false <nil>
	// EPSG:4326 true <nil>
	// EPSG:9210 false <nil>
}
