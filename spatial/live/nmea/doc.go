// Package nmea reads NMEA 0183: sentences with their checksums and tag blocks, and
// of GNSS receivers RMC, GGA, GLL, VTG, ZDA and GST. Sentences of AIS go to
// spatial/live/ais through Vessels.
//
// The standard writes lat before lon, in degrees and minutes (ddmm.mmmm), speeds in
// knots; positions leave here as lon, lat in SRID 4326 degrees, speeds in km/h.
// There is no I/O; clocks are handed in.
package nmea
