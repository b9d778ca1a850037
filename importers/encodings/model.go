package encodings

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// manner is in which languages a candidate's text is judged.
type manner uint8

const (
	inVietnamese manner = iota // an encoding that serves nothing else
	inWestern                  // Windows-1252
	inAny                      // UTF-8, and what a file declares
)

// model judges texts by how likely they are: the sum of the logarithms of the
// likelihoods of their words and signs. Only what is not ASCII tells encodings
// apart, so that only words with such letters are ever shown to it.
type model struct {
	vietnamese *syllables
	western    *western
}

// theModel is built when the first text that is not ASCII is met; it does not
// change and is safe for concurrent use.
var theModel = sync.OnceValue(func() *model { return &model{newSyllables(), newWestern()} })

// inAnyWestern is what a Western word costs where Vietnamese is as likely;
// noSyllable what a word costs beyond that where only Vietnamese is.
const (
	inAnyWestern = -1.0
	noSyllable   = -5.0
)

// text is the log-likelihood of a decoded piece of text; cut tells that it may
// have lost its end.
func (m *model) text(decoded []byte, how manner, cut bool) float64 {
	var buf [48]rune
	runes := buf[:0]
	for len(decoded) > 0 {
		r, n := utf8.DecodeRune(decoded)
		runes = append(runes, r)
		decoded = decoded[n:]
	}
	sum := 0.0
	for i := 0; i < len(runes); {
		k := i
		plain := true
		for k < len(runes) && isLetter(runes[k]) {
			plain = plain && runes[k] < utf8.RuneSelf
			k++
		}
		if k > i {
			sum += m.word(runes[i:k], how, plain, cut && k == len(runes))
			i = k
			continue
		}
		var before, after rune
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if runes[i] >= utf8.RuneSelf || runes[i] < ' ' {
			sum += m.western.symbol(before, runes[i], after)
		}
		i++
	}
	return sum
}

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != 'ª' && r != 'º' && (unicode.IsLetter(r) || unicode.Is(unicode.M, r))
}

func (m *model) word(run []rune, how manner, plain, cut bool) float64 {
	switch {
	case plain:
		return m.western.word(run)
	case how == inVietnamese:
		likely, ok := m.vietnamese.word(run, cut)
		if !ok {
			likely = min(likely, m.western.word(run)+noSyllable)
		}
		return likely
	case how == inWestern:
		return m.western.word(run)
	}
	likely, _ := m.vietnamese.word(run, cut)
	return max(m.western.word(run)+inAnyWestern, likely)
}

// language weighs an ASCII word, in small letters: above zero where it is rather
// a Vietnamese syllable without marks, below where it is rather a Western word.
func (m *model) language(word []rune) float64 {
	_, _, _, ok := m.vietnamese.parse(word)
	if !ok && len(word) > 1 { // a syllable that lost its marks may end in a stop
		var with [8]rune
		if n := copy(with[:], word); n < len(with) {
			ok = m.unmarked(with[:n])
		}
	}
	if ok {
		return 0.7
	}
	return -1
}

// unmarked tells whether a word is a syllable but for a tone.
func (m *model) unmarked(word []rune) bool {
	for i, r := range word {
		for _, l := range acute(r) {
			word[i] = l
			if _, _, _, ok := m.vietnamese.parse(word); ok {
				return true
			}
		}
		word[i] = r
	}
	return false
}

func acute(r rune) string {
	switch r {
	case 'a':
		return "áấắ"
	case 'e':
		return "éế"
	case 'i':
		return "í"
	case 'o':
		return "óốớ"
	case 'u':
		return "úứ"
	case 'y':
		return "ý"
	}
	return ""
}
