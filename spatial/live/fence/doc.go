// Package fence judges where devices are and what they report by rules: fences
// that are entered, left and crossed, stays, speed limits, thresholds and rates
// of readings, devices that come near each other. An Engine computes and does no I/O; a
// Warden runs one over the rules, positions and events of the stores that it is given.
// The clock is handed in.
//
// Coordinates are SRID 4326, lon, lat degrees. A fence's edges and the way from
// one fix to the next are straight in these degrees, as ST_Covers and
// ST_Intersects of PostGIS's geometry take them; nothing crosses the antimeridian.
// Distances are metres on the plane that touches WGS 84 at the fix, by the
// ellipsoid's radii there; those between devices are as long as the geodesic, to a
// millimetre in ten kilometres.
//
// # What events are
//
// The events of a rule are a function of the set of a device's fixes, each with a
// time of its own, in the order of these times. When and in which order fixes
// arrive changes nothing of it; of two fixes of one time the first to arrive counts.
//
//   - Covered: the fix lies in the fence or on its edge (ST_Covers).
//   - Side: in where covered, out where farther than HysteresisMeters from the
//     fence, else that of the fix before; out at first.
//   - State: inside or outside. That of the first fix is its side. It turns with
//     the first fix by which the other side has lasted for Confirm without a fix of
//     this side in between; with Confirm 0 at once.
//   - Stay: the time of one state. It begins with the first fix of the side that
//     turned the state.
//   - Gap: more than Gap between two fixes in a row. After one nothing has lasted:
//     a turn that was not confirmed is forgotten, and a new stay begins in the same
//     state.
//
// From these follow the kinds, each at the time of a fix:
//
//   - Enter, Exit: the state turns. The first fix of a device is neither.
//   - Inside: a fix in the state inside, the first of a stay that is known to be
//     one, then the first after each further multiple of Every since the stay
//     began; every fix where Every is 0.
//   - Outside: likewise for the state outside, of the fences Together.
//   - Dwell: the first fix of a stay inside at which Dwell has passed since it
//     began; one for each stay.
//   - Cross: the way from the fix before meets the fence, of which both fixes
//     are not covered, without a gap between.
//
// Of fences Together the side is that of their union. A rule on a speed, a reading
// or a rate has one state for each device and looks at the fixes that have the
// value: in above Limit, out at or below Limit less Release, with Below the other way
// round. A speed is held against the Limit of the road or area that is nearest,
// within WithinMeters. A rate is the change since the reading before, per hour.
// Begin and End are its turns; the first fix begins where it is in.
//
// Events outside of the Schedule, or not later than From, are none.
//
// A rule on proximity has one state for each two devices that it concerns. It looks at
// them at each time of a fix of either, where the last fix of both at or before it is
// not older than Gap: in within WithinMeters, out beyond HysteresisMeters more.
//
// # Provisional, final, corrected
//
// An event is issued at once, provisional. It is final once the device has a fix
// Watermark later, or Watermark after it was issued. A fix that comes late changes
// what the fixes say: events that are none any more are withdrawn, those that are
// found issued; after the watermark both are corrections. Fixes older than what is
// kept of a device (Config) change nothing and are counted.
package fence
