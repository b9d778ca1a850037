// Package postgis is the ground on which the stores in its sub-packages stand:
// the pool, what became of a statement that failed, migrations, the rows of
// spatial_ref_sys, and the catalogue of collections. Together with tiles/postgis
// this tree is the only place with SQL.
//
// Coordinates are x first (lon, lat; easting, northing) in the SRID that goes
// with them. Geometries leave in the storage SRID of their collection where
// spatial/crs can transform it exactly, else in SRID 4326: OutputSRID.
package postgis
