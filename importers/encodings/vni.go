package encodings

import "unicode/utf8"

// vni decodes VNI-Windows, where a letter is a base and a mark: "aá" is ấ,
// "ôù" is ớ. Some letters are one byte: í, đ, ơ, ư. A mark after a letter that
// does not take it stands for itself.
func vni() *Decoder {
	return &Decoder{name: "vni", decode: appendVNI, ascii: true}
}

func appendVNI(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		base, takesMark := vniBase(src[i])
		dst = utf8.AppendRune(dst, base)
		if !takesMark || i+1 == len(src) {
			continue
		}
		if marks := vniMarks(base, src[i+1]); marks != "" {
			dst = append(dst, marks...)
			i++
		}
	}
	return dst
}

// vniBase reads a letter or a letter and its tone in one byte; the capital of a
// code has bit 0x20 clear.
func vniBase(c byte) (r rune, takesMark bool) {
	if c < 0xc0 {
		switch c | 0x20 {
		case 'a', 'e', 'o', 'u', 'y':
			return rune(c), c < utf8.RuneSelf
		}
		return vniOther(c), false
	}
	var lower, capital rune
	switch c | 0x20 {
	case 0xed:
		lower, capital = 'í', 'Í'
	case 0xec:
		lower, capital = 'ì', 'Ì'
	case 0xe6:
		lower, capital = 'ỉ', 'Ỉ'
	case 0xf3:
		lower, capital = 'ĩ', 'Ĩ'
	case 0xf2:
		lower, capital = 'ị', 'Ị'
	case 0xee:
		lower, capital = 'ỵ', 'Ỵ'
	case 0xf1:
		lower, capital = 'đ', 'Đ'
	case 0xf4:
		lower, capital, takesMark = 'ơ', 'Ơ', true
	case 0xf6:
		lower, capital, takesMark = 'ư', 'Ư', true
	default:
		return rune(c), false
	}
	if c&0x20 == 0 {
		return capital, takesMark
	}
	return lower, takesMark
}

// vniOther gives the signs of Windows-1252, which the VNI fonts keep.
func vniOther(c byte) rune {
	if c < 0x80 {
		return rune(c)
	}
	return windows1252Rune(c)
}

// vniMarks gives the combining marks of a mark byte after a base, "" when it is
// none there: the circumflex stands on a, e, o, the breve on a alone.
func vniMarks(base rune, c byte) string {
	if c < 0xc0 {
		return ""
	}
	const circumflex, breve = "\u0302", "\u0306"
	const acute, grave, hook, tilde, dot = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
	switch c | 0x20 {
	case 0xf9:
		return acute
	case 0xf8:
		return grave
	case 0xfb:
		return hook
	case 0xf5:
		return tilde
	case 0xef:
		return dot
	}
	switch base | 0x20 {
	case 'a', 'e', 'o':
		switch c | 0x20 {
		case 0xe2:
			return circumflex
		case 0xe1:
			return circumflex + acute
		case 0xe0:
			return circumflex + grave
		case 0xe5:
			return circumflex + hook
		case 0xe3:
			return circumflex + tilde
		case 0xe4:
			return circumflex + dot
		}
	}
	if base|0x20 != 'a' {
		return ""
	}
	switch c | 0x20 {
	case 0xea:
		return breve
	case 0xe9:
		return breve + acute
	case 0xe8:
		return breve + grave
	case 0xfa:
		return breve + hook
	case 0xfc:
		return breve + tilde
	case 0xeb:
		return breve + dot
	}
	return ""
}
