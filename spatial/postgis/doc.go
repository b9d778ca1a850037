// Package postgis keeps collections, features and the catalogue in PostgreSQL
// with PostGIS. Together with tiles/postgis it is the only place with SQL.
//
// Coordinates are x first (lon, lat; easting, northing) in the SRID that goes
// with them. Features leave as EWKB in the storage SRID of their collection
// where spatial/crs can transform it exactly, else in SRID 4326.
package postgis
