// Package tilesets keeps the catalogue's entries whose tiles are not drawn here.
// Extents are in SRID 4326, lon lat degrees.
package tilesets
