package markup

import "unicode/utf8"

// AppendEscaped appends text for element content or a quoted attribute. What
// XML 1.0 §2.2 does not allow is left out; bytes that are no UTF-8 become
// U+FFFD.
func AppendEscaped(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r == '\r':
			dst = append(dst, "&#13;"...)
		case r < 0x20 && r != '\n' && r != '\t', r == 0xfffe, r == 0xffff:
		default:
			dst = utf8.AppendRune(dst, r)
		}
		text = text[n:]
	}
	return dst
}
