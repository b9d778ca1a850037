// Package shape brings geometries of features into the coordinate system of an
// answer. Coordinates are x first throughout.
package shape
