package csv

import (
	"encoding/binary"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/table"
)

// texts chooses the encoding of every column.
type texts struct {
	columns int
	sampler *encodings.Sampler
	wide    string
	forced  string
	full    []bool
	plain   []int
	heading []byte
	declare string
}

func newTexts(columns int, f form, forced string) *texts {
	t := &texts{columns: columns, wide: f.wide, forced: forced, full: make([]bool, columns), plain: make([]int, columns)}
	if f.bom {
		t.declare = "utf-8"
	}
	if f.wide != "" {
		return t
	}
	t.sampler = encodings.NewSampler(columns+1, encodings.SamplerOptions{Declared: t.declare, Forced: forced})
	return t
}

// see shows the texts of a row to the sampler. A few plain ones are enough; long
// ones are geometry.
func (t *texts) see(cells []table.Cell) {
	if t.sampler == nil {
		return
	}
	for i := range min(len(cells), t.columns) {
		b := cells[i].Text
		if t.full[i] || len(b) == 0 || len(b) > 300 {
			continue
		}
		if isASCII(b) {
			if t.plain[i]++; t.plain[i] > 50 {
				continue
			}
		}
		t.full[i] = !t.sampler.Add(i, b)
	}
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func (t *texts) headingDecoder() *encodings.Decoder {
	if t.sampler == nil || isASCII(t.heading) {
		return encodings.UTF8()
	}
	one := encodings.NewSampler(1, encodings.SamplerOptions{Declared: t.declare, Forced: t.forced})
	one.Add(0, t.heading)
	return one.Choices()[0].Decoder()
}

func (t *texts) choices() []encodings.Choice {
	if t.sampler == nil {
		return nil
	}
	return t.sampler.Choices()[:t.columns]
}

// summary is the encoding of most columns that are not plain ASCII.
func (t *texts) summary(fields []importers.FieldInfo) (name, reason string) {
	if t.wide != "" {
		return t.wide, "by its byte order mark, or the zeros in every second byte"
	}
	name = "utf-8"
	count, best := map[string]int{}, 0
	for _, f := range fields {
		if f.Text == nil {
			continue
		}
		if len(f.Text.Samples) > 0 {
			count[f.Text.Encoding]++
		}
		if n := count[f.Text.Encoding]; n > best || reason == "" {
			name, reason, best = f.Text.Encoding, f.Text.Reason, n
		}
	}
	return name, reason
}
