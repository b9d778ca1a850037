// Package simulate drives made-up buses, ambulances and barges along given
// lines. The same seed and rate drive the same way; only the times of the
// positions come from the clock.
//
// Lines and positions are in SRID 4326 as lon, lat degrees. Distances are
// spherical metres on a radius of 6 371 008.8 m.
package simulate
