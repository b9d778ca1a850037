// Package orders keeps the indexes by which pages are read in other orders than that
// of the ids. No coordinates are handled here.
package orders
