package encodings

import (
	"fmt"
	"math"
	"slices"
)

// decision is a column under way.
type decision struct {
	column   *column
	index    int
	evidence *evidence
	choice   Choice
	priors   []float64 // by candidate
	margin   float64
	best     int
}

const (
	sureMargin    = 3.0 // of log-likelihood between the two best readings: 20 to 1
	loneMargin    = 4.5 // the same where a single word speaks for Vietnamese
	clearMargin   = 8.0 // from which a column counts for the others
	unicodeMargin = 7.0 // to change text of a format in Unicode
	neighbour     = 2.5 // what clear columns of the file give to their encoding
	asDeclared    = 1.0
)

func mannerOf(name string) manner {
	switch name {
	case "windows-1252":
		return inWestern
	case "tcvn3", "vni", "windows-1258", "viscii":
		return inVietnamese
	}
	return inAny
}

// candidates are the encodings that are tried, with what is believed of them
// before a text is seen.
func (s *Sampler) candidates() []candidate {
	list := []candidate{
		{name: "utf-8", prior: 0}, {name: "windows-1252", prior: 0}, {name: "tcvn3", prior: 0}, {name: "vni", prior: 0},
		{name: "windows-1258", prior: -0.5}, {name: "viscii", prior: -1},
		{name: "windows-1252", prior: -4, how: inAny}, // "Sài Gòn" can be written in it, too
	}
	if d, ok := Lookup(s.options.Declared); ok && d.name != "mixed" {
		at := slices.IndexFunc(list, func(c candidate) bool { return c.name == d.name })
		if at < 0 { // a page of other letters: nobody declares that by chance
			list = append(list, candidate{name: d.name, prior: 6})
		} else if at > 1 {
			list[at].prior = 3
		} else {
			list[at].prior = asDeclared
		}
	}
	for i := range list {
		c := &list[i]
		c.dec, _ = Lookup(c.name)
		if c.how == inVietnamese {
			c.how = mannerOf(c.name)
		}
		if s.options.Unicode && c.name == "windows-1252" {
			c.how, c.prior = inAny, 2
		}
	}
	return list
}

func (s *Sampler) decide(open []*decision, asMixed bool) {
	m := theModel()
	file := 0.0
	for i := range s.columns {
		file += s.columns[i].language(m)
	}
	for _, d := range open {
		d.evidence = d.column.evidence(m, s.candidates())
		own := bounded(d.column.language(m), 4)
		if len(d.column.words) < 5 {
			own += bounded(file/2, 2)
		}
		d.priors = make([]float64, len(d.evidence.candidates))
		whole := d.evidence.multibyte()
		for k, c := range d.evidence.candidates {
			d.priors[k] = c.prior
			switch {
			case c.name == "utf-8" && !whole:
				d.priors[k] = math.Inf(-1)
			case c.how == inVietnamese:
				d.priors[k] += own
			case c.name == "windows-1252" && d.column.proper > 0:
				d.priors[k] += 6
			}
		}
		d.rank()
	}
	if len(open) > 1 {
		clear := map[string]int{}
		for _, d := range open {
			if d.margin >= clearMargin {
				clear[d.evidence.candidates[d.best].name]++
			}
		}
		for _, d := range open {
			d.lean(clear)
			d.rank()
		}
	}
	for _, d := range open {
		d.choose(s.options, asMixed)
	}
}

func bounded(v, most float64) float64 { return max(-most, min(most, v)) }

// lean adds what the clear columns of the file say, this one left out.
func (d *decision) lean(clear map[string]int) {
	own := ""
	if d.margin >= clearMargin {
		own = d.evidence.candidates[d.best].name
	}
	others := 0
	for name, n := range clear {
		if name == own {
			n--
		}
		others += n
	}
	if others == 0 {
		return
	}
	for k, c := range d.evidence.candidates {
		n := clear[c.name]
		if c.name == own {
			n--
		}
		d.priors[k] += neighbour * float64(n) / float64(others)
	}
}

// rank finds the best reading, and by how much it is better than the next that
// reads differently.
func (d *decision) rank() {
	e := d.evidence
	at := func(k int) float64 { return e.totals[k] + d.priors[k] }
	d.best = 0
	for k := range e.candidates {
		if at(k) > at(d.best) {
			d.best = k
		}
	}
	d.margin = math.Inf(1)
	if next := d.next(); next >= 0 {
		d.margin = at(d.best) - at(next)
	}
}

// next is the best candidate that reads other text than the best, -1 without.
func (d *decision) next() int {
	next := -1
	for k := range d.evidence.candidates {
		if d.evidence.same[d.best][k] || math.IsInf(d.priors[k], -1) {
			continue
		}
		if next < 0 || d.evidence.totals[k]+d.priors[k] > d.evidence.totals[next]+d.priors[next] {
			next = k
		}
	}
	return next
}

func (d *decision) choose(o SamplerOptions, asMixed bool) {
	e := d.evidence
	least := 2
	if o.Unicode {
		least = 3
	}
	shares := e.shares(d.best, least)
	c := Choice{Encoding: e.candidates[d.best].name, Confidence: 1 / (1 + math.Exp(-d.margin)), Reason: d.reason()}
	if asMixed || len(shares) > 1 && !byFallback(shares) {
		c.Encoding, c.shares = "mixed", shares
		c.Reason = "its values are in several encodings:"
		for i, s := range shares {
			if i > 0 {
				c.Reason += ","
			}
			c.Reason += " " + s.name
		}
		if asMixed {
			c.Confidence, c.Reason = 1, "as asked for"
			if len(shares) == 1 {
				c.shares = append(c.shares, others(shares[0].name)...)
			}
		}
	} else {
		d.doubt(&c, o)
	}
	if c.Encoding == "tcvn3" {
		c.rule = newTCVN3().caseOf(d.column.values)
	}
	c.Confidence = math.Round(c.Confidence*1000) / 1000
	d.choice = c
}

// byFallback tells whether the UTF-8 decoder reads the mixture by itself.
func byFallback(shares []share) bool {
	return len(shares) == 2 && shares[0].name == "utf-8" && shares[1].name == "windows-1252"
}

// others are the encodings that no value of the sample needed.
func others(name string) []share {
	return slices.DeleteFunc(slices.Clone(anyShare()), func(s share) bool { return s.name == name })
}

// doubt says where the choice is not to be trusted.
func (d *decision) doubt(c *Choice, o SamplerOptions) {
	e := d.evidence
	fits := 0
	for _, s := range e.scores[d.best] {
		if s.fits {
			fits++
		}
	}
	garbage := fits*2 < len(e.pieces)
	if o.Unicode {
		if d.margin < unicodeMargin || garbage {
			c.Encoding, c.Reason = "windows-1252", "as it stands"
		}
		return
	}
	switch {
	case garbage:
		at := slices.IndexFunc(e.candidates, func(x candidate) bool { return x.name == "windows-1252" })
		if known, ok := Lookup(o.Declared); ok {
			if i := slices.IndexFunc(e.candidates, func(x candidate) bool { return x.name == known.name }); i >= 0 && !math.IsInf(d.priors[i], -1) {
				at = i
			}
		}
		if e.letters > 0 && e.candidates[d.best].how == inVietnamese && d.best != at {
			c.Unsure, c.Others = true, []Reading{d.reading(d.best)}
		}
		d.best = at
		c.Encoding, c.Confidence = e.candidates[at].name, 0.5
		c.Reason = "no encoding makes words of it"
	case d.margin < d.needed() && (e.letters > 0 || e.candidates[d.best].how == inVietnamese):
		c.Unsure = true
		if next := d.next(); next >= 0 {
			c.Reason += fmt.Sprintf("; it may as well be %s", e.candidates[next].name)
			c.Others = []Reading{d.reading(next)}
		}
	}
}

// needed is the margin from which the best reading is believed.
func (d *decision) needed() float64 {
	next, differ := d.next(), 0
	if next >= 0 {
		for i, s := range d.evidence.scores[d.best] {
			if s.decoded != d.evidence.scores[next][i].decoded {
				differ++
			}
		}
	}
	if differ == 1 && d.evidence.candidates[d.best].how == inVietnamese {
		return loneMargin
	}
	return sureMargin
}

func (d *decision) reading(k int) Reading {
	r := Reading{Encoding: d.evidence.candidates[k].name}
	for _, s := range d.column.samples(d.evidence.candidates[k].dec) {
		r.Samples = append(r.Samples, s.After)
	}
	return r
}

func (d *decision) reason() string {
	c := d.evidence.candidates[d.best]
	fits, broken := 0, 0
	for _, s := range d.evidence.scores[d.best] {
		if s.fits {
			fits++
		}
		if s.broken {
			broken++
		}
	}
	switch {
	case c.name == "utf-8" && broken == 0:
		return "every text is valid UTF-8"
	case c.name == "utf-8":
		return "nearly every text is valid UTF-8; the rest is read as Windows-1252"
	case c.how == inVietnamese:
		return fmt.Sprintf("%d of %d different words with marks are Vietnamese when read so", fits, len(d.evidence.pieces))
	case c.name == "windows-1252":
		return "neither UTF-8 nor Vietnamese; letters and signs of Windows-1252"
	}
	return "as the file declares"
}
