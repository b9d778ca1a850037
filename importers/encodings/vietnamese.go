package encodings

import "unicode/utf8"

// The one-byte Vietnamese sets, as pairs of code and letter. TCVN3 is TCVN
// 5712:1993 VN3 in the form of the ABC fonts: capitals with a tone have no
// code there, those that have one come from VN1.
const (
	tcvn3Letters = "a1Ă a2Â a3Ê a4Ô a5Ơ a6Ư a7Đ a8ă a9â aaê abô acơ adư aeđ afẰ b5à b6ả b7ã b8á b9ạ " +
		"baẲ bbằ bcẳ bdẵ beắ bfẴ c0Ắ c1Ầ c2Ẩ c3Ẫ c4Ấ c5Ề c6ặ c7ầ c8ẩ c9ẫ caấ cbậ ccè cdỂ ceẻ cfẽ d0é d1ẹ " +
		"d2ề d3ể d4ễ d5ế d6ệ d7ì d8ỉ d9Ễ daẾ dbỒ dcĩ ddí deị dfò e0Ổ e1ỏ e2õ e3ó e4ọ e5ồ e6ổ e7ỗ e8ố e9ộ " +
		"eaờ ebở ecỡ edớ eeợ efù f0Ỗ f1ủ f2ũ f3ú f4ụ f5ừ f6ử f7ữ f8ứ f9ự faỳ fbỷ fcỹ fdý feỵ "
	visciiLetters = "02Ẳ 05Ẵ 06Ẫ 14Ỷ 19Ỹ 1eỴ 80Ạ 81Ắ 82Ằ 83Ặ 84Ấ 85Ầ 86Ẩ 87Ậ 88Ẽ 89Ẹ 8aẾ 8bỀ 8cỂ 8dỄ 8eỆ " +
		"8fỐ 90Ồ 91Ổ 92Ỗ 93Ộ 94Ợ 95Ớ 96Ờ 97Ở 98Ị 99Ỏ 9aỌ 9bỈ 9cỦ 9dŨ 9eỤ 9fỲ a0Õ a1ắ a2ằ a3ặ a4ấ a5ầ a6ẩ " +
		"a7ậ a8ẽ a9ẹ aaế abề acể adễ aeệ afố b0ồ b1ổ b2ỗ b3Ỡ b4Ơ b5ộ b6ờ b7ở b8ị b9Ự baỨ bbỪ bcỬ bdơ beớ " +
		"bfƯ c4Ả c5Ă c6ẳ c7ẵ cbẺ ceĨ cfỳ d0Đ d1ứ d5ạ d6ỷ d7ừ d8ử dbỹ dcỵ deỡ dfư e4ả e5ă e6ữ e7ẫ ebẻ eeĩ " +
		"efỉ f0đ f1ự f6ỏ f7ọ f8ụ fbũ fcủ feợ ffỮ "
)

func tcvn3() *Decoder  { return &Decoder{name: "tcvn3", decode: lettersOf(tcvn3Letters), ascii: true} }
func viscii() *Decoder { return &Decoder{name: "viscii", decode: lettersOf(visciiLetters)} }

// lettersOf builds a decoder from pairs "a1Ă "; other bytes are Latin-1.
func lettersOf(pairs string) func(dst, src []byte) []byte {
	var table [256]rune
	for i := range table {
		table[i] = rune(i)
	}
	for s := pairs; len(s) > 0; {
		code := hex(s[0])<<4 | hex(s[1])
		r, n := utf8.DecodeRuneInString(s[2:])
		table[code] = r
		s = s[3+n:]
	}
	return func(dst, src []byte) []byte {
		for _, c := range src {
			dst = utf8.AppendRune(dst, table[c])
		}
		return dst
	}
}

func hex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// vni decodes VNI-Windows, where a letter is a base and a mark: "aá" is ấ,
// "ôù" is ớ. Some letters are one byte: í, đ, ơ, ư.
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
		if marks := vniMarks(src[i+1]); marks != "" {
			dst = append(dst, marks...)
			i++
		}
	}
	return dst
}

// vniBase reads a letter or a letter and its tone in one byte; the capital of a
// code has bit 0x20 clear.
func vniBase(c byte) (r rune, takesMark bool) {
	upper := c&0x20 == 0
	if c < utf8.RuneSelf {
		switch c | 0x20 {
		case 'a', 'e', 'o', 'u', 'y':
			return rune(c), true
		}
		return rune(c), false
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
	if c >= 0xc0 && upper {
		return capital, takesMark
	}
	if c < 0xc0 {
		return rune(c), false
	}
	return lower, takesMark
}

// vniMarks gives the combining marks of a mark byte, "" when it is none.
func vniMarks(c byte) string {
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
