package encodings

import "unicode/utf8"

// Detect chooses a decoder for the texts of a file. A declared encoding (from a
// .cpg or language id) is a prior only: where some text is not ASCII and all of
// it is UTF-8, it is UTF-8. The reason says how the choice was made.
func Detect(texts [][]byte, declared string) (d *Decoder, reason string) {
	high, valid := 0, 0
	for _, t := range texts {
		if isASCII(t) {
			continue
		}
		high++
		if utf8.Valid(TrimCut(t)) {
			valid++
		}
	}
	prior, known := Lookup(declared)
	if known && prior.Name() == "utf-8" && high > 0 && valid*10 < high {
		known = false // says UTF-8, and is not
	}
	switch {
	case high > 0 && valid == high:
		return UTF8(), "every text is valid UTF-8"
	case high > 0 && valid*10 >= high*9 && multibyte(texts):
		return UTF8(), "nearly every text is valid UTF-8; the rest is read as Windows-1252"
	case known:
		return prior, "the file says " + declared
	case high == 0:
		return UTF8(), "all text is ASCII"
	}
	return Windows1252(), "neither UTF-8 nor declared; read as Windows-1252"
}

// multibyte tells whether some text has a UTF-8 sequence of two bytes or more.
func multibyte(texts [][]byte) bool {
	for _, t := range texts {
		if !isASCII(t) && utf8.Valid(TrimCut(t)) && utf8.RuneCount(t) < len(t) {
			return true
		}
	}
	return false
}
