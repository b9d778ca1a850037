// Package load asks a running tile server for tiles over many connections: as
// fast as it answers, or as people do who look at a map while others edit it. It
// reports positions as devices do, and watches them as maps do.
//
// Places are lon, lat degrees (SRID 4326); boxes of edits are in SRID 3857, x
// first. Tiles are those of WebMercatorQuad.
package load
