// Package mvt writes Mapbox Vector Tiles 2.1 straight from extended WKB.
// Coordinates come in x first, in the storage CRS, pass through an optional
// projection and an affine map, and end as integers of the tile's grid: x to
// the right, y down, the origin at the tile's top left corner, Extent units a
// side.
//
// One pass, no geometry objects: bytes become flat coordinates, coordinates
// become grid points, which are clipped, tidied and written as commands. All
// buffers belong to the Encoder and are used again, so that a feature costs no
// allocation once they have grown.
//
//	EWKB -> []float64 -> Project -> grid -> clip -> tidy -> wind -> commands
//
// What is kept of a feature too small for the grid is said at Encoder.Geometry.
package mvt
