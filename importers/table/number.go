package table

import (
	"bytes"
	"math"

	"gisd/importers/wkb"
)

// style is a way to write numbers.
type style uint8

const (
	point      style = 1 << iota // 1234567.89
	comma                        // 1234567,89
	pointGroup                   // 1,234,567.89
	commaGroup                   // 1.234.567,89, also with blanks or apostrophes between the groups
	allStyles  = point | comma | pointGroup | commaGroup
)

// shape is what a text looks like as a number.
type shape struct {
	styles  style // ways in which it is one; 0 is none
	integer style // ways in which it is a whole number
	code    bool  // digits that are a name rather than a number: 00123, +84…
}

// shapeOf judges a text without blanks around it.
func shapeOf(b []byte) shape {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	body := b[i:]
	if len(body) == 0 || len(body) > 40 {
		return shape{}
	}
	digits, points, commas, others := 0, 0, 0, 0
	for _, c := range body {
		switch {
		case c-'0' <= 9:
			digits++
		case c == '.':
			points++
		case c == ',':
			commas++
		default:
			others++
		}
	}
	switch {
	case digits == 0:
		if v, n := wkb.ParseFloat(b); n == len(b) && math.IsInf(v, 0) {
			return shape{styles: allStyles}
		}
		return shape{}
	case others > 0:
		return oddNumber(b, body, commas)
	case points == 0 && commas == 0:
		if len(body) > 1 && body[0] == '0' || b[0] == '+' {
			return shape{code: true}
		}
		return shape{styles: allStyles, integer: allStyles}
	}
	s := separated(body, points, commas)
	if b[0] == '+' && points+commas > 1 || len(body) > 1 && body[0] == '0' && body[1]-'0' <= 9 {
		return shape{code: s.styles != 0} // 00.5, a section number perhaps
	}
	return s
}

func separated(body []byte, points, commas int) (s shape) {
	if commas == 0 && points == 1 {
		s.styles |= point
	}
	if points == 0 && commas == 1 {
		s.styles |= comma
	}
	if whole, ok := grouped(body, ',', '.'); ok {
		s.styles |= pointGroup
		if whole {
			s.integer |= pointGroup
		}
	}
	if whole, ok := grouped(body, '.', ','); ok {
		s.styles |= commaGroup
		if whole {
			s.integer |= commaGroup
		}
	}
	return s
}

// grouped checks digits in groups of three by sep, perhaps with a fraction after
// mark. Without a group it is the plain form with that mark.
func grouped(b []byte, sep, mark byte) (whole, ok bool) {
	whole = true
	if i := bytes.IndexByte(b, mark); i >= 0 {
		for _, c := range b[i+1:] {
			if c-'0' > 9 {
				return false, false
			}
		}
		b, whole = b[:i], false
	}
	run, groups := 0, 0
	for _, c := range b {
		if c-'0' <= 9 {
			run++
			continue
		}
		if c != sep {
			return false, false
		}
		if run == 0 || run > 3 || groups > 0 && run != 3 {
			return false, false
		}
		groups++
		run = 0
	}
	if groups == 0 {
		return whole, len(b) > 0
	}
	return whole, run == 3 && b[0] != '0'
}

// oddNumber takes exponents, groups apart by blanks, and the names of what is
// not finite.
func oddNumber(b, body []byte, commas int) shape {
	if v, n := wkb.ParseFloat(b); n == len(b) && commas == 0 {
		if math.IsNaN(v) {
			return shape{}
		}
		return shape{styles: point}
	}
	if bytes.ContainsAny(body, "-/:") {
		return shape{} // a date
	}
	var plain [40]byte
	p := stripGroups(plain[:0], body)
	if len(p) == len(body) {
		return shape{}
	}
	for _, c := range p {
		if c-'0' > 9 && c != '.' && c != ',' {
			return shape{}
		}
	}
	s := shape{}
	if whole, ok := grouped(p, 0, ','); ok && p[0] != '0' {
		s.styles |= commaGroup
		if whole {
			s.integer |= commaGroup
		}
	}
	if whole, ok := grouped(p, 0, '.'); ok && p[0] != '0' {
		s.styles |= pointGroup
		if whole {
			s.integer |= pointGroup
		}
	}
	return s
}

// stripGroups leaves out blanks, no-break blanks and apostrophes that stand
// between digits, three of which follow.
func stripGroups(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		n := 0
		switch {
		case b[i] == ' ' || b[i] == '\'' || b[i] == 0xa0:
			n = 1
		case b[i] == 0xc2 && i+1 < len(b) && b[i+1] == 0xa0:
			n = 2
		case b[i] == 0xe2 && i+2 < len(b) && b[i+1] == 0x80 && (b[i+2] == 0xaf || b[i+2] == 0x89):
			n = 3
		}
		if n == 0 {
			dst = append(dst, b[i])
			continue
		}
		if i == 0 || b[i-1]-'0' > 9 || !threeDigits(b[i+n:]) {
			return append(dst, b[i:]...)
		}
		i += n - 1
	}
	return dst
}

func threeDigits(b []byte) bool {
	return len(b) >= 3 && b[0]-'0' <= 9 && b[1]-'0' <= 9 && b[2]-'0' <= 9 && (len(b) == 3 || b[3]-'0' > 9)
}

// parseNumber reads a number in one style; scratch is for rewriting it.
func parseNumber(scratch, b []byte, s style) (float64, bool) {
	if s != point {
		b = canonical(scratch[:0], b, s)
	}
	v, n := wkb.ParseFloat(b)
	return v, n > 0 && n == len(b)
}

// canonical writes a number with a point and without groups.
func canonical(dst, b []byte, s style) []byte {
	if len(b) > 64 {
		return append(dst, '?')
	}
	from := len(dst)
	dst = stripGroups(dst, b)
	out := dst[:from]
	for _, c := range dst[from:] {
		switch {
		case c == ',' && (s == comma || s == commaGroup):
			out = append(out, '.')
		case c == ',' && s == pointGroup, c == '.' && s == commaGroup:
		case c == '.' && s == comma:
			return append(out[:from], '?')
		default:
			out = append(out, c)
		}
	}
	return out
}

// parseInteger reads an integer of 64 bits.
func parseInteger(b []byte) (int64, bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if n > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}
