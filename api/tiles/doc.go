// Package tiles serves vector tiles and their TileJSON over HTTP. Addresses are
// zoom, tile column, tile row of WebMercatorQuad, rows counted from the top;
// TileJSON's bounds are lon, lat degrees.
//
// A tile in the cache is written as it lies there: its bytes in the encoding
// the client takes, its header values ready made.
package tiles
