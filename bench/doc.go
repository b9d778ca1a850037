// Command bench measures gisd against its peers and against physical limits on
// one machine in one run, and writes docs/benchmarks.md. Only ratios within one
// run are claims; absolute figures depend on the machine.
//
// Coordinates are those of the real cadastral parcels that it lays out over the
// province: easting, northing in metres, EPSG:9210.
package main
