// Package geojson reads and writes GeoJSON (RFC 7946, and the 2008 form with its
// crs member), single documents and GeoJSON lines.
//
// Coordinates are x first on both sides: lon, lat in SRID 4326, or easting,
// northing where a crs member says so. Only AppendFeature transforms, by the
// function it is given.
package geojson
