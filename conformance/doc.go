// Conformance runs the official executable test suites of the Open Geospatial
// Consortium against the program with its demo province: Java from Maven
// Central, which finish with exit code 0 whatever they found, so that their
// result is read here. Each test that is skipped stands in skips.txt with the
// reason; docs/conformance.md is written from what was seen.
//
//	go run ./conformance -suite tiles
//
// A suite is one entry of suites(). Bounding boxes are lon, lat degrees.
package main
