package dxf

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"gisd/importers/encodings"
)

// rawText is a text as it stands in the file; the bytes belong to the entity.
type rawText struct {
	bytes []byte
	font  font
	multi bool // an MTEXT with its formatting codes
}

// decode returns the text as UTF-8 in NFC with the control codes resolved; the
// result lasts until the next call.
func (d *decoders) decode(t rawText) []byte {
	d.out, d.run = d.out[:0], d.run[:0]
	w := writer{d: d, src: t.bytes, font: t.font}
	w.all(t.multi)
	from := len(d.out)
	d.out = encodings.AppendNFC(d.out, d.out)
	return bytes.TrimRight(d.out[from:], " \n")
}

// writer goes through one text and collects runs that are in one font.
type writer struct {
	d    *decoders
	src  []byte
	i    int
	font font
	// fonts are those that hold again behind the closing braces.
	fonts []font
}

func (w *writer) all(multi bool) {
	if multi {
		w.formatted()
	} else {
		w.plain()
	}
	w.flush()
}

func (w *writer) flush() {
	w.d.out = w.d.append(w.d.out, w.d.run, w.font)
	w.d.run = w.d.run[:0]
}

func (w *writer) rune(r rune) {
	w.flush()
	if r != 0 && r != utf8.RuneError && !w.d.sampled {
		w.d.out = utf8.AppendRune(w.d.out, r)
	}
}

func (w *writer) rest() []byte { return w.src[w.i:] }

// plain resolves what every text may hold: %%-codes, ^-codes, \U+ and \M+.
func (w *writer) plain() {
	for w.i < len(w.src) {
		if !w.special() {
			w.d.run = append(w.d.run, w.src[w.i])
			w.i++
		}
	}
}

// special resolves one code at the place, if one stands there.
func (w *writer) special() bool {
	rest := w.rest()
	switch {
	case len(rest) > 2 && rest[0] == '%' && rest[1] == '%':
		return w.percent(rest[2:])
	case rest[0] == '^' && len(rest) > 1 && rest[1] >= ' ' && rest[1] < 0x60:
		w.caret(rest[1])
		return true
	case len(rest) >= 7 && rest[0] == '\\' && (rest[1] == 'U' || rest[1] == 'u') && rest[2] == '+':
		n, err := strconv.ParseUint(string(rest[3:7]), 16, 16)
		if err != nil {
			return false
		}
		w.rune(rune(n))
		w.i += 7
		return true
	case len(rest) >= 8 && rest[0] == '\\' && rest[1] == 'M' && rest[2] == '+':
		return w.multibyte(rest[3:8])
	}
	return false
}

// percent resolves %%c, %%d, %%p, %%%, %%nnn and drops the underline, overline
// and strike-through toggles.
func (w *writer) percent(code []byte) bool {
	switch c := code[0] | 0x20; {
	case c == 'c':
		w.rune('Ø')
	case c == 'd':
		w.rune('°')
	case c == 'p':
		w.rune('±')
	case c == 'u', c == 'o', c == 'k':
	case code[0] == '%':
		w.d.run = append(w.d.run, '%')
	default:
		if len(code) < 3 {
			return false
		}
		n, err := strconv.ParseUint(string(code[:3]), 10, 8)
		if err != nil {
			return false
		}
		w.d.run = append(w.d.run, byte(n))
		w.i += 2
	}
	w.i += 3
	return true
}

// caret resolves control characters: ^I is a tab, ^J a new line, "^ " a caret.
func (w *writer) caret(c byte) {
	switch c {
	case ' ':
		w.d.run = append(w.d.run, '^')
	case 'I':
		w.d.run = append(w.d.run, '\t')
	case 'J':
		w.d.run = append(w.d.run, '\n')
	default:
		if c < '@' {
			w.d.run = append(w.d.run, '^', c)
		}
	}
	w.i += 2
}

// multibyte resolves \M+nXXXX, a letter of the code page that n names.
func (w *writer) multibyte(code []byte) bool {
	pages := map[byte]string{'1': "932", '2': "950", '3': "949", '5': "936"}
	n, err := strconv.ParseUint(string(code[1:]), 16, 16)
	d, ok := encodings.Lookup(pages[code[0]])
	if err != nil || !ok {
		return false
	}
	letter := []byte{byte(n >> 8), byte(n)}
	if n < 256 {
		letter = letter[1:]
	}
	w.flush()
	if !w.d.sampled {
		w.d.out = d.Append(w.d.out, letter)
	}
	w.i += 8
	return true
}

// formatted resolves the formatting codes of MTEXT, of which the font decides
// how the bytes after it are read.
func (w *writer) formatted() {
	for w.i < len(w.src) {
		switch c := w.src[w.i]; {
		case w.special():
		case c == '{':
			w.fonts = append(w.fonts, w.font)
			w.i++
		case c == '}':
			w.i++
			if n := len(w.fonts); n > 0 {
				w.flush()
				w.font, w.fonts = w.fonts[n-1], w.fonts[:n-1]
			}
		case c == '\\' && w.i+1 < len(w.src):
			w.i += 2
			w.command(w.src[w.i-1])
		default:
			w.d.run = append(w.d.run, c)
			w.i++
		}
	}
}

func (w *writer) command(c byte) {
	switch c {
	case '\\', '{', '}':
		w.d.run = append(w.d.run, c)
	case 'P', 'X', 'N':
		w.d.run = append(w.d.run, '\n')
	case '~':
		w.rune('\u00a0')
	case 'L', 'l', 'O', 'o', 'K', 'k':
	case 'f', 'F':
		family, _, _ := bytes.Cut(w.argument(), []byte{'|'})
		w.flush()
		w.font = fontOf(family)
	case 'A', 'C', 'c', 'H', 'Q', 'T', 'W', 'p':
		w.argument()
	case 'S':
		w.stacked()
	default:
		w.d.run = append(w.d.run, '\\', c)
	}
}

// argument returns what stands before the next semicolon and skips both.
func (w *writer) argument() []byte {
	rest := w.rest()
	n := bytes.IndexByte(rest, ';')
	if n < 0 {
		w.i = len(w.src)
		return rest
	}
	w.i += n + 1
	return rest[:n]
}

// stacked writes a fraction "a^b", "a/b" or "a#b" as a/b; an exponent or index,
// one of the two alone, as it is.
func (w *writer) stacked() {
	arg := w.argument()
	n := bytes.IndexAny(arg, "^/#")
	if n < 0 {
		w.d.run = append(w.d.run, arg...)
		return
	}
	over, under := bytes.TrimSpace(arg[:n]), bytes.TrimSpace(arg[n+1:])
	w.d.run = append(w.d.run, over...)
	if len(over) > 0 && len(under) > 0 {
		w.d.run = append(w.d.run, '/')
	}
	w.d.run = append(w.d.run, under...)
}
