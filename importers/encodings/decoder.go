package encodings

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"
)

// Decoder decodes one encoding. It is not safe for concurrent use.
type Decoder struct {
	name     string
	decode   func(dst, src []byte) []byte
	ascii    bool // bytes below 0x80 mean themselves
	controls bool // but for those below 0x20
	raw      []byte
}

// Name is the encoding's name as reports show it: "utf-8", "windows-1258".
func (d *Decoder) Name() string { return d.name }

// Append appends src as UTF-8 in normal form C, without NUL bytes, to dst. What
// the encoding does not define becomes U+FFFD; it never fails.
func (d *Decoder) Append(dst, src []byte) []byte {
	if d.ascii && isASCII(src) && !(d.controls && hasControl(src)) {
		return append(dst, src...)
	}
	d.raw = d.decode(d.raw[:0], src)
	return AppendNFC(dst, d.raw)
}

// isASCII looks at eight bytes at a time for one that is not ASCII, or is NUL.
func isASCII(b []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for len(b) >= 8 {
		v := binary.LittleEndian.Uint64(b)
		if (v|(v-ones))&highs != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0 {
			return false
		}
	}
	return true
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return true
		}
	}
	return false
}

// AppendNFC appends valid UTF-8 in normal form C, leaving out NUL, which
// PostgreSQL cannot store.
func AppendNFC(dst, src []byte) []byte {
	for _, c := range src {
		if c == 0 {
			src = []byte(strings.ReplaceAll(string(src), "\x00", ""))
			break
		}
	}
	if norm.NFC.QuickSpan(src) == len(src) {
		return append(dst, src...)
	}
	return norm.NFC.Append(dst, src...)
}

// UTF8 decodes UTF-8. A letter cut in half by the end of the field is dropped;
// any other byte that is not UTF-8 is read as Windows-1252, so that a column of
// mixed origin loses nothing.
func UTF8() *Decoder {
	return &Decoder{name: "utf-8", decode: appendUTF8, ascii: true}
}

func appendUTF8(dst, src []byte) []byte {
	if utf8.Valid(src) {
		return append(dst, src...)
	}
	src = TrimCut(src)
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			r = windows1252Rune(src[0])
		}
		dst = utf8.AppendRune(dst, r)
		src = src[n:]
	}
	return dst
}

// TrimCut removes the first bytes of a UTF-8 sequence that ends too early.
func TrimCut(b []byte) []byte {
	for back := 1; back <= 3 && back <= len(b); back++ {
		c := b[len(b)-back]
		if c >= 0xc0 { // a first byte
			if !utf8.FullRune(b[len(b)-back:]) {
				return b[:len(b)-back]
			}
			return b
		}
		if c < utf8.RuneSelf {
			return b
		}
	}
	return b
}

// Windows1252 decodes the western code page, which covers Latin-1.
func Windows1252() *Decoder { return single("windows-1252", charmap.Windows1252) }

func single(name string, m *charmap.Charmap) *Decoder {
	return &Decoder{name: name, ascii: true, decode: func(dst, src []byte) []byte {
		for _, c := range src {
			dst = utf8.AppendRune(dst, runeOf(m, c))
		}
		return dst
	}}
}

// runeOf reads what a code page leaves undefined as the control that it is in
// Latin-1.
func runeOf(m *charmap.Charmap, c byte) rune {
	r := m.DecodeByte(c)
	if r == utf8.RuneError && c >= 0x80 && c < 0xa0 {
		return rune(c)
	}
	return r
}

func windows1252Rune(c byte) rune { return runeOf(charmap.Windows1252, c) }

// AppendWindows1252 turns UTF-8 into the bytes that it was misread from; ok is
// false where a letter is not of Windows-1252 or Latin-1.
func AppendWindows1252(dst, text []byte) (_ []byte, ok bool) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		switch c, found := charmap.Windows1252.EncodeRune(r); {
		case found && r != utf8.RuneError:
			dst = append(dst, c)
		case r < 0x100 && (r != utf8.RuneError):
			dst = append(dst, byte(r))
		default:
			return dst, false
		}
	}
	return dst, true
}

func wide(name string, e encoding.Encoding, ascii bool) *Decoder {
	return &Decoder{name: name, ascii: ascii, decode: func(dst, src []byte) []byte {
		out, err := e.NewDecoder().Bytes(src)
		if err != nil {
			return appendUTF8(dst, src)
		}
		return append(dst, out...)
	}}
}

// Lookup finds a decoder by any name in use for it: "UTF-8", "65001", "cp1258",
// "ANSI 1252", "ISO-8859-1", "88591", "latin1", "tcvn3"; ok is false for an
// unknown one.
func Lookup(name string) (d *Decoder, ok bool) {
	key := strings.ToLower(strings.TrimSpace(name))
	key = strings.NewReplacer(" ", "", "_", "", "-", "", ":", "").Replace(key)
	for _, prefix := range []string{"ansi", "windows", "cp", "oem", "ms", "ibm"} {
		if rest := strings.TrimPrefix(key, prefix); rest != key && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			key = rest
		}
	}
	switch key {
	case "utf8", "65001", "unicode11utf8":
		return UTF8(), true
	case "latin1", "iso88591", "88591", "28591", "1252", "8859", "ascii", "usascii", "ansi":
		return Windows1252(), true
	case "936", "gbk", "gb2312":
		return wide("gbk", simplifiedchinese.GBK, true), true
	case "gb18030", "54936":
		return wide("gb18030", simplifiedchinese.GB18030, true), true
	case "932", "sjis", "shiftjis":
		return wide("shift_jis", japanese.ShiftJIS, false), true
	case "949", "euckr":
		return wide("euc-kr", korean.EUCKR, true), true
	case "950", "big5":
		return wide("big5", traditionalchinese.Big5, true), true
	case "mixed":
		return mixed(nil), true
	case "tcvn3", "abc", "tcvn", "tcvn57123", "tcvn5712":
		return tcvn3(), true
	case "vni", "vniwindows":
		return vni(), true
	case "viscii":
		return viscii(), true
	}
	if m, ok := codePage(key); ok {
		return m, true
	}
	if e, err := ianaindex.IANA.Encoding(strings.TrimSpace(name)); err == nil && e != nil {
		return wide(strings.ToLower(strings.TrimSpace(name)), e, false), true
	}
	return nil, false
}

func codePage(key string) (*Decoder, bool) {
	pages := map[string]*charmap.Charmap{
		"437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852,
		"855": charmap.CodePage855, "858": charmap.CodePage858, "860": charmap.CodePage860,
		"862": charmap.CodePage862, "863": charmap.CodePage863, "865": charmap.CodePage865,
		"866": charmap.CodePage866, "874": charmap.Windows874, "1250": charmap.Windows1250,
		"1251": charmap.Windows1251, "1253": charmap.Windows1253, "1254": charmap.Windows1254,
		"1255": charmap.Windows1255, "1256": charmap.Windows1256, "1257": charmap.Windows1257,
		"1258": charmap.Windows1258,
	}
	if m, ok := pages[key]; ok {
		name := "windows-" + key
		if len(key) == 3 && key != "874" {
			name = "cp" + key
		}
		return single(name, m), true
	}
	iso := map[string]*charmap.Charmap{
		"2": charmap.ISO8859_2, "3": charmap.ISO8859_3, "4": charmap.ISO8859_4, "5": charmap.ISO8859_5,
		"6": charmap.ISO8859_6, "7": charmap.ISO8859_7, "8": charmap.ISO8859_8, "9": charmap.ISO8859_9,
		"10": charmap.ISO8859_10, "13": charmap.ISO8859_13, "14": charmap.ISO8859_14,
		"15": charmap.ISO8859_15, "16": charmap.ISO8859_16,
	}
	part := strings.TrimPrefix(strings.TrimPrefix(key, "iso"), "8859")
	if m, ok := iso[part]; ok && strings.Contains(key, "8859") {
		return single("iso-8859-"+part, m), true
	}
	return nil, false
}
