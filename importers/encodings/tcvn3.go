package encodings

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// The letters with tones have no capitals in TCVN3: an ABC font with an H at the
// end of its name (.VnTimeH) shows the small ones as capitals, and people type
// "PH­êNG" for PHƯỜNG. Which font it was is lost in a table. What the other
// letters of a text tell is kept to:
//
//   - in a word with two capitals or more and no small letter, and in a text
//     without any small letter that has such a word, all letters are capitals;
//   - in a text whose other words, two at least, all begin with a capital, each
//     word does: "Lê Thị Út";
//   - a letter that nothing speaks for stays as it is typed: "Đất ở".
//
// A column tells more than a text; tcvn3Case holds what a Sampler saw.
type tcvn3Case struct {
	capitals bool // no text has a small letter
	initials bool // texts begin with a capital
	titles   bool // all words do
}

// letterCase is what a code says of case.
type letterCase uint8

const (
	noLetter letterCase = iota
	smallLetter
	capitalLetter
	eitherCase
)

type tcvn3Table struct {
	letter *[256]rune
	kind   [256]letterCase
}

func newTCVN3() *tcvn3Table {
	t := &tcvn3Table{letter: lettersOf(tcvn3Letters)}
	for c, r := range t.letter {
		switch {
		case r == 0xaa || r == 0xba || r == 0xb5 || !unicode.IsLetter(r):
		case unicode.IsUpper(r):
			t.kind[c] = capitalLetter
		case c >= 0xb5:
			t.kind[c] = eitherCase
		default:
			t.kind[c] = smallLetter
		}
	}
	return t
}

// at reads the code at i. Quotes and dashes of Windows-1252, which word
// processors put into ABC texts, stand where VN1 has capitals: they are such
// within a word in capitals only.
func (t *tcvn3Table) at(src []byte, i int) (rune, letterCase) {
	c := src[i]
	if c != 0x85 && (c < 0x91 || c > 0x97) {
		return t.letter[c], t.kind[c]
	}
	before, after := i > 0 && t.capital(src[i-1]), i+1 < len(src) && t.capital(src[i+1])
	letter := before || after
	switch c {
	case 0x91, 0x93: // opening quotes
		letter = before
	case 0x92, 0x94: // closing ones
		letter = before && !t.quoted(src[:i])
	case 0x85:
		letter = before && after
	}
	if letter {
		return t.letter[c], capitalLetter
	}
	return windows1252Rune(c), noLetter
}

func (t *tcvn3Table) capital(c byte) bool { return t.kind[c] == capitalLetter }

// quoted tells whether a quote was opened at the start of a word.
func (t *tcvn3Table) quoted(before []byte) bool {
	i := max(bytes.LastIndexByte(before, 0x91), bytes.LastIndexByte(before, 0x93))
	return i == 0 || i > 0 && !t.capital(before[i-1])
}

func tcvn3() *Decoder { return tcvn3With(tcvn3Case{}) }

func tcvn3With(rule tcvn3Case) *Decoder {
	t := newTCVN3()
	return &Decoder{name: "tcvn3", ascii: true, controls: true, decode: func(dst, src []byte) []byte {
		return t.append(dst, src, rule)
	}}
}

// wordCase counts the letters of a word by case and tells its end.
type wordCase struct {
	end                    int
	small, capital, either int
}

func (t *tcvn3Table) word(src []byte, from int) wordCase {
	w := wordCase{end: from}
	for ; w.end < len(src); w.end++ {
		switch _, kind := t.at(src, w.end); kind {
		case noLetter:
			return w
		case smallLetter:
			w.small++
		case capitalLetter:
			w.capital++
		default:
			w.either++
		}
	}
	return w
}

// inCapitals tells whether a text has no small letter and a word that is
// clearly in capitals.
func (t *tcvn3Table) inCapitals(src []byte) bool {
	clear := false
	for i := 0; i < len(src); {
		w := t.word(src, i)
		if w.small > 0 {
			return false
		}
		clear = clear || w.capital > 1
		i = max(w.end, i+1)
	}
	return clear
}

// inTitles tells whether all words of a text begin with a capital, as far as
// one can see, and two of them clearly.
func (t *tcvn3Table) inTitles(src []byte) bool {
	clear := 0
	for i := 0; i < len(src); {
		w := t.word(src, i)
		if w.end > i {
			switch _, kind := t.at(src, i); kind {
			case smallLetter:
				return false
			case capitalLetter:
				if w.end > i+1 {
					clear++
				}
			}
		}
		i = max(w.end, i+1)
	}
	return clear > 1
}

func (t *tcvn3Table) append(dst, src []byte, rule tcvn3Case) []byte {
	capitals := rule.capitals || t.inCapitals(src)
	rule.titles = rule.titles || t.inTitles(src)
	first := true
	for i := 0; i < len(src); {
		w := t.word(src, i)
		if w.end == i {
			r, _ := t.at(src, i)
			dst = utf8.AppendRune(dst, r)
			i++
			continue
		}
		all := capitals || w.small == 0 && w.capital > 1
		initial := rule.titles || first && rule.initials
		for k := i; k < w.end; k++ {
			r, kind := t.at(src, k)
			if kind == eitherCase && (all || k == i && initial) {
				r = unicode.ToUpper(r)
			}
			dst = utf8.AppendRune(dst, r)
		}
		i, first = w.end, false
	}
	return dst
}

// caseOf finds the rule of a column's texts.
func (t *tcvn3Table) caseOf(texts [][]byte) tcvn3Case {
	small, clear := 0, 0
	var begins, inner [4]int
	for _, text := range texts {
		first := true
		for i := 0; i < len(text); {
			w := t.word(text, i)
			if w.end > i {
				small += w.small
				if w.capital > 1 {
					clear++
				}
				_, kind := t.at(text, i)
				if first {
					begins[kind]++
				} else {
					inner[kind]++
				}
				first = false
			}
			i = max(w.end, i+1)
		}
	}
	mostly := func(n [4]int) bool { return n[capitalLetter] >= 4 && n[smallLetter]*20 <= n[capitalLetter] }
	rule := tcvn3Case{capitals: small == 0 && clear > 0, initials: mostly(begins)}
	rule.titles = rule.initials && mostly(inner)
	return rule
}
