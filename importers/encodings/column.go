package encodings

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	keptValues = 1000    // distinct values with other than ASCII, a column
	keptBytes  = 1 << 20 // of them
	keptLength = 4096    // bytes of one
	seenValues = 20_000  // after which a column of ASCII is believed
	keptWords  = 300     // ASCII words, which tell the language
)

// column is what a Sampler keeps of one column.
type column struct {
	seen, high int // values, and those that are not plain ASCII
	proper     int // values that are in Unicode for certain
	values     [][]byte
	distinct   map[string]bool
	bytes      int
	words      map[string]bool
}

func (c *column) add(raw []byte) (more bool) {
	c.seen++
	if isASCII(raw) && !hasControl(raw) {
		if len(c.words) < keptWords && c.seen < seenValues/10 {
			c.addWords(raw)
		}
		return c.more()
	}
	c.high++
	raw = raw[:min(len(raw), keptLength)]
	if len(c.values) < keptValues && c.bytes < keptBytes && !c.distinct[string(raw)] {
		if c.distinct == nil {
			c.distinct = map[string]bool{}
		}
		c.distinct[string(raw)] = true
		c.values = append(c.values, bytes.Clone(raw))
		c.bytes += len(raw)
		c.addWords(raw)
	}
	return c.more()
}

func (c *column) more() bool {
	return len(c.values) < keptValues && c.bytes < keptBytes && c.seen < seenValues
}

// addWords keeps the ASCII words of a value that are none of the abbreviations
// and codes that texts of every language have.
func (c *column) addWords(raw []byte) {
	for word := range pieces(raw) {
		if len(word.text) < 2 || len(word.text) > 12 || len(c.words) >= keptWords || !isASCII(word.text) ||
			!bytes.ContainsAny(word.text, "aeiouyAEIOUY") || len(word.text) < 4 && bytes.Equal(word.text, bytes.ToUpper(word.text)) {
			continue
		}
		if c.words == nil {
			c.words = map[string]bool{}
		}
		c.words[string(bytes.ToLower(word.text))] = true
	}
}

// language is how much more likely, in logarithms, the ASCII words are
// Vietnamese than of another language.
func (c *column) language(m *model) float64 {
	sum := 0.0
	for w := range c.words {
		sum += m.language([]rune(w))
	}
	return sum
}

// piece is a run of letters and of bytes that are not ASCII.
type piece struct {
	text []byte
	last bool // of its value
}

// pieces splits a value at the signs of ASCII, which mean the same in every
// encoding here.
func pieces(value []byte) func(yield func(piece) bool) {
	return func(yield func(piece) bool) {
		for i := 0; i < len(value); {
			if separates(value[i]) {
				i++
				continue
			}
			from := i
			for i < len(value) && !separates(value[i]) {
				i++
			}
			if !yield(piece{value[from:i], i == len(value)}) {
				return
			}
		}
	}
}

func separates(c byte) bool {
	if c < ' ' {
		return c == '\t' || c == '\n' || c == '\r' || c == 0
	}
	return c < utf8.RuneSelf && (c|0x20 < 'a' || c|0x20 > 'z')
}

// evidence is what the values of a column say of each candidate.
type evidence struct {
	candidates []candidate
	pieces     []piece   // distinct ones that are not ASCII
	ofValue    [][]int   // the pieces of each value
	scores     [][]score // by candidate, piece
	totals     []float64 // by candidate, without priors
	same       [][]bool  // candidates that read all pieces alike
	letters    int       // pieces that are more than signs in Windows-1252
}

// candidate is an encoding that is tried.
type candidate struct {
	name  string
	dec   *Decoder
	how   manner
	prior float64
}

// score is what a piece is worth in an encoding.
type score struct {
	likely  float64
	fits    bool // words of a language, no garbage
	broken  bool // bytes that the encoding does not have
	decoded string
}

const keptPieces = 1500

func (c *column) evidence(m *model, candidates []candidate) *evidence {
	e := &evidence{candidates: candidates, ofValue: make([][]int, len(c.values))}
	known := map[string]int{}
	for v, value := range c.values {
		for p := range pieces(value) {
			if isASCII(p.text) && !hasControl(p.text) {
				continue
			}
			p.last = p.last && len(value) >= 10
			key := string(p.text)
			if p.last {
				key += " "
			}
			i, ok := known[key]
			if !ok {
				if len(e.pieces) == keptPieces {
					continue
				}
				i = len(e.pieces)
				known[key] = i
				e.pieces = append(e.pieces, p)
			}
			e.ofValue[v] = append(e.ofValue[v], i)
		}
	}
	e.weigh(m)
	return e
}

func (e *evidence) weigh(m *model) {
	n := len(e.candidates)
	e.scores, e.totals, e.same = make([][]score, n), make([]float64, n), make([][]bool, n)
	for k := range e.candidates {
		e.scores[k] = make([]score, len(e.pieces))
		for i, p := range e.pieces {
			s := e.candidates[k].score(m, p)
			e.scores[k][i] = s
			e.totals[k] += s.likely
		}
		e.same[k] = make([]bool, n)
		for other := range k + 1 {
			alike := slices.EqualFunc(e.scores[k], e.scores[other], func(a, b score) bool { return a.decoded == b.decoded })
			e.same[k][other], e.same[other][k] = alike, alike
		}
	}
	for _, p := range e.pieces {
		for _, b := range p.text {
			if b >= utf8.RuneSelf && unicode.IsLetter(windows1252Rune(b)) && b != 0xaa && b != 0xba || b < ' ' {
				e.letters++
				break
			}
		}
	}
}

// notUTF8 is the log-likelihood of a byte that breaks UTF-8, cutOff that of a
// letter cut in half by the end of its value.
const (
	notUTF8 = -14.0
	cutOff  = -5.0
)

func (c *candidate) score(m *model, p piece) score {
	text, extra := p.text, 0.0
	if c.name == "utf-8" {
		if !utf8.Valid(text) {
			if text = TrimCut(text); !utf8.Valid(text) {
				decoded := c.dec.Append(nil, p.text)
				return score{broken: true, likely: notUTF8 + m.text(decoded, inAny, p.last), decoded: string(decoded)}
			}
			extra = cutOff
		}
	}
	decoded := c.dec.Append(nil, text)
	s := score{decoded: string(decoded), likely: m.text(decoded, c.how, p.last) + extra}
	letters := utf8.RuneCount(decoded)
	s.fits = s.likely > oddWord+oddLetter*float64(letters)
	if c.how == inVietnamese {
		s.fits = s.likely > impossible+perLetter*float64(letters)+0.5
	}
	return s
}

// A Western word that is less likely than this is none.
const (
	oddWord   = -9.0
	oddLetter = -4.2
)

// multibyte tells whether some piece holds a whole letter of UTF-8.
func (e *evidence) multibyte() bool {
	for _, p := range e.pieces {
		for b := p.text; len(b) > 0; {
			r, n := utf8.DecodeRune(b)
			if n > 1 && r != utf8.RuneError {
				return true
			}
			b = b[n:]
		}
	}
	return false
}

// ofValueIn is the log-likelihood of a value in a candidate, and whether all of
// it fits.
func (e *evidence) ofValueIn(v, k int) (likely float64, fits bool) {
	fits = true
	for _, i := range e.ofValue[v] {
		likely += e.scores[k][i].likely
		fits = fits && e.scores[k][i].fits
	}
	return likely, fits
}
