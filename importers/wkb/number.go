package wkb

import (
	"math"
	"strconv"
	"unsafe"
)

// ParseFloat reads the decimal number that b begins with and says how many
// bytes it has; 0 is none. NaN and infinities are read by name. It rounds as
// strconv.ParseFloat does and does not allocate.
func ParseFloat(b []byte) (v float64, size int) {
	i := 0
	neg := false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		neg = b[i] == '-'
		i++
	}
	mantissa, digits, from := uint64(0), 0, i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
	}
	digits = i - from
	fraction := 0
	if i < len(b) && b[i] == '.' {
		i++
		from = i
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		fraction = i - from
		digits += fraction
	}
	if digits == 0 {
		return named(b)
	}
	plain := true
	if i < len(b) && b[i]|0x20 == 'e' {
		if n := exponent(b[i:]); n > 0 {
			i += n
			plain = false
		}
	}
	// A mantissa below 2^53 and a power of ten up to 22 are exact, so one
	// division rounds correctly (Clinger 1990).
	if plain && digits <= 19 && mantissa < 1<<53 && fraction <= 22 {
		v = float64(mantissa)
		if fraction > 0 {
			v /= powerOfTen[fraction]
		}
		if neg {
			v = -v
		}
		return v, i
	}
	// The bytes are lent as a string for the time of the call only.
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), i), 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, 0
	}
	return v, i
}

var powerOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// exponent is the size of e-12, 0 where no digit follows.
func exponent(b []byte) int {
	i := 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		i++
	}
	from := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	if i == from {
		return 0
	}
	return i
}

func named(b []byte) (float64, int) {
	sign, i := 1, 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		if b[0] == '-' {
			sign = -1
		}
		i = 1
	}
	from := i
	for i < len(b) && b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z' {
		i++
	}
	switch w := b[from:i]; {
	case sameLetters(w, "NAN"):
		return math.NaN(), i
	case sameLetters(w, "INF"), sameLetters(w, "INFINITY"):
		return math.Inf(sign), i
	}
	return 0, 0
}
