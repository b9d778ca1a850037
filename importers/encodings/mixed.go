package encodings

import "math"

// share is one of the encodings of a mixed column and how common it is, as a
// logarithm.
type share struct {
	name   string
	likely float64
}

// anyShare is what a mixed text is read by when nothing is known of its column.
func anyShare() []share {
	return []share{{"utf-8", 0}, {"windows-1252", -1}, {"tcvn3", -0.5}, {"vni", -0.5}, {"windows-1258", -1.5}, {"viscii", -2}}
}

// mixed decodes each value by itself, as the likeliest of the encodings.
func mixed(shares []share) *Decoder {
	if len(shares) == 0 {
		shares = anyShare()
	}
	r := &reader{known: map[string]uint8{}}
	for _, s := range shares {
		d, ok := Lookup(s.name)
		if !ok {
			continue
		}
		r.candidates = append(r.candidates, candidate{name: d.name, dec: d, how: mannerOf(d.name), prior: s.likely})
	}
	return &Decoder{name: "mixed", ascii: true, controls: true, decode: r.append}
}

// reader chooses value by value, and remembers.
type reader struct {
	candidates []candidate
	known      map[string]uint8
}

const keptReadings = 4096

func (r *reader) append(dst, src []byte) []byte {
	k, ok := r.known[string(src)]
	if !ok {
		k = r.choose(src)
		if len(r.known) < keptReadings && len(src) < keptLength/16 {
			r.known[string(src)] = k
		}
	}
	return r.candidates[k].dec.decode(dst, src)
}

func (r *reader) choose(src []byte) uint8 {
	m := theModel()
	best, at := math.Inf(-1), 0
	for k := range r.candidates {
		c := &r.candidates[k]
		likely := c.prior
		for p := range pieces(src) {
			if isASCII(p.text) && !hasControl(p.text) {
				continue
			}
			likely += c.score(m, p).likely
		}
		if likely > best {
			best, at = likely, k
		}
	}
	return uint8(at)
}

// shares finds the encodings of a column's values: those that many values need,
// the candidate that reads most of them first, the others where at least that
// many values are theirs. One means that the column is not mixed.
func (e *evidence) shares(most, atLeast int) []share {
	counts := make([]int, len(e.candidates))
	gains := make([]float64, len(e.candidates))
	for v := range e.ofValue {
		if len(e.ofValue[v]) == 0 {
			continue
		}
		best, other := most, most
		here, fits := e.ofValueIn(v, most)
		top := here
		for k := range e.candidates {
			likely, ok := e.ofValueIn(v, k)
			if ok && likely > top && !e.same[most][k] {
				top, other = likely, k
			}
		}
		if other != most && (top-here > 9 || !fits && top-here > 5) {
			best = other
			gains[other] += top - here
		}
		counts[best]++
	}
	total := float64(len(e.ofValue)) + 1
	out := []share{{e.candidates[most].name, math.Log((float64(counts[most]) + 0.5) / total)}}
	for k, n := range counts {
		least := atLeast
		if e.candidates[most].name == "utf-8" || e.candidates[k].name == "utf-8" && gains[k] > 25 {
			least = 1 // what is UTF-8 is that for certain, and what is not, not
		}
		if k != most && n >= least && n*50 >= len(e.ofValue) && gains[k] > 12 {
			out = append(out, share{e.candidates[k].name, math.Log(float64(n) / total)})
		}
	}
	return out
}
