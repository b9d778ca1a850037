package crs

import (
	"strconv"

	"gisd/spatial"
)

// CRS84URI names WGS 84 in lon, lat order, the default of GeoJSON and of OGC
// API - Features (OGC 17-069r4 §7.13).
const CRS84URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

const epsgURI = "http://www.opengis.net/def/crs/EPSG/0/"

// Datum is a geodetic datum with the ellipsoid it uses.
type Datum uint8

// The datums of the systems here.
const (
	DatumWGS84  Datum = iota + 1
	DatumVN2000       // Vietnam 2000, EPSG:6756, on the WGS 84 ellipsoid
	DatumETRS89       // European Terrestrial Reference System 1989, EPSG:6258, on GRS 1980
)

// Method is how a system maps the ellipsoid to its coordinates.
type Method uint8

// The methods of the systems here.
const (
	MethodGeographic         Method = iota + 1 // lon, lat in degrees
	MethodTransverseMercator                   // EPSG:9807, ellipsoidal
	MethodWebMercator                          // EPSG:1024, the sphere of radius 6 378 137 m
)

// System is one coordinate reference system. It is a value: changing a copy
// changes nothing else.
type System struct {
	SRID        spatial.SRID
	Name        string // as the EPSG registry spells it
	URI         string // "http://www.opengis.net/def/crs/EPSG/0/9210"
	LatLonOrder bool   // the authority's axis order is lat, lon; memory stays x first
	Geographic  bool   // degrees; else metres
	Datum       Datum
	Method      Method

	// The projection, for MethodTransverseMercator; its latitude of origin is 0.
	CentralMeridian float64 // degrees east of Greenwich
	ScaleFactor     float64 // on the central meridian
	FalseEasting    float64 // metres
	FalseNorthing   float64 // metres

	// AreaOfUse is the registry's box, in SRID 4326 as lon, lat degrees; for
	// VN-2000 it covers the land only. UsableArea is where the system may
	// reasonably be used: for VN-2000 the islands, Hoàng Sa and Trường Sa
	// included, and the waters too. Edges are inside in both.
	AreaOfUse  spatial.Envelope
	UsableArea spatial.Envelope
}

// Lookup returns the system with that SRID.
func Lookup(srid spatial.SRID) (*System, bool) {
	switch {
	case srid == spatial.SRIDWGS84:
		return geographic(srid, "WGS 84", DatumWGS84, world()), true
	case srid == spatial.SRIDWebMercator:
		return webMercator(), true
	case srid == 4258:
		return geographic(srid, "ETRS89", DatumETRS89, box(-16.1, 32.88, 40.18, 84.73)), true
	case srid == 4756:
		s := geographic(srid, "VN-2000", DatumVN2000, box(102.14, 8.33, 109.53, 23.4))
		s.UsableArea = vietnam()
		return s, true
	case srid > 32600 && srid <= 32660:
		return utm(srid, int(srid-32600), false), true
	case srid > 32700 && srid <= 32760:
		return utm(srid, int(srid-32700), true), true
	}
	if s, ok := vn2000Projected(srid); ok {
		return s, true
	}
	return etrs89UTM(srid)
}

// Supported reports whether the SRID can be transformed exactly in Go.
func Supported(srid spatial.SRID) bool {
	_, ok := Lookup(srid)
	return ok
}

// All returns every system, the geographic ones and web Mercator first, then
// VN-2000, then UTM; within each group by SRID.
func All() []System {
	srids := []spatial.SRID{spatial.SRIDWGS84, spatial.SRIDWebMercator, 4258}
	srids = append(srids, vn2000SRIDs()...)
	for s := spatial.SRID(25828); s <= 25838; s++ {
		srids = append(srids, s)
	}
	for zone := spatial.SRID(1); zone <= 60; zone++ {
		srids = append(srids, 32600+zone)
	}
	for zone := spatial.SRID(1); zone <= 60; zone++ {
		srids = append(srids, 32700+zone)
	}
	all := make([]System, 0, len(srids))
	for _, srid := range srids {
		if s, ok := Lookup(srid); ok {
			all = append(all, *s)
		}
	}
	return all
}

func uriOf(srid spatial.SRID) string { return epsgURI + strconv.Itoa(int(srid)) }

func box(minLon, minLat, maxLon, maxLat float64) spatial.Envelope {
	return spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: minLon, MinY: minLat, MaxX: maxLon, MaxY: maxLat}
}

func world() spatial.Envelope   { return box(-180, -90, 180, 90) }
func vietnam() spatial.Envelope { return box(101, 6, 119, 24.5) }
