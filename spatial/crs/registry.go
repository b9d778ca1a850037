package crs

import (
	"fmt"

	"gisd/spatial"
)

func geographic(srid spatial.SRID, name string, datum Datum, area spatial.Envelope) *System {
	return &System{
		SRID: srid, Name: name, URI: uriOf(srid), LatLonOrder: true, Geographic: true,
		Datum: datum, Method: MethodGeographic, AreaOfUse: area, UsableArea: area,
	}
}

func webMercator() *System {
	return &System{
		SRID: spatial.SRIDWebMercator, Name: "WGS 84 / Pseudo-Mercator", URI: uriOf(spatial.SRIDWebMercator),
		Datum: DatumWGS84, Method: MethodWebMercator,
		AreaOfUse: box(-180, -85.06, 180, 85.06), UsableArea: box(-180, -85.06, 180, 85.06),
	}
}

func transverseMercator(srid spatial.SRID, name string, datum Datum, lon0, k0 float64) *System {
	return &System{
		SRID: srid, Name: name, URI: uriOf(srid), Datum: datum, Method: MethodTransverseMercator,
		CentralMeridian: lon0, ScaleFactor: k0, FalseEasting: 500000,
	}
}

// utm is zone 1 to 60 on WGS 84. Its usable area reaches one zone further on
// each side, as survey practice at zone borders does.
func utm(srid spatial.SRID, zone int, south bool) *System {
	lon0 := float64(zone*6 - 183)
	name, minLat, maxLat := fmt.Sprintf("WGS 84 / UTM zone %dN", zone), 0.0, 84.0
	if south {
		name, minLat, maxLat = fmt.Sprintf("WGS 84 / UTM zone %dS", zone), -80, 0
	}
	s := transverseMercator(srid, name, DatumWGS84, lon0, 0.9996)
	if south {
		s.FalseNorthing = 10000000
	}
	s.AreaOfUse = box(lon0-3, minLat, lon0+3, maxLat)
	s.UsableArea = box(max(lon0-9, -180), max(minLat-1, -81), min(lon0+9, 180), min(maxLat+1, 85))
	return s
}

func etrs89UTM(srid spatial.SRID) (*System, bool) {
	zone := int(srid - 25800)
	if zone < 28 || zone > 38 {
		return nil, false
	}
	// EPSG v10.076 areas of use, zones 28 to 38.
	areas := [...]spatial.Envelope{
		box(-16.1, 34.93, -11.99, 72.44), box(-12, 34.91, -6, 74.13), box(-6, 35.26, 0.01, 80.49),
		box(0, 37, 6.01, 82.45), box(6, 38.76, 12.01, 84.33), box(12, 46.4, 18.01, 84.42),
		box(17.99, 58.84, 24.01, 84.54), box(24, 59.64, 30.01, 84.73), box(30, 61.73, 36.01, 84.7),
		box(36, 72.99, 38.01, 79.07), box(42, 37, 48, 41.65),
	}
	lon0 := float64(zone*6 - 183)
	s := transverseMercator(srid, fmt.Sprintf("ETRS89 / UTM zone %dN", zone), DatumETRS89, lon0, 0.9996)
	s.AreaOfUse = areas[zone-28]
	s.UsableArea = box(lon0-9, 30, lon0+9, 85)
	return s, true
}

// vnZone is a row of the VN-2000 table: the provincial TM-3 meridians
// (EPSG:9205-9218, 5899), the national 3° zones (5896-5898, k0 = 0.9999) and
// the 6° zones (3405, 3406, k0 = 0.9996).
type vnZone struct {
	srid                           spatial.SRID
	name                           string
	lon0, k0                       float64
	minLon, minLat, maxLon, maxLat float64
}

func vnZones() [20]vnZone {
	return [20]vnZone{
		{3405, "VN-2000 / UTM zone 48N", 105, 0.9996, 102.14, 8.33, 108, 23.4},
		{3406, "VN-2000 / UTM zone 49N", 111, 0.9996, 108, 10.43, 109.53, 21.56},
		{5896, "VN-2000 / TM-3 zone 481", 102, 0.9999, 102.14, 9.2, 103.51, 22.82},
		{5897, "VN-2000 / TM-3 zone 482", 105, 0.9999, 103.5, 8.33, 106.51, 23.4},
		{5898, "VN-2000 / TM-3 zone 491", 108, 0.9999, 106.5, 8.57, 109.53, 22.95},
		{5899, "VN-2000 / TM-3 107-45", 107.75, 0.9999, 106.43, 8.57, 108.76, 21.67},
		{9205, "VN-2000 / TM-3 103-00", 103, 0.9999, 102.14, 20.89, 103.99, 22.82},
		{9206, "VN-2000 / TM-3 104-00", 104, 0.9999, 103.21, 20.57, 105.03, 22.04},
		{9207, "VN-2000 / TM-3 104-30", 104.5, 0.9999, 103.4, 8.33, 105.54, 10.55},
		{9208, "VN-2000 / TM-3 104-45", 104.75, 0.9999, 103.53, 10.18, 105.86, 22.85},
		{9209, "VN-2000 / TM-3 105-30", 105.5, 0.9999, 104.33, 9.19, 106.69, 23.4},
		{9210, "VN-2000 / TM-3 105-45", 105.75, 0.9999, 105.26, 9.75, 107.8, 23.12},
		{9211, "VN-2000 / TM-3 106-00", 106, 0.9999, 104.83, 16.92, 107.03, 22.7},
		{9212, "VN-2000 / TM-3 106-15", 106.25, 0.9999, 106.41, 11.3, 107.43, 17.22},
		{9213, "VN-2000 / TM-3 106-30", 106.5, 0.9999, 105.43, 21.32, 106.25, 22.75},
		{9214, "VN-2000 / TM-3 107-00", 107, 0.9999, 105.88, 15.99, 108.24, 21.63},
		{9215, "VN-2000 / TM-3 107-15", 107.25, 0.9999, 106.09, 21.32, 107.37, 22.47},
		{9216, "VN-2000 / TM-3 107-30", 107.5, 0.9999, 107.33, 13.92, 108.55, 15.42},
		{9217, "VN-2000 / TM-3 108-15", 108.25, 0.9999, 108.55, 11.25, 109.53, 14.71},
		{9218, "VN-2000 / TM-3 108-30", 108.5, 0.9999, 107.2, 10.43, 109.52, 14.61},
	}
}

func vn2000Projected(srid spatial.SRID) (*System, bool) {
	zones := vnZones()
	for i := range zones {
		z := &zones[i]
		if z.srid != srid {
			continue
		}
		s := transverseMercator(srid, z.name, DatumVN2000, z.lon0, z.k0)
		s.AreaOfUse = box(z.minLon, z.minLat, z.maxLon, z.maxLat)
		s.UsableArea = vn2000Usable(s)
		return s, true
	}
	return nil, false
}

// vn2000Usable is 4° on either side of the central meridian, which refuses
// northing and easting swapped. The zones of Đà Nẵng, Khánh Hòa and their
// neighbours reach out to Hoàng Sa and Trường Sa.
func vn2000Usable(s *System) spatial.Envelope {
	country := vietnam()
	u := country
	u.MinX = max(country.MinX, min(s.CentralMeridian-4, s.AreaOfUse.MinX))
	if s.CentralMeridian < 107.5 {
		u.MaxX = min(country.MaxX, max(s.CentralMeridian+4, s.AreaOfUse.MaxX))
	}
	return u
}

// vn2000SRIDs are the systems on the VN-2000 datum, in ascending order.
func vn2000SRIDs() []spatial.SRID {
	zones := vnZones()
	srids := make([]spatial.SRID, 0, len(zones)+1)
	for i := range zones {
		if zones[i].srid == 5896 {
			srids = append(srids, 4756)
		}
		srids = append(srids, zones[i].srid)
	}
	return srids
}
