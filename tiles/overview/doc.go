// Package overview makes the cells of small scales from those of zoom 13, which
// hold features as they are. Below zoom 13 a parcel is a few pixels at most: where
// the byte budget of a zoom is too small for all of them they merge by owner and
// style value, what remains smaller than a pixel becomes dust of equal area, and
// points become clusters.
//
// Positions are those of the bands' lattices, x to the right, y down. Each level
// is made from the one before, on whose lattice it computes:
//
//	records of z13 ─> parts of z13 ─> z12 ─> z11 ─> ... ─> z0
//
// A part is what a cell's core holds; a cell of the next level puts those under
// and around it together, and seams dissolve. Parts wait on disk (ADR 0015).
package overview
