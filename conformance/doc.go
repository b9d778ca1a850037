// Conformance runs the official executable test suites of the Open Geospatial
// Consortium against the program with its demo province. They are Java, fetched by
// Maven or compiled from a checkout (-sources), and run by TestNG; what they found
// is read from its report. Each test that is skipped stands in skips.txt with the
// reason; docs/conformance.md is written from what was seen.
//
//	go run ./conformance -suite tiles
//
// A suite is one entry of suites(). Bounding boxes are lon, lat degrees.
package main
