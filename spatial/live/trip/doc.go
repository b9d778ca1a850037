// Package trip finds the stops in the fixes of a device and the trips between them.
//
// Coordinates are lon, lat in degrees, SRID 4326; distances are metres along the
// geodesic of WGS 84 (fence.Meters), times UTC. Fixes come in the order of their times.
//
// # What stops and trips are
//
//   - Leg: fixes without a gap, which is more than Gap between two in a row.
//   - Halt at a fix: that fix and those after it in its leg, up to but without the first
//     that is farther than RadiusMeters from it. Its length is that from its first to its
//     last fix.
//   - Stop: a halt of MinStop or longer. The first stop of a leg is at the first fix
//     whose halt is one; each next one at the first such fix after the last fix of the
//     stop before.
//   - Trip: the fixes of a leg from the last of a stop, or the first of the leg, to the
//     first of the next stop, or the last of the leg, where these are two or more and the
//     way along them is MinTripMeters or longer.
//
// Its place is that of the fix a stop begins with. A leg ends where the device fell
// silent, and a trip with it: what was in between nobody knows.
package trip
