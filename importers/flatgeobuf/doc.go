// Package flatgeobuf reads and writes FlatGeobuf, version 3.
//
// Coordinates are x first (lon, lat; easting, northing) in the file as in
// memory, in the CRS that the header names; nothing is transformed. Curves
// become straight segments when read, and are not written.
//
// A file is a magic number, a header with the columns, an optional packed
// Hilbert R-tree and the features, each a FlatBuffer after its size:
//
//	fgb\x03fgb\x01 | size header | nodes of 40 bytes | size feature | size feature …
//
// Columns of bytes come out as base64 text. A date is written as a DateTime of
// ten letters in a column whose metadata says {"type":"date"}; readers that do
// not know it see midnight.
package flatgeobuf
