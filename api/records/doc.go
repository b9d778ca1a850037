// Package records serves OGC API - Records, Part 1 (OGC 20-004r1), over the
// collections: a catalogue at an address of its own, so that clients of features do
// not take its records for a layer; and the same catalogue as DCAT.
//
// Boxes are lon, lat degrees (CRS84). Records have no time: what time a
// collection's features are of is not known, so that every datetime lets them pass
// (OGC 17-069r4 /req/core/fc-time-response C).
package records
