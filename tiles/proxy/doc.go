// Package proxy asks other servers for tiles: XYZ, WMTS and WMS, by an address
// with places for the tile. Tiles are those of WebMercatorQuad; the box of a WMS
// request is in metres of SRID 3857, west, south, east, north.
package proxy
