package encodings

import (
	"fmt"
	"slices"
	"strings"
)

// Choice is how the text of one column is to be decoded.
type Choice struct {
	Encoding   string    `json:"encoding"`   // a name that Lookup knows, or "mixed": each value by itself
	Confidence float64   `json:"confidence"` // 0 to 1
	Unsure     bool      `json:"unsure,omitempty"`
	Reason     string    `json:"reason"`
	Samples    []Sample  `json:"samples,omitempty"` // up to five values that are not plain ASCII
	Others     []Reading `json:"others,omitempty"`  // where unsure: what else it may be

	shares []share
	rule   tcvn3Case
}

// Sample is a value as it stands (bytes shown as Windows-1252) and as read.
type Sample struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Reading is the same samples in another encoding.
type Reading struct {
	Encoding string   `json:"encoding"`
	Samples  []string `json:"samples"`
}

// Decoder returns a fresh decoder of the choice. It knows of the column what a
// decoder by name does not: the shares of a mixed one, the capitals of TCVN3.
func (c Choice) Decoder() *Decoder {
	switch c.Encoding {
	case "mixed":
		return mixed(c.shares)
	case "tcvn3":
		return tcvn3With(c.rule)
	}
	if d, ok := Lookup(c.Encoding); ok {
		return d
	}
	return UTF8()
}

// SamplerOptions are what is known before any text is seen.
type SamplerOptions struct {
	Declared string // by a .cpg, a language id, a header; a prior only
	Forced   string // by --encoding: every column is read so; "" and "auto" find out
	// Unicode says that the texts came from a format in Unicode and were turned
	// into bytes by AppendWindows1252: they are right as they stand, and read as
	// "windows-1252", unless it is plain that they were misread once.
	Unicode bool
}

// Sampler collects raw values of columns and chooses an encoding for each. It is
// not safe for concurrent use.
type Sampler struct {
	options SamplerOptions
	columns []column
}

// NewSampler returns a sampler of that many columns.
func NewSampler(columns int, o SamplerOptions) *Sampler {
	return &Sampler{options: o, columns: make([]column, columns)}
}

// Add shows a value, which is copied as far as it is kept. It reports whether
// more values of the column would still help.
func (s *Sampler) Add(column int, raw []byte) (more bool) { return s.columns[column].add(raw) }

// AddProper counts a value that AppendWindows1252 cannot turn into bytes: Unicode
// as it should be, so that the others of its column are likely to be, too.
func (s *Sampler) AddProper(column int) { s.columns[column].proper++ }

// Choices decides, one choice a column. Columns that are clear are a prior for
// those that are not, as are the words of the whole file.
func (s *Sampler) Choices() []Choice {
	out := make([]Choice, len(s.columns))
	forced, isForced := Lookup(s.options.Forced)
	var open []*decision
	for i := range s.columns {
		c := &s.columns[i]
		switch {
		case isForced && forced.name != "mixed":
			out[i] = Choice{Encoding: forced.name, Confidence: 1, Reason: "as asked for"}
			if forced.name == "tcvn3" {
				out[i].rule = newTCVN3().caseOf(c.values)
			}
			out[i].Samples = c.samples(out[i].Decoder())
		case c.high == 0 && s.options.Unicode:
			out[i] = Choice{Encoding: "windows-1252", Confidence: 1, Reason: allASCII}
		case c.high == 0:
			out[i] = Choice{Encoding: s.plain(), Confidence: 1, Reason: allASCII}
		default:
			open = append(open, &decision{column: c, index: i})
		}
	}
	if len(open) > 0 {
		s.decide(open, isForced)
	}
	for _, d := range open {
		out[d.index] = d.choice
		out[d.index].Samples = d.column.samples(d.choice.Decoder())
	}
	return out
}

const allASCII = "all text is ASCII"

// plain is what a column of ASCII is read by: values that the sample did not
// see are in what the file declares, if it does.
func (s *Sampler) plain() string {
	if d, ok := Lookup(s.options.Declared); ok {
		return d.name
	}
	return "utf-8"
}

const maxSamples = 5

// samples are values from all over the column.
func (c *column) samples(d *Decoder) []Sample {
	var out []Sample
	western := Windows1252()
	step := max(1, len(c.values)/maxSamples)
	for i := 0; i < len(c.values) && len(out) < maxSamples; i += step {
		out = append(out, Sample{Before: shown(western, c.values[i]), After: shown(d, c.values[i])})
	}
	return out
}

// shown is a value fit for a report: printable, not too long.
func shown(d *Decoder, value []byte) string {
	text := []rune(strings.Map(printable, string(d.Append(nil, value))))
	if len(text) > 80 {
		text = append(text[:79], '…')
	}
	return string(text)
}

func printable(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return ' '
	}
	return r
}

// Summary names the encoding of a whole table by those of its columns: the one
// that all with other than ASCII have, or "mixed columns: tcvn3, vni".
func Summary(choices []Choice) (name, reason string) {
	var names []string
	for _, c := range choices {
		if c.Reason != allASCII && !slices.Contains(names, c.Encoding) {
			names = append(names, c.Encoding)
			reason = c.Reason
		}
	}
	switch len(names) {
	case 0:
		if len(choices) == 0 {
			return "utf-8", allASCII
		}
		return choices[0].Encoding, allASCII
	case 1:
		return names[0], reason
	}
	slices.Sort(names)
	return fmt.Sprintf("mixed columns: %s", strings.Join(names, ", ")), "each column by itself"
}
