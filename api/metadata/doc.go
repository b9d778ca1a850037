// Package metadata says of collections what catalogues want to know, in the words
// of OGC API - Records (OGC 20-004r1), of DCAT (DCAT-AP 3) and of schema.org.
// Extents are in SRID 4326 as lon, lat degrees, but for schema.org, whose boxes
// are south, west, north, east.
package metadata
