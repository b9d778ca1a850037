// Package archive reads and writes tile archives: files that hold a tileset.
// PMTiles 3 and MBTiles 1.3 are read, vector and raster; vector tiles are
// written.
//
// Tiles are those of WebMercatorQuad, addressed by zoom, column and row from the
// top, as everywhere here; MBTiles counts rows from the bottom, and only the code
// at its tables turns them around. Bounds are lon, lat degrees.
//
// An Export draws its tiles through tiles.Service, as the server does, and goes
// on where it was when it is started again: what is complete lies in a file
// beside the one to be, which gets its name last of all.
package archive
