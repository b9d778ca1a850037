// Package ais reads AIVDM and AIVDO sentences: messages 1 to 3, 5, 18, 19 and 24 of
// ITU-R M.1371-5, those of several parts put together within bounds of memory and
// time.
//
// The wire has lon and lat in 1/10 000 minute and speeds in 1/10 knot; positions
// leave here as lon, lat in SRID 4326 degrees and km/h. There is no I/O; clocks are
// handed in.
package ais
