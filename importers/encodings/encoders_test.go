package encodings_test

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"gisd/importers/encodings"
)

// encoder turns NFC text into bytes; ok is false where a letter has no code.
type encoder struct {
	name   string
	encode func(text string) (b []byte, ok bool)
}

func encoders() []encoder {
	return []encoder{
		{"utf-8", func(s string) ([]byte, bool) { return []byte(s), true }},
		{"utf-8 decomposed", func(s string) ([]byte, bool) { return norm.NFD.Bytes([]byte(s)), true }},
		{"tcvn3", encodeTCVN3},
		{"vni", encodeVNI},
		{"viscii", func(s string) ([]byte, bool) { return encodeBytes("viscii", s) }},
		{"cp1258 precomposed", func(s string) ([]byte, bool) { return encode1258(s, true) }},
		{"cp1258 decomposed", func(s string) ([]byte, bool) { return encode1258(s, false) }},
	}
}

// codesOf inverts an encoding of one byte a letter.
func codesOf(name string) map[rune]byte {
	if name == "viscii" {
		return visciiCodes()
	}
	return tcvn3Codes()
}

var (
	visciiCodes = sync.OnceValue(func() map[rune]byte { return invert("viscii") })
	tcvn3Codes  = sync.OnceValue(func() map[rune]byte { return invert("tcvn3") })
)

func invert(name string) map[rune]byte {
	d, _ := encodings.Lookup(name)
	codes := map[rune]byte{}
	for c := 255; c > 0; c-- {
		if r := []rune(string(d.Append(nil, []byte{byte(c)}))); len(r) == 1 && r[0] != unicode.ReplacementChar {
			codes[r[0]] = byte(c)
		}
	}
	return codes
}

func encodeBytes(name, text string) ([]byte, bool) {
	codes := codesOf(name)
	var out []byte
	for _, r := range text {
		c, ok := codes[r]
		if !ok {
			return nil, false
		}
		out = append(out, c)
	}
	return out, true
}

// encodeTCVN3 writes as the ABC fonts have it: a capital with a tone is the code
// of its small letter.
func encodeTCVN3(text string) ([]byte, bool) {
	codes := codesOf("tcvn3")
	var out []byte
	for _, r := range text {
		if unicode.IsUpper(r) && r > 0x7f && !strings.ContainsRune("ĂÂÊÔƠƯĐ", r) {
			r = unicode.ToLower(r)
		}
		c, ok := codes[r]
		if !ok {
			return nil, false
		}
		out = append(out, c)
	}
	return out, true
}

const (
	vniLetters = "đñ ơô ưö íí ìì ỉæ ĩó ịò ỵî ăaê âaâ êeâ ôoâ"
	vniTones   = "\u0301ù \u0300ø \u0309û \u0303õ \u0323ï"
	// Marks with a tone in one byte, after a, e and o, and after a alone.
	vniCircumflex = "\u0301á \u0300à \u0309å \u0303ã \u0323ä"
	vniBreve      = "\u0301é \u0300è \u0309ú \u0303ü \u0323ë"
)

func pairs(s string) map[rune]string {
	m := map[rune]string{}
	for _, p := range strings.Fields(s) {
		r := []rune(p)
		m[r[0]] = string(r[1:])
	}
	return m
}

func encodeVNI(text string) ([]byte, bool) {
	letters, tones := pairs(vniLetters), pairs(vniTones)
	circumflex, breve := pairs(vniCircumflex), pairs(vniBreve)
	var out strings.Builder
	for _, r := range text {
		upper := unicode.IsUpper(r)
		low := unicode.ToLower(r)
		code := ""
		switch c, known := letters[low]; {
		case low < 0x80:
			code = string(low)
		case known:
			code = c
		default:
			base, tone := splitTone(low)
			switch {
			case tone == 0:
				code = string(low)
			case base == 'â' || base == 'ê' || base == 'ô':
				code = letters[base][:1] + circumflex[tone]
			case base == 'ă':
				code = "a" + breve[tone]
			case base == 'ơ' || base == 'ư':
				code = letters[base] + tones[tone]
			default:
				code = string(base) + tones[tone]
			}
		}
		if upper {
			code = strings.ToUpper(code)
		}
		out.WriteString(code)
	}
	b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(out.String()))
	return b, err == nil
}

// splitTone takes the tone off a letter.
func splitTone(r rune) (base, tone rune) {
	var rest []rune
	for _, c := range norm.NFD.String(string(r)) {
		if strings.ContainsRune("\u0301\u0300\u0309\u0303\u0323", c) {
			tone = c
		} else {
			rest = append(rest, c)
		}
	}
	return []rune(norm.NFC.String(string(rest)))[0], tone
}

// encode1258 writes tones as bytes of their own, those letters apart that the
// code page has with their tone where precomposed.
func encode1258(text string, precomposed bool) ([]byte, bool) {
	var out []byte
	for _, r := range text {
		if c, ok := charmap.Windows1258.EncodeRune(r); ok && (precomposed || r < 0x80 || !unicode.IsLetter(r)) {
			out = append(out, c)
			continue
		}
		base, tone := splitTone(r)
		c, ok := charmap.Windows1258.EncodeRune(base)
		if !ok {
			return nil, false
		}
		out = append(out, c)
		if tone != 0 {
			t, ok := charmap.Windows1258.EncodeRune(tone)
			if !ok {
				return nil, false
			}
			out = append(out, t)
		}
	}
	return out, true
}
