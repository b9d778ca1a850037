package encodings

import "unicode/utf8"

// The one-byte Vietnamese sets, as pairs of code and letter. TCVN3 is TCVN
// 5712:1993 VN3 as the ABC fonts have it: capitals with a tone have no code
// there. They are read at the codes that VN1 and VN2 give them, tone marks that
// combine too.
const (
	tcvn3Letters = "01Ú 02Ụ 04Ừ 05Ử 06Ữ 11Ứ 12Ự 13Ỳ 14Ỷ 15Ỹ 16Ý 17Ỵ 80À 81Ả 82Ã 83Á 84Ạ 85Ặ 86Ậ 87È 88Ẻ 89Ẽ 8aÉ 8bẸ 8cỆ " +
		"8dÌ 8eỈ 8fĨ 90Í 91Ị 92Ò 93Ỏ 94Õ 95Ó 96Ọ 97Ộ 98Ờ 99Ở 9aỠ 9bỚ 9cỢ 9dÙ 9eỦ 9fŨ b0̀ b1̉ b2̃ b3́ b4̣ " +
		"a1Ă a2Â a3Ê a4Ô a5Ơ a6Ư a7Đ a8ă a9â aaê abô acơ adư aeđ afẰ b5à b6ả b7ã b8á b9ạ " +
		"baẲ bbằ bcẳ bdẵ beắ bfẴ c0Ắ c1Ầ c2Ẩ c3Ẫ c4Ấ c5Ề c6ặ c7ầ c8ẩ c9ẫ caấ cbậ ccè cdỂ ceẻ cfẽ d0é d1ẹ " +
		"d2ề d3ể d4ễ d5ế d6ệ d7ì d8ỉ d9Ễ daẾ dbỒ dcĩ ddí deị dfò e0Ổ e1ỏ e2õ e3ó e4ọ e5ồ e6ổ e7ỗ e8ố e9ộ " +
		"eaờ ebở ecỡ edớ eeợ efù f0Ỗ f1ủ f2ũ f3ú f4ụ f5ừ f6ử f7ữ f8ứ f9ự faỳ fbỷ fcỹ fdý feỵ ffỐ "
	visciiLetters = "02Ẳ 05Ẵ 06Ẫ 14Ỷ 19Ỹ 1eỴ 80Ạ 81Ắ 82Ằ 83Ặ 84Ấ 85Ầ 86Ẩ 87Ậ 88Ẽ 89Ẹ 8aẾ 8bỀ 8cỂ 8dỄ 8eỆ " +
		"8fỐ 90Ồ 91Ổ 92Ỗ 93Ộ 94Ợ 95Ớ 96Ờ 97Ở 98Ị 99Ỏ 9aỌ 9bỈ 9cỦ 9dŨ 9eỤ 9fỲ a0Õ a1ắ a2ằ a3ặ a4ấ a5ầ a6ẩ " +
		"a7ậ a8ẽ a9ẹ aaế abề acể adễ aeệ afố b0ồ b1ổ b2ỗ b3Ỡ b4Ơ b5ộ b6ờ b7ở b8ị b9Ự baỨ bbỪ bcỬ bdơ beớ " +
		"bfƯ c4Ả c5Ă c6ẳ c7ẵ cbẺ ceĨ cfỳ d0Đ d1ứ d5ạ d6ỷ d7ừ d8ử dbỹ dcỵ deỡ dfư e4ả e5ă e6ữ e7ẫ ebẻ eeĩ " +
		"efỉ f0đ f1ự f6ỏ f7ọ f8ụ fbũ fcủ feợ ffỮ "
)

func viscii() *Decoder {
	table := lettersOf(visciiLetters)
	return &Decoder{name: "viscii", ascii: true, controls: true, decode: func(dst, src []byte) []byte {
		for _, c := range src {
			dst = utf8.AppendRune(dst, table[c])
		}
		return dst
	}}
}

// lettersOf builds a table from pairs "a1Ă "; other bytes are Latin-1.
func lettersOf(pairs string) *[256]rune {
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
	return &table
}

func hex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}
