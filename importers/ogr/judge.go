package ogr

import (
	"strconv"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// judge decides how the text of a format that states no dependable encoding is
// read, column by column; the names of the fields count as one more column.
type judge struct {
	sampler *encodings.Sampler
	columns []column
	open    []bool // columns of which more would help
	left    int
	scratch []byte
}

// newJudge is nil where the format or the file settles the matter.
func newJudge(d *dataset, columns []column, o importers.SourceOptions) *judge {
	if !d.kind.rawText {
		return nil
	}
	declared := ""
	if d.kind.format == "mapinfo" {
		encoding, ours := judgeMapInfo(d.parts[0].file)
		if !ours {
			return nil
		}
		declared = encoding
	}
	j := &judge{columns: columns, open: make([]bool, len(columns)),
		sampler: encodings.NewSampler(len(columns)+1, encodings.SamplerOptions{Declared: declared, Forced: o.Encoding})}
	for i, c := range columns {
		if !c.geometry && !c.id {
			j.sampler.Add(len(columns), []byte(c.name))
			j.open[i] = fieldType(c.sql) == spatial.FieldString
		}
		if j.open[i] {
			j.left++
		}
	}
	return j
}

// wants reports whether more features would help.
func (j *judge) wants() bool { return j != nil && j.left > 0 }

// show adds one cell as it stands in the dump.
func (j *judge) show(i int, cell []byte) {
	if j == nil || !j.open[i] || len(cell) == 0 {
		return
	}
	j.scratch = unescape(append(j.scratch[:0], cell...))
	if !j.sampler.Add(i, j.scratch) {
		j.open[i] = false
		j.left--
	}
}

// summary names the encoding of the layer: the only one, or "mixed".
func (j *judge) summary(choices []encodings.Choice) (encoding, reason string) {
	for i, c := range j.columns {
		if c.geometry || c.id || fieldType(c.sql) != spatial.FieldString {
			continue
		}
		switch encoding {
		case "":
			encoding, reason = choices[i].Encoding, choices[i].Reason
		case choices[i].Encoding:
		default:
			return "mixed", "columns differ"
		}
	}
	if encoding == "" {
		return "none", ""
	}
	return encoding, reason
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
