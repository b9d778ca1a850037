// Package gpx reads GPX 1.0 and 1.1.
//
// Coordinates are lon, lat in degrees, SRID 4326, in two dimensions: the height
// of a point, in metres, is its field "ele", as GDAL has it, for most files know
// it of some points only. Layers are those of GDAL's driver (waypoints, routes,
// tracks, route_points, track_points) as far as the file has something in them,
// with the fields that occur there. Tracks are MultiLineStrings of their
// segments. Extensions are one field of JSON.
package gpx
