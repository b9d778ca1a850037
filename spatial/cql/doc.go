// Package cql reads, checks and writes CQL2 filters (OGC 21-065r2) in their
// text and JSON encodings.
//
// Coordinates in literals stand as they are written: in CRS84 as lon, lat
// degrees unless the request names another filter-crs, whose own axis order
// they then follow; whoever evaluates a filter brings them into memory order.
package cql
