// Package table turns rows of text into records: it finds the header, the
// types of the columns and the columns that hold geometry, for delimited text
// and for spreadsheets alike.
//
// Coordinates leave x first (easting or longitude, then northing or latitude),
// in whatever CRS they came in. Vietnamese surveys write the northing as X and
// the easting as Y; where the values say so the two are exchanged, and
// Schema.CRS.Reason tells it.
package table
