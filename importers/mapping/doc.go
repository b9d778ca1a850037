// Package mapping reads, writes and applies mapping files: what an import makes
// of the fields of a file, written down once and used again next month.
//
// Coordinates leave x first (easting or longitude, then northing or latitude) in
// the CRS of the source; areas and lengths are computed in it.
package mapping
