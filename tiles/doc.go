// Package tiles publishes collections as vector tiles: tile addresses, the
// grid they belong to, tilesets with their TileJSON, and the Service that
// answers for a tile from its cache or has it built once for all who ask.
//
// A tile's box is in the CRS of its tile matrix set, x first: metres of SRID
// 3857 for WebMercatorQuad. Tile columns (x) count eastwards and tile rows (y)
// downwards from the top left corner. TileBuffer is in units of the MVT grid,
// of which a tile has 4096 a side. TileJSON's bounds are lon, lat degrees.
//
// A Source draws one collection; tiles/postgis has the one over rows. Nothing
// here does I/O.
package tiles
