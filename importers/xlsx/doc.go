// Package xlsx reads and writes Office Open XML spreadsheets (ECMA-376 Part 1
// §18). Each sheet is a layer.
//
// Coordinates are x first on both sides, in whatever CRS they came in: a sheet
// may hold them as two columns of numbers, as lists of parcel corners, or as
// geometry text (package table says how they are found, and when X and Y are
// exchanged). Points are written as columns x and y, other geometry as WKT.
package xlsx
