package encodings

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Vietnamese syllable is an onset, a rime and a tone. The rimes are written
// without tones; those with a "q" before them follow qu only.
const (
	onsets = " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x"
	rimes  = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et " +
		"ê êch êm ên êng ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac " +
		"oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt " +
		"ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uơ uy uya uych " +
		"uyêt uyên uynh uyt uyu uyp ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu " +
		"qua quac quach quai quam quan quang quanh quao quap quat quau quay quăc quăm quăn quăng quăp quăt quâc quâu que quen " +
		"queo quet quên quêt qui quin quinh quit"
	toned = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ"
)

// syllables judges words as Vietnamese.
type syllables struct {
	letters map[rune]tonedLetter
	onset   map[string]int
	rime    map[string]rime
	listed  map[string]float64 // log-likelihood, of the hit list
	onsetP  []float64
	rimeP   []float64
	toneP   [2][6]float64 // open, closed by a stop
}

type tonedLetter struct {
	base rune
	tone int // 0 none, 1 grave, 2 hook, 3 tilde, 4 acute, 5 dot below
}

type rime struct {
	number int
	stop   bool // ends in c, ch, p, t: acute or dot below only
	places uint // letters that may bear the tone, a bit each
}

func newSyllables() *syllables {
	s := &syllables{letters: map[rune]tonedLetter{}, onset: map[string]int{}, rime: map[string]rime{}, listed: map[string]float64{}}
	for group := range strings.FieldsSeq(toned) {
		base, _ := utf8.DecodeRuneInString(group)
		tone := 0
		for _, r := range group {
			s.letters[r] = tonedLetter{base, tone}
			tone++
		}
	}
	for i, o := range strings.Split(onsets, " ") {
		s.onset[o] = i
	}
	for i, r := range strings.Fields(rimes) {
		s.rime[r] = rime{number: i, stop: strings.ContainsAny(r[len(r)-1:], "cpt") || strings.HasSuffix(r, "ch"), places: tonePlaces(r)}
	}
	s.onsetP, s.rimeP = make([]float64, len(s.onset)), make([]float64, len(s.rime))
	s.learn()
	return s
}

// tonePlaces follows the spelling rules, the old and the new one: "hòa", "hoà".
func tonePlaces(r string) uint {
	letters := []rune(r)
	at := 0
	if letters[0] == 'q' { // the u belongs to the onset
		letters, at = letters[2:], 1
	}
	vowels := 0
	marked := -1
	for vowels < len(letters) && strings.ContainsRune("aăâeêioôơuưy", letters[vowels]) {
		if strings.ContainsRune("âăêôơ", letters[vowels]) {
			marked = vowels
		}
		vowels++
	}
	word := string(letters)
	switch {
	case marked >= 0:
		return 1 << (at + marked)
	case vowels < len(letters):
		return 1 << (at + vowels - 1)
	case word == "oa" || word == "oe" || word == "uy":
		return 3 << at
	case vowels == 3:
		return 2 << at
	}
	return 1 << at
}

// learn takes the frequencies from the hit list.
func (s *syllables) learn() {
	total := 0.0
	for _, class := range []struct {
		words  string
		weight float64
	}{{syllablesMost, 24}, {syllablesMany, 8}, {syllablesSome, 3}, {syllablesFew, 1}} {
		for w := range strings.FieldsSeq(class.words) {
			o, r, tone, ok := s.parse([]rune(w))
			if !ok {
				continue
			}
			n := math.Sqrt(class.weight)
			s.onsetP[o] += n
			s.rimeP[r.number] += n
			s.toneP[stopIndex(r)][tone] += n
			s.listed[w] += class.weight
			total += class.weight
		}
	}
	for w, n := range s.listed {
		s.listed[w] = math.Log(0.5 * n / total)
	}
	toLogs(s.onsetP, 3)
	toLogs(s.rimeP, 0.7)
	toLogs(s.toneP[0][:], 3)
	toLogs(s.toneP[1][:], 1)
}

func stopIndex(r rime) int {
	if r.stop {
		return 1
	}
	return 0
}

func toLogs(counts []float64, smooth float64) {
	sum := 0.0
	for _, n := range counts {
		sum += n + smooth
	}
	for i, n := range counts {
		counts[i] = math.Log((n + smooth) / sum)
	}
}

// parse takes a word in lower case apart; ok is false where spelling forbids it.
func (s *syllables) parse(word []rune) (onset int, r rime, tone int, ok bool) {
	if len(word) == 0 || len(word) > 7 {
		return 0, r, 0, false
	}
	var bare [7]rune
	place := -1
	for i, c := range word {
		bare[i] = c
		if l, known := s.letters[c]; known {
			bare[i] = l.base
			if l.tone != 0 {
				if place >= 0 {
					return 0, r, 0, false
				}
				place, tone = i, l.tone
			}
		}
	}
	for n := min(3, len(word)); n >= 0; n-- {
		o, known := s.onset[string(bare[:n])]
		if !known {
			continue
		}
		spelling := string(bare[n:len(word)])
		if n == 1 && bare[0] == 'q' {
			if _, plain := s.rime[spelling]; !plain || spelling == "ua" || spelling == "ui" {
				spelling = "q" + spelling
			}
		}
		r, known = s.rime[spelling]
		if !known || !spelled(string(bare[:n]), bare[n]) || r.stop && tone != 4 && tone != 5 {
			continue
		}
		if at := place - n; place < 0 || at >= 0 && r.places>>at&1 == 1 {
			return o, r, tone, true
		}
	}
	return 0, r, 0, false
}

// spelled tells whether an onset may stand before a letter.
func spelled(onset string, next rune) bool {
	front := next == 'e' || next == 'ê' || next == 'i' || next == 'y'
	switch onset {
	case "c":
		return !front
	case "k":
		return front
	case "ng":
		return !front
	case "g":
		return !front || next == 'i'
	case "gh", "ngh":
		return front && next != 'y'
	case "q":
		return next == 'u'
	case "":
		return true
	}
	return next != 'y' || onset != "gi"
}

const (
	impossible = -9.0 // of a run of letters that is no syllable, and
	perLetter  = -3.0 // for each of its letters
)

const longestWord = 40 // letters, of several syllables written together

// word is the log-likelihood of a run of letters that are not all ASCII, and
// whether it can be Vietnamese at all; cut tells that it may have lost its end.
func (s *syllables) word(run []rune, cut bool) (likely float64, ok bool) {
	if len(run) > longestWord {
		return impossible + perLetter*float64(len(run)), false
	}
	lower := make([]rune, len(run))
	for i, r := range run {
		lower[i] = unicode.ToLower(r)
	}
	worst := impossible + perLetter*float64(len(run))
	best := max(worst, s.lowered(lower, cut)+caseCost(run), s.abbreviation(run))
	if parts := camel(run); parts > 0 && parts < len(run) {
		a, _ := s.word(run[:parts], false)
		b, _ := s.word(run[parts:], cut)
		best = max(best, a+b-2)
	}
	return best, best > worst
}

func (s *syllables) lowered(lower []rune, cut bool) float64 {
	likely := math.Inf(-1)
	if o, r, tone, ok := s.parse(lower); ok {
		likely = math.Log(0.5) + s.onsetP[o] + s.rimeP[r.number] + s.toneP[stopIndex(r)][tone]
		if p, listed := s.listed[string(lower)]; listed {
			likely = max(likely, p)
		}
		return likely
	}
	if n := len(lower); n > 2 && lower[n-1] == 'k' { // Đắk Lắk, Kông Chrắk
		alike := append(append([]rune(nil), lower[:n-1]...), 'c')
		likely = s.lowered(alike, false) - 3
	}
	if cut && s.begins(lower) {
		likely = max(likely, -4-2*float64(len(lower)))
	}
	return likely
}

// begins tells whether letters can be the start of a syllable.
func (s *syllables) begins(lower []rune) bool {
	for _, end := range []string{"c", "t", "n", "m", "p", "ng", "nh", "ch", "i", "u", "y", "a", "o", "g", "h", "ơ", "ê", "ô", "ơn", "ơng", "ên", "ôn"} {
		if _, _, _, ok := s.parse(append(append([]rune(nil), lower...), []rune(end)...)); ok {
			return true
		}
	}
	return false
}

// abbreviation judges QĐ, HĐND, Đ: consonants in capitals, a Đ among them.
func (s *syllables) abbreviation(run []rune) float64 {
	if len(run) > 6 {
		return math.Inf(-1)
	}
	stroke := false
	for _, r := range run {
		if r == 'Đ' {
			stroke = true
		} else if r < 'A' || r > 'Z' || strings.ContainsRune("AEIOUY", r) {
			return math.Inf(-1)
		}
	}
	if !stroke {
		return math.Inf(-1)
	}
	return -6 - 2*float64(len(run)-1)
}

// camel finds where a capital follows a small letter: "ĐấtỞ".
func camel(run []rune) int {
	for i := 1; i < len(run); i++ {
		if unicode.IsUpper(run[i]) && unicode.IsLower(run[i-1]) {
			return i
		}
	}
	return 0
}

// thousandths reads "é80" as é and the logarithm of 0.080.
func thousandths(part string) (rune, float64) {
	r, n := utf8.DecodeRuneInString(part)
	v, err := strconv.Atoi(part[n:])
	if err != nil {
		v = 1
	}
	return r, math.Log(float64(v) / 1000)
}
