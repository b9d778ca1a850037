// Package spatial holds the words that every part of gisd shares: features,
// collections, geometries with their SRID, envelopes, queries, users and what
// they may see, and the error codes.
//
// Coordinates in memory are x first: lon, lat in degrees for geographic
// systems, easting, northing in metres for projected ones. The authority's own
// axis order appears only on the wire.
package spatial
