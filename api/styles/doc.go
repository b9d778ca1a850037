// Package styles serves MapLibre styles with the map's layer list and legends
// in their metadata, glyphs and sprites. Coordinates in a style are WGS 84 lon,
// lat degrees (SRID 4326, x first).
package styles
