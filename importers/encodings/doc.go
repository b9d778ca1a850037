// Package encodings turns the text of old files into UTF-8 in normal form C.
// It knows nothing of coordinates.
package encodings
