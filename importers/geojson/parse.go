package geojson

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

const maxDepth = 200

var (
	errSyntax   = errors.New("this is not JSON")
	errDeep     = errors.New("values are nested too deeply")
	errNoObject = errors.New("another value stands where an object must be")
)

// parser reads a complete raw value.
type parser struct {
	b []byte
	i int
}

// next skips white space and returns the byte there, 0 at the end.
func (p *parser) next() byte {
	for p.i < len(p.b) {
		switch c := p.b[p.i]; c {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return c
		}
	}
	return 0
}

func (p *parser) take(c byte) bool {
	if p.next() != c {
		return false
	}
	p.i++
	return true
}

// raw returns the next value without looking into it.
func (p *parser) raw() ([]byte, error) {
	c := p.next()
	from := p.i
	switch c {
	case 0:
		return nil, errSyntax
	case '"':
		if !p.skipString() {
			return nil, errSyntax
		}
	case '{', '[':
		if err := p.skipNested(); err != nil {
			return nil, err
		}
	default:
		for p.i < len(p.b) && !delimits(p.b[p.i]) {
			p.i++
		}
		if from == p.i {
			return nil, errSyntax
		}
	}
	return p.b[from:p.i], nil
}

func delimits(c byte) bool {
	switch c {
	case ',', '}', ']', ':', ' ', '\t', '\n', '\r', '"', '{', '[':
		return true
	}
	return false
}

func (p *parser) skipString() bool {
	for p.i++; p.i < len(p.b); p.i++ {
		switch p.b[p.i] {
		case '"':
			p.i++
			return true
		case '\\':
			p.i++
		}
	}
	return false
}

func (p *parser) skipNested() error {
	b, depth := p.b, 0
	for i := p.i; i < len(b); i++ {
		c := b[i]
		if c != '"' && c < '[' { // digits, blanks, commas: most of it
			continue
		}
		switch c {
		case '{', '[':
			if depth++; depth > maxDepth {
				return errDeep
			}
		case '}', ']':
			depth--
			if depth == 0 {
				p.i = i + 1
				return nil
			}
		case '"':
			p.i = i
			if !p.skipString() {
				return errSyntax
			}
			i = p.i - 1
		}
	}
	return errSyntax
}

// members walks an object; key is unquoted, still escaped where it was.
func members(raw []byte, visit func(key, value []byte) error) error {
	p := parser{b: raw}
	if !p.take('{') {
		return errNoObject
	}
	if p.take('}') {
		return nil
	}
	for {
		if p.next() != '"' {
			return errSyntax
		}
		key, err := p.raw()
		if err != nil || !p.take(':') {
			return errSyntax
		}
		value, err := p.raw()
		if err != nil {
			return err
		}
		if err := visit(key[1:len(key)-1], value); err != nil {
			return err
		}
		if p.take('}') {
			return nil
		}
		if !p.take(',') {
			return errSyntax
		}
	}
}

// unquote appends the text of a raw string value (with its quotes) to dst.
func unquote(dst, raw []byte) []byte { return unescape(dst, raw[1:len(raw)-1]) }

func unescape(dst, s []byte) []byte {
	for len(s) > 0 {
		at := bytes.IndexByte(s, '\\')
		if at < 0 || at+1 == len(s) {
			return append(dst, s...)
		}
		dst = append(dst, s[:at]...)
		c := s[at+1]
		s = s[at+2:]
		switch c {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			var r rune
			r, s = unicodeEscape(s)
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// unicodeEscape reads the four digits after \u, and a second escape where two
// make one character.
func unicodeEscape(s []byte) (rune, []byte) {
	r, ok := hex4(s)
	if !ok {
		return utf8.RuneError, s
	}
	s = s[4:]
	if !utf16.IsSurrogate(r) {
		return r, s
	}
	if len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
		if low, ok := hex4(s[2:]); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return both, s[6:]
			}
		}
	}
	return utf8.RuneError, s
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[:4]), 16, 32)
	return rune(n), err == nil
}

// number parses a JSON number. Up to 15 digits with a small exponent are exact
// in one division (Clinger 1990); anything else goes to strconv.
func number(b []byte) (float64, bool) {
	i, neg := 0, false
	if i < len(b) && b[i] == '-' {
		neg = true
		i++
	}
	var mant uint64
	digits, frac := 0, 0
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		mant = mant*10 + uint64(b[i]-'0')
		digits++
	}
	if i < len(b) && b[i] == '.' && digits > 0 {
		for i++; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
			mant = mant*10 + uint64(b[i]-'0')
			digits++
			frac++
		}
		if frac == 0 {
			return 0, false
		}
	}
	if i == len(b) && digits > 0 && digits <= 15 {
		f := float64(mant)
		if frac > 0 {
			f /= powersOfTen(frac)
		}
		if neg {
			f = -f
		}
		return f, true
	}
	if digits == 0 || !plainNumber(b) {
		return 0, false
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	if err != nil && math.IsInf(f, 0) {
		return f, true // too large for a double: the caller refuses infinities
	}
	return f, err == nil
}

// plainNumber keeps out what strconv reads and JSON does not know: hex, "inf",
// underscores.
func plainNumber(b []byte) bool {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return false
		}
	}
	return len(b) > 0
}

func powersOfTen(n int) float64 {
	table := [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}
	return table[n]
}
