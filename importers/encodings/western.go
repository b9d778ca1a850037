package encodings

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// westernPairs is the cost of a letter after another in place names of western
// Europe and the Americas, accents left out: rows are the first letter, columns
// the second, both "`abc…z" where ` is the edge of a word; 'a'+n stands for a
// likelihood of e^(-n/2.5).
const westernPairs = "" +
	"zhiggjjiikkkhgjkhoifimijqom" +
	"enlijonjninngielkpfhijlpplm" +
	"memtrdtxshpuitrfzxfmrgzszkv" +
	"iewlwhxwehzikrueuojtmizuvox" +
	"fgnsmdqlogurmpqevyikljqnzor" +
	"eklkjknkoinngkfnlqfgjklmolm" +
	"fgrqrehqogoohspfsufmlisryqs" +
	"ffotnepkiitriphftxgjkgsozpz" +
	"fenqpepqpfrrknmfsxlnjgqlzou" +
	"hglijhoiprmnfieilpihhnlumwm" +
	"ndprpfuuriujprmdpwsnqeqwwrq" +
	"egnspeotlfpkiolgryijijnmylt" +
	"gelljfmnmgsofkogntqkjjlqtmo" +
	"fdipqfrsqgusokpeiyrlqiurzov" +
	"dglihgnhkiqmpqkhsqojflnotnl" +
	"dlkjkmmmnkpnhjfklqfhjiklomn" +
	"jeroremvlfzrissejzhmmhvrzpx" +
	"kruuuuuuuuuuuuuuuruuuauuuuu" +
	"hflkifkinfsklkjgnpiihjmovmn" +
	"dekilgoqkirmlonikprifjmnzpx" +
	"ffooteprhgssjoqfsxhkikqotmk" +
	"hgkijfmjmhoohignkpfhiploknk" +
	"newzsdzwzcuvowshzzlrwnwzzpz" +
	"gempoeqskexonnhfnullllstxlx" +
	"dglhnhlrigrpllrgkmroflnnrou" +
	"cglmkhnomrtoikihnxjjjkkoxrq" +
	"edmopfqolgxonnogsptnnhtlxoh"

// westernAccents are the letters of Windows-1252 and how often a base letter
// bears that accent in text that has accents at all, in thousandths.
const westernAccents = "é80 è25 ê12 ë6 á50 à20 â18 ä30 ã20 å15 í40 î10 ï6 ì8 ó40 ö40 ô20 ò10 õ6 ø20 ú30 ü50 ù8 û8 ñ40 ç40 ý20 ÿ2 " +
	"ß30 æ15 œ6 ð5 þ5 š15 ž15 "

// westernSymbols are the signs of Windows-1252 that stand in plain text, in
// thousandths of words.
const westernSymbols = "°20 ²20 ³10 ½6 ¼3 ¾3 –20 —10 ’30 ‘10 “15 ”15 „6 •6 …10 €6 £4 §4 ©4 ®4 ™3 ·4 «6 »6 º10 ª8 ±6 ×6 µ4 ¿3 ¡3 \u00a010 "

// western judges text as a Western language would have it.
type western struct {
	pairs   [27][27]float64
	letters map[rune]westernLetter
	symbols map[rune]float64
}

type westernLetter struct {
	base byte
	cost float64
}

func newWestern() *western {
	w := &western{letters: map[rune]westernLetter{}, symbols: map[rune]float64{}}
	for i := range w.pairs {
		for k := range w.pairs[i] {
			w.pairs[i][k] = -float64(westernPairs[i*27+k]-'a') / 2.5
		}
	}
	for part := range strings.FieldsSeq(westernAccents) {
		r, thousandths := thousandths(part)
		w.letters[r] = westernLetter{baseOf(r), thousandths}
	}
	for part := range strings.SplitSeq(westernSymbols, " ") {
		if part != "" {
			r, thousandths := thousandths(part)
			w.symbols[r] = thousandths
		}
	}
	return w
}

// baseOf is the letter below an accent.
func baseOf(r rune) byte {
	const bases = "éeèeêeëeáaàaâaäaãaåaíiîiïiìióoöoôoòoõoøoúuüuùuûuñnçcýyÿyßsæaœoðdþtšsžz"
	at := strings.IndexRune(bases, r)
	return bases[at+utf8.RuneLen(r)]
}

const (
	rareLetter  = -7.0  // a letter of the Latin script that is none of Windows-1252
	oddSymbol   = -12.0 // a sign within a word, a control character
	ofTheScript = -3.4  // a letter of another alphabet
	ideograph   = -6.5
	mixedScript = -12.0
)

// word is the log-likelihood of a run of letters.
func (w *western) word(run []rune) float64 {
	sum, last, accents, script := 0.0, byte(0), 0, 0
	for i, r := range run {
		lower := unicode.ToLower(r)
		here := scriptOf(lower)
		if i > 0 && here != script {
			sum += mixedScript
		}
		script = here
		switch here {
		case scriptOther:
			sum, last, accents = sum+ofTheScript, 0, 0
			continue
		case scriptIdeograph:
			sum, last, accents = sum+ideograph, 0, 0
			continue
		}
		base, cost := byte(0), 0.0
		if lower < utf8.RuneSelf {
			base, accents = byte(lower)-'`', 0
		} else {
			l, ok := w.letters[lower]
			if !ok {
				sum, last, accents = sum+rareLetter, 0, accents+1
				continue
			}
			base, cost = l.base-'`', l.cost
			if accents++; accents > 1 {
				cost -= 3 // two letters with accents one after the other are rare
			}
			if i > 0 && vowelPair(last, base) && l.base != 's' {
				cost -= 2.5 // "aá", "oâ": marks of VNI
			}
		}
		sum += w.pairs[last][base] + cost
		last = base
	}
	if last != 0 {
		sum += w.pairs[last][0]
	}
	return sum + caseCost(run)
}

func vowelPair(a, b byte) bool {
	return a == b && strings.IndexByte("aeiouy", a+'`') >= 0
}

const (
	scriptLatin = iota
	scriptOther
	scriptIdeograph
)

func scriptOf(r rune) int {
	switch {
	case r < 0x250 || r >= 0x1e00 && r < 0x1f00 || unicode.Is(unicode.Mn, r) && r < 0x370:
		return scriptLatin
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		return scriptIdeograph
	}
	return scriptOther
}

// caseCost is what "tEst" costs: words are lower, capital or begin so.
func caseCost(run []rune) float64 {
	lower, upper, late := 0, 0, 0
	for i, r := range run {
		switch {
		case unicode.IsUpper(r):
			upper++
			if i > 0 {
				late++
			}
		case unicode.IsLower(r) && r != 'ß':
			lower++
		}
	}
	if lower == 0 || upper == 0 || late == 0 {
		return 0
	}
	return -4 - float64(min(late, lower))
}

// symbol is the log-likelihood of a sign between before and after (0 at an edge).
func (w *western) symbol(before, r, after rune) float64 {
	cost, ok := w.symbols[r]
	if !ok {
		if r >= 0x100 && r != utf8.RuneError && !unicode.IsControl(r) && unicode.IsGraphic(r) {
			return -8 // of the other signs of Unicode
		}
		return oddSymbol
	}
	switch {
	case r == '²' || r == '³':
		if before == 'm' || before == 'M' {
			return cost
		}
	case r == '’' || r == '‘' || r == '–' || r == '—' || r == '·' || r == '°' || r == 'º' || r == '\u00a0' || r == '…':
		return cost
	}
	if unicode.IsLetter(before) && unicode.IsLetter(after) {
		return cost - 7
	}
	if unicode.IsLetter(before) && strings.ContainsRune("§«£¿¡“„€", r) || unicode.IsLetter(after) && strings.ContainsRune("§®©™²³½¼¾»±×", r) {
		return cost - 4
	}
	return cost
}
