// Package overview makes the cells of small scales from those of zoom 12, which
// hold features as they are. Below zoom 12 a parcel is a few pixels at most: its
// polygon merges with those of the same owner and style value, what remains
// smaller than a pixel becomes dust of equal area, and points become clusters.
//
// Positions are those of the bands' lattices, x to the right, y down. Each level
// is made from the one before, on whose lattice it computes:
//
//	records of z12 ─> parts of z12 ─> z10-11 ─> z7-9 ─> z4-6 ─> z0-3
//
// A part is what a cell's core holds; a cell of the next level puts those under
// and around it together, and seams dissolve.
package overview
