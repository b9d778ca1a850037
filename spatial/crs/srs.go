package crs

import "gisd/spatial"

// SRSRow is a row of PostGIS's spatial_ref_sys.
type SRSRow struct {
	SRID      spatial.SRID
	AuthName  string // "GISD"
	AuthSRID  int32  // equals SRID
	SRText    string // WKT 1 with TOWGS84, without any AUTHORITY node
	Proj4Text string // with +towgs84
}

// SpatialRefSysRows are the rows that a database needs for VN-2000: EPSG:3405,
// 3406, 4756, 5896-5899 and 9205-9218, in ascending order. Their authority is
// GISD and their text holds the ministry's TOWGS84 and no AUTHORITY node:
// PostGIS hands a row of authority EPSG to PROJ by code and PROJ then picks
// EPSG:5194 south of 11.04° N, as it does for an AUTHORITY node inside the
// text; a row without authority makes ST_AsGeoJSON fail. With these rows
// ST_Transform equals Transform within 1 mm.
func SpatialRefSysRows() []SRSRow {
	srids := vn2000SRIDs()
	rows := make([]SRSRow, 0, len(srids))
	for _, srid := range srids {
		s, ok := Lookup(srid)
		if !ok {
			continue
		}
		rows = append(rows, SRSRow{
			SRID: srid, AuthName: "GISD", AuthSRID: int32(srid), SRText: s.wkt1(false), Proj4Text: s.PROJ(),
		})
	}
	return rows
}
