// Package fences keeps the fences that people draw, the rules of devices and the
// events that these find. Coordinates are SRID 4326, lon, lat degrees.
package fences
