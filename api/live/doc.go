// Package live serves what moves: positions in, last known positions out, the
// registry of devices, and the stream of changes as server-sent events.
//
// Coordinates on the wire are lon, lat in degrees (CRS84, SRID 4326), speeds
// km/h, bearings degrees clockwise from true north, accuracies metres.
package live
