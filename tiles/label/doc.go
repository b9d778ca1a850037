// Package label finds where a feature's name goes: the point of a polygon that
// lies furthest from its border, and the middle of a line. Coordinates are x, y
// pairs laid flat, in any planar unit; what comes out is in the same unit.
package label
