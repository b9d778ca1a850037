// Package pyramid answers for tiles of WebMercatorQuad from packed cells where a
// collection has them, and leaves the rest to rows: zooms without a band, cells
// too large to hold, what an edit has touched and nobody has packed again yet.
// Cells are fetched once however many ask, and hot ones stay in memory within a
// number of bytes. Who sees some areas alone gets what the same cells hold of them.
// Nothing here does I/O; tiles/postgis has the Store.
//
// Boxes are in SRID 3857, x first, edges inside. A cell is a tile of its band's
// first zoom with TileBuffer around it: column from the left, row from the top.
package pyramid
