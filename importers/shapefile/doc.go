// Package shapefile reads and writes ESRI Shapefiles and dBASE tables.
//
// Coordinates come out x first as the file has them (easting, northing or lon,
// lat), in the CRS that its .prj names; nothing is transformed.
//
// The layouts are those of the ESRI Shapefile Technical Description (July 1998)
// and the dBASE III table format.
package shapefile
