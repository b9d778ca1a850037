package kml

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Numbers are written as ids of the form "layer.7", as GDAL's LIBKML driver does:
// an id of XML begins with a letter (XML Schema part 2 §3.3.8).

// idPrefix is the layer's name as it stands before the point: each byte that may
// not be in an id becomes an underscore.
func idPrefix(layer string) string {
	b := []byte(layer)
	for i, c := range b {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			b[i] = '_'
		}
	}
	if len(b) == 0 {
		return "_"
	}
	return string(b)
}

// numbered splits an id of the form "layer.7"; the number is written in the one
// way that it comes back in.
func numbered(id string) (prefix string, n int64, ok bool) {
	dot := strings.LastIndexByte(id, '.')
	if dot <= 0 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(id[dot+1:], 10, 64)
	return id[:dot], n, err == nil && strconv.FormatInt(n, 10) == id[dot+1:]
}

// mayBeID reports whether a text can stand as the id of a placemark.
func mayBeID(text []byte) bool {
	first, _ := utf8.DecodeRune(text)
	return (first == '_' || unicode.IsLetter(first)) && !bytes.Equal(text, []byte(schemaID)) &&
		bytes.IndexFunc(text, func(r rune) bool {
			return r == utf8.RuneError || r != '_' && r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) < 0
}

// idsSeen is what a scan learns of the ids of one layer.
type idsSeen struct {
	count    int64  // placemarks that have one
	repeated bool   // one comes twice
	prefix   string // of the first
	numbers  int64  // how many are numbers behind that prefix
}

func (s *idsSeen) see(id string) {
	s.count++
	prefix, _, ok := numbered(id)
	if s.count == 1 {
		s.prefix = prefix
	}
	if ok && prefix == s.prefix {
		s.numbers++
	}
}
