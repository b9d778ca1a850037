// Package filter compiles what a query asks of features, a box, a time, a CQL2
// expression, words of the name, into conditions that PostGIS answers with its
// indexes. Boxes and literals are x first in their own SRID; the conditions are in
// the storage SRID of the collection.
package filter
