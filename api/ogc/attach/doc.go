// Package attach judges files that people attach to features: what they are, by
// their content, and what a photo says of itself. Places are in SRID 4326 as lon, lat
// degrees.
package attach
