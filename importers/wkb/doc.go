// Package wkb checks and normalizes the well-known binary that importers hand
// to the pipeline.
//
// Coordinates pass through unchanged, x first, in whatever CRS they came in;
// no SRID is read or written. The one form produced is PostGIS's EWKB, little
// endian, without an SRID.
package wkb
