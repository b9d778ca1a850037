// Package rejects writes down what an import did not load, for people to mend.
//
// Geometries stand in WGS 84 as lon, lat where their system is one that can be
// transformed exactly; else as the source has them, x first, and the feature's
// "crs" member names the system.
package rejects
