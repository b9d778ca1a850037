package dxf

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"gisd/importers/encodings"
)

// font says what a text style's font makes of bytes.
type font int

const (
	fontPlain      font = iota // whatever the drawing's text is in
	fontTCVN3                  // .VnTime, .VnArial …
	fontTCVN3Upper             // .VnTimeH …: shows capitals for small letters
	fontVNI                    // VNI-Times …
)

// fontOf judges a font by its family (".VnTimeH", "VNI-Times") or its file
// ("vntimeh.ttf"). The files of line fonts (.shx) tell nothing.
func fontOf(name []byte) font {
	s := strings.ToLower(strings.TrimSpace(string(name)))
	s = strings.TrimPrefix(s[strings.LastIndexAny(s, `\/`)+1:], "@")
	file := strings.TrimSuffix(s, ".ttf")
	isFile := file != s
	s, _, _ = strings.Cut(file, " ") // "VNI-Times Bold"
	switch {
	case strings.HasPrefix(s, "vni-"), isFile && strings.HasPrefix(s, "vni"):
		return fontVNI
	case strings.HasPrefix(s, ".vn"), isFile && strings.HasPrefix(s, "vn"):
		if strings.HasSuffix(s, "h") {
			return fontTCVN3Upper
		}
		return fontTCVN3
	}
	return fontPlain
}

// decoders turn raw text into UTF-8; not safe for concurrent use.
type decoders struct {
	plain      *encodings.Decoder // nil keeps the bytes of plain text and drops the rest
	tcvn3, vni *encodings.Decoder
	// unicode drawings (R2007 on) hold each byte of such a font as the letter
	// that the code page has there. plain is then for text that was misread
	// before it got into the drawing, nil where it was not.
	unicode bool
	forced  bool // every text is in plain, whatever its font
	sampled bool
	utf8    *encodings.Decoder
	out     []byte
	run     []byte
	single  []byte
}

// newDecoders takes nil for plain to collect samples.
func newDecoders(plain *encodings.Decoder, unicode, forced bool) *decoders {
	d := &decoders{plain: plain, unicode: unicode, forced: forced, sampled: plain == nil, utf8: encodings.UTF8()}
	if unicode && !forced && plain != nil && plain.Name() == "windows-1252" {
		d.plain = nil
	}
	d.tcvn3, _ = encodings.Lookup("tcvn3")
	d.vni, _ = encodings.Lookup("vni")
	return d
}

// raw is what of a text is in a plain font, as it stands but for control codes.
func (d *decoders) raw(t rawText) []byte {
	d.out, d.run = d.out[:0], d.run[:0]
	w := writer{d: d, src: t.bytes, font: t.font}
	w.all(t.multi)
	return d.out
}

// append decodes one run of text in a font.
func (d *decoders) append(dst, src []byte, f font) []byte {
	switch {
	case d.sampled && f == fontPlain:
		return append(dst, src...)
	case d.sampled:
		return dst
	case d.forced:
		return d.plain.Append(dst, src)
	case d.unicode && (f != fontPlain || d.plain != nil):
		var ok bool
		if d.single, ok = singleBytes(d.single[:0], src); !ok {
			return d.utf8.Append(dst, src)
		}
		src = d.single
	case d.unicode:
		return d.utf8.Append(dst, src)
	}
	if f == fontPlain {
		return d.plain.Append(dst, src)
	}
	switch f {
	case fontVNI:
		return d.vni.Append(dst, src)
	case fontTCVN3Upper:
		from := len(dst)
		dst = d.tcvn3.Append(dst, src)
		return append(dst[:from], bytes.ToUpper(dst[from:])...)
	}
	return d.tcvn3.Append(dst, src)
}

// singleBytes undoes the reading of single bytes as Windows-1252 or 1258; ok is
// false where a letter comes from neither: the text is what it looks like.
func singleBytes(dst, src []byte) (_ []byte, ok bool) {
	for _, r := range string(src) {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			b, ok = charmap.Windows1258.EncodeRune(r)
		}
		if !ok && r >= 0x80 && r < 0xa0 {
			b, ok = byte(r), true
		}
		if !ok {
			return dst, false
		}
		dst = append(dst, b)
	}
	return dst, true
}
