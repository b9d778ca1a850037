// Package crs knows the coordinate reference systems that gisd works in and
// converts between them exactly, without I/O: WGS 84, web Mercator, the
// VN-2000 family, UTM on WGS 84 and ETRS89.
//
// Coordinates in memory are x first: lon, lat in degrees for geographic
// systems, easting, northing in metres for projected ones; [System.LatLonOrder]
// says what the authority wants on the wire. EPSG:4326, 4756 and 4258 are
// lat first, every other system here is east first.
//
// # VN-2000
//
// VN-2000 and WGS 84 differ by some 200 m. The step between them is always the
// seven-parameter one of decision 05/2007/QĐ-BTNMT (EPSG:6960, coordinate
// frame rotation, linearised, heights taken as zero). The registry holds a
// second operation, EPSG:5194, that stock PROJ prefers south of 11.04° N; it is
// never used here, so there is no 0.80 m step through Bình Dương.
//
// Going there and back returns to within 0.25 mm in Bình Dương and 1.7 mm in
// the farthest corners of the country, not to the last bit: the height that
// the step produces (some metres) is dropped on the way, as PROJ and PostGIS
// do.
//
// # ETRS89
//
// ETRS89 is taken to coincide with WGS 84 (the null transformation EPSG:1149,
// stated accuracy 1 m); only the ellipsoid of its projections is GRS 1980.
package crs
