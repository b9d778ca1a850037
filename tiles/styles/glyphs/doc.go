// Package glyphs renders letters as the signed distance fields that MapLibre
// draws text from, out of fonts inside the program. No coordinates of maps are
// handled here.
package glyphs
