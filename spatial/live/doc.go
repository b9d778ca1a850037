// Package live knows devices and where they are: what a position must be, which
// fix is a device's last known one, who may see it, and how moves reach the
// people who watch a part of the map.
//
// Every position is in SRID 4326 as lon, lat degrees; speeds are km/h, bearings
// degrees clockwise from true north, accuracies metres. There is no I/O here:
// the clock is handed in, other nodes are behind Bus, the disk behind Recorder.
package live
