// Package geoparquet reads and writes GeoParquet 1.0 and 1.1, and reads Parquet
// with native geometry types, geometry declared by GeoArrow or, without any
// such mark, plain tables and a WKB column named geometry.
//
// Coordinates are x first (lon, lat; easting, northing) in the file whatever
// the CRS's own axis order (GeoParquet 1.1 §crs), as in memory; nothing is
// transformed. Edges are taken as planar.
//
// The primary geometry column becomes the geometry; other geometry columns and
// the box that covers the primary one are left out. Lists, structs and maps
// become JSON, bytes base64 text, times of day text. NaN is no value, as pandas
// means it.
//
// A CRS is PROJJSON: by its id, else turned into WKT 2 for its parameters to be
// matched. The writer makes PROJJSON for the systems of spatial/crs. For any
// other the member crs is null, which means unknown, and the file's key-value
// metadata gisd:crs and gisd:crs_wkt say what it is.
package geoparquet
