// Package track cuts the fixes of a device into parts, simplifies these and writes them
// as GeoJSON, GPX and CSV. It holds one part at a time, however long a track is.
//
// Coordinates are lon, lat in degrees, SRID 4326; distances are metres on the WGS 84
// ellipsoid, times UTC.
package track
