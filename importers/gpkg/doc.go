// Package gpkg reads and writes OGC GeoPackages.
//
// Coordinates come out x first, as GeoPackage stores them whatever the order of
// the reference system's authority (OGC 12-128r19 §1.1.3.1.1), in the CRS of
// their layer; nothing is transformed. Curves become straight segments.
package gpkg
