// Package features reads features: pages by keyset in any order, counts, and
// whole collections as a source for writers of formats. Geometries are EWKB, x
// first, in postgis.OutputSRID of their collection.
package features
