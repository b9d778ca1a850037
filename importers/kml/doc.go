// Package kml reads and writes KML (OGC 12-007r2, and the versions 2.0 to 2.2
// before it) and, since the archive is unpacked before, KMZ.
//
// Coordinates are lon, lat in degrees, SRID 4326, with altitudes in metres,
// whatever surface the altitude mode counts them from. A layer has heights where
// an altitude is other than zero: Google Earth writes a zero behind every
// position that is clamped to the ground.
//
// Each Document or Folder that holds placemarks itself is a layer. Overlays,
// network links and tours are no features.
package kml
