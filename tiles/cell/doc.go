// Package cell keeps the features of one cell, a tile of a band's first zoom
// with its buffer, in one compact record, and cuts any tile of the band from it:
// skip by box, shift, clip, encode, without geometry objects.
//
// Positions are those of the band's lattice (Band.Lattice) over the whole
// square of a tile matrix set: integers, x to the right, y down, from the
// square's top left corner. Two lattice positions are one tile unit of the
// band's last zoom, so that rounding to the units of any zoom of the band gives
// what rounding the coordinate itself would have given: a tile cut from a cell
// equals one encoded from the rows byte for byte, where nothing was generalised.
//
// Record layout, integers little-endian, varints as in protocol buffers:
//
//	header    magic, format version, zoom, checksum, column, row, counts
//	keys      property names
//	values    ends of the shared property values, then the values, as Tile.Value
//	blocks    per 32 features in Hilbert order: box, place, base, smallest id,
//	          owner, highest rank
//	index     per feature: box (4 x 8 bits), end of its body, place in the tile
//	bodies    id, owner, rank, geometry (delta, zigzag, varint), properties
//
// A box that the tile misses costs one comparison of a block or of a feature.
//
// In a band of one zoom, where a cell is a tile, polygons that would have to be
// clipped and repaired are there as they are drawn, too: the bytes of
// Tile.Feature's geometry ahead of their positions.
package cell
