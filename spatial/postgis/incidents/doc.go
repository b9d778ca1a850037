// Package incidents keeps incidents, their timelines and which events of rules they
// know. Coordinates are SRID 4326, lon, lat degrees.
package incidents
