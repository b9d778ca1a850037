// Package collections changes the catalogue: collections, their versions and code
// lists. A new version is a new table in schema data; publishing it changes one
// row. No coordinates are handled here but the SRID of a version.
package collections
