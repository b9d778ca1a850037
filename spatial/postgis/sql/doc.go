// Package sql puts statements together whose text depends on the catalogue, from
// pieces that keep text and values apart. Statements that do not are files in
// the folders queries. No coordinates are handled here.
package sql
