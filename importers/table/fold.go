package table

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a name into the form that roles are told by: no diacritics, lower
// case, words joined by underscores, a unit in parentheses left out.
// "Tọa độ X (m)" is "toa_do_x".
func Fold(name string) string {
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.TrimRight(b.String(), "_")
}

// Name makes a heading fit for a field: NFC, one line, single blanks.
func Name(heading string) string {
	return norm.NFC.String(strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(heading, "\x00", ""), "")), " "))
}
