// Package crs serves /crs: definitions of coordinate reference systems and
// exact conversion between them.
//
// Coordinates here are x first on the wire too, for every system: lon, lat or
// easting, northing. The names of the parameters say so, and the answer names
// its axes; the authority's axis order belongs to the OGC API alone.
package crs
