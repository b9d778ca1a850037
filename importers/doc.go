// Package importers turns files into collections: one pipeline for every
// format, from the first byte read to the published version.
//
// Coordinates pass through x first (lon, lat or easting, northing) in the
// source's own CRS; nothing is transformed on the way in.
package importers
