// Package csv reads and writes delimited text: comma, semicolon, tab and pipe.
//
// Coordinates are x first on both sides, in whatever CRS they came in: from a
// column of WKT, EWKT, hexadecimal WKB or GeoJSON, or from two columns of
// numbers (package table says how they are found, and when X and Y are
// exchanged). Written geometry is WKT with every digit that it needs.
//
// Texts are written as they are. A cell that begins with =, +, - or @ is a
// formula to a spreadsheet that opens the file; changing it would change the
// data, so whoever publishes files for spreadsheets must trust their content.
package csv
