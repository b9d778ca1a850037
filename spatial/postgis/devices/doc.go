// Package devices keeps the registry of devices, their last positions and their
// tracks, in SRID 4326 as lon, lat degrees.
package devices
