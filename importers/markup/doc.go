// Package markup reads XML files of unknown encoding as a stream of elements,
// in bounded memory, for the formats that are written in XML. It knows nothing
// of coordinates.
package markup
