// Package demo makes the demo province: a deterministic, plainly synthetic data
// set laid out over the real geography of Bình Dương, drawn from public
// knowledge. Every layer is an importers.Source and goes through the same
// pipeline as a file.
//
// Coordinates are easting, northing in metres in EPSG:9210 (VN-2000 / TM-3
// 105-45), except where a comment says lon lat; the tables that people drew are
// lon lat in SRID 4326. Everything is rounded to the millimetre, so that
// neighbours share their borders exactly.
package demo
