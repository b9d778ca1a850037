package encodings

// Choice is how the text of one column is to be decoded.
type Choice struct {
	Encoding   string   `json:"encoding"`   // a name that Lookup knows, or "mixed": each value by itself
	Confidence float64  `json:"confidence"` // 0 to 1
	Unsure     bool     `json:"unsure,omitempty"`
	Reason     string   `json:"reason"`
	Samples    []Sample `json:"samples,omitempty"` // up to five values that are not plain ASCII
}

// Sample is a value as it stands (bytes shown as Windows-1252) and as read.
type Sample struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Decoder returns a fresh decoder of the choice.
func (c Choice) Decoder() *Decoder {
	if d, ok := Lookup(c.Encoding); ok {
		return d
	}
	return UTF8()
}

// SamplerOptions are what is known before any text is seen.
type SamplerOptions struct {
	Declared string // by a .cpg, a language id, a header; a prior only
	Forced   string // by --encoding: every column is read so; "" and "auto" find out
}

// Sampler collects raw values of columns and chooses an encoding for each.
type Sampler struct {
	options SamplerOptions
	columns [][][]byte
}

// NewSampler returns a sampler of that many columns.
func NewSampler(columns int, o SamplerOptions) *Sampler {
	return &Sampler{options: o, columns: make([][][]byte, columns)}
}

// Add shows a value, which is copied as far as it is kept. It reports whether
// more values of the column would still help.
func (s *Sampler) Add(column int, raw []byte) (more bool) {
	if len(s.columns[column]) < 1000 {
		s.columns[column] = append(s.columns[column], append([]byte(nil), raw...))
	}
	return len(s.columns[column]) < 1000
}

// Choices decides, one choice a column.
func (s *Sampler) Choices() []Choice {
	out := make([]Choice, len(s.columns))
	for i, texts := range s.columns {
		if d, ok := Lookup(s.options.Forced); ok {
			out[i] = Choice{Encoding: d.Name(), Confidence: 1, Reason: "as asked for"}
			continue
		}
		d, reason := Detect(texts, s.options.Declared)
		out[i] = Choice{Encoding: d.Name(), Confidence: 1, Reason: reason}
	}
	return out
}
