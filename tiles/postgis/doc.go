// Package postgis draws tiles from the rows of PostGIS. Rows leave the database
// in their storage CRS, x first, as EWKB and binary column values; they are
// projected to SRID 3857 here, by a polynomial fitted to the tile within 1/16
// tile unit of the exact transform, or exactly where none fits. Only systems
// unknown to spatial/crs are projected by ST_Transform.
//
// Rows are found by their envelope against the tile's box and TileBuffer,
// converted to the storage CRS and rounded outwards. No row is ever cut off:
// what is too small to draw is reduced by the encoder (mvt.Encoder.Geometry).
package postgis
