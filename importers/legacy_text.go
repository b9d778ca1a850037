package importers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"gisd/importers/encodings"
	"gisd/spatial"
)

// OpenLayer opens a layer with its text as it was meant. Formats in Unicode hold
// text of old fonts now and then, which somebody took for Windows-1252 on the way
// there: "®Êt ë" is TCVN3, "ñaát ôû" VNI, both "đất ở". Columns of which that is
// certain are decoded while they are read; their FieldInfo.Text says how. With an
// encoding asked for, text that can be such is read in that.
//
// Coordinates are not touched.
func OpenLayer(ctx context.Context, l Layer, o SourceOptions) (Source, error) {
	src, err := l.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	wrapped, err := restored(ctx, src, o)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	return wrapped, nil
}

// legacyRecords is how many records are looked at for text of old fonts.
const legacyRecords = 3000

// restored wraps src where some of its columns are to be decoded.
func restored(ctx context.Context, src Source, o SourceOptions) (Source, error) {
	s := src.Schema()
	forced := o.Encoding
	switch d, _ := encodings.Lookup(forced); {
	case d == nil:
		forced = ""
	case d.Name() == "utf-8", d.Name() == "windows-1252":
		return src, nil // as it stands
	}
	var columns []int
	for i, f := range s.Fields {
		inUnicode := f.Text == nil && (forced == "" || s.EncodingReason == "") ||
			f.Text != nil && forced == "" && f.Text.Encoding == "utf-8" && len(f.Text.Samples) > 0
		if f.Type == spatial.FieldString && inUnicode {
			columns = append(columns, i)
		}
	}
	if len(columns) == 0 {
		return src, nil
	}
	choices, err := legacyChoices(ctx, src, columns, forced)
	if err != nil || choices == nil {
		return src, err
	}
	l := &legacyText{Source: src, schema: s}
	l.schema.Fields = append([]FieldInfo(nil), s.Fields...)
	for i, c := range choices[:len(columns)] {
		if c.Encoding == "windows-1252" {
			continue
		}
		f := &l.schema.Fields[columns[i]]
		f.Text = &choices[i]
		text := newLegacyColumn(c)
		f.Samples = append([]string(nil), f.Samples...)
		for k, sample := range f.Samples {
			f.Samples[k] = string(text.append(nil, []byte(sample)))
		}
		l.columns = append(l.columns, columns[i])
		l.choices = append(l.choices, c)
	}
	if len(l.columns) == 0 {
		return src, nil
	}
	l.renameFields(choices[len(columns)])
	name, _ := encodings.Summary(l.choices)
	if !strings.HasPrefix(name, "mixed columns") {
		name = "mixed columns: " + s.Encoding + ", " + name
	}
	l.schema.Encoding = name
	l.schema.EncodingReason = "text of old fonts that was taken for Windows-1252"
	return l, nil
}

var errSeenEnough = errors.New("importers: enough records were seen")

// legacyChoices looks at the first records; nil says that all is well. The last
// choice is that of the fields' names.
func legacyChoices(ctx context.Context, src Source, columns []int, forced string) ([]encodings.Choice, error) {
	sampler := encodings.NewSampler(len(columns)+1, encodings.SamplerOptions{Forced: forced, Unicode: true})
	suspects, seen := 0, 0
	var buf []byte
	err := src.Read(ctx, func(rec *Record) error {
		if seen++; seen > legacyRecords {
			return errSeenEnough
		}
		if rec.Err != nil || len(rec.Values) == 0 {
			return nil
		}
		for i, column := range columns {
			v := &rec.Values[column]
			if !v.Valid || isASCII(v.Bytes) {
				continue
			}
			var ok bool
			if buf, ok = encodings.AppendWindows1252(buf[:0], v.Bytes); !ok {
				sampler.AddProper(i)
				continue
			}
			suspects++
			sampler.Add(i, buf)
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && !errors.Is(err, errSeenEnough), suspects == 0 && forced == "":
		return nil, nil // what is wrong shows when it is read in earnest
	}
	for _, f := range src.Schema().Fields {
		if raw, ok := encodings.AppendWindows1252(nil, []byte(f.Name)); ok {
			sampler.Add(len(columns), raw)
		}
	}
	return sampler.Choices(), nil
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// legacyText is a source with columns of such text.
type legacyText struct {
	Source
	schema  Schema
	columns []int
	choices []encodings.Choice
}

// Schema implements Source.
func (l *legacyText) Schema() Schema { return l.schema }

// Remarks implements Remarker where the source does.
func (l *legacyText) Remarks() Remarks { return RemarksOf(l.Source) }

// Position implements Positioned where the source does; else it stays at 0.
func (l *legacyText) Position() int64 { return PositionOf(l.Source) }

// renameFields decodes the fields' names, unless two would be the same.
func (l *legacyText) renameFields(c encodings.Choice) {
	if c.Encoding == "windows-1252" {
		return
	}
	names := newLegacyColumn(c)
	taken := map[string]bool{}
	renamed := make([]string, len(l.schema.Fields))
	for i, f := range l.schema.Fields {
		renamed[i] = string(names.append(nil, []byte(f.Name)))
		if taken[renamed[i]] {
			return
		}
		taken[renamed[i]] = true
	}
	for i := range l.schema.Fields {
		l.schema.Fields[i].Name = renamed[i]
	}
}

// Read implements Source.
func (l *legacyText) Read(ctx context.Context, emit func(*Record) error) error {
	columns := make([]*legacyColumn, len(l.columns))
	for i, c := range l.choices {
		columns[i] = newLegacyColumn(c)
	}
	var values []Value
	var text []byte
	return l.Source.Read(ctx, func(rec *Record) error {
		if rec.Err != nil || len(rec.Values) == 0 {
			return emit(rec)
		}
		values, text = append(values[:0], rec.Values...), text[:0]
		for i, at := range l.columns {
			if v := &values[at]; v.Valid && !isASCII(v.Bytes) {
				from := len(text)
				text = columns[i].append(text, v.Bytes)
				v.Bytes = text[from:]
			}
		}
		changed := *rec
		changed.Values = values
		return emit(&changed)
	})
}

// legacyColumn decodes the values of one column. It is not safe for concurrent
// use.
type legacyColumn struct {
	dec *encodings.Decoder
	raw []byte
}

func newLegacyColumn(c encodings.Choice) *legacyColumn { return &legacyColumn{dec: c.Decoder()} }

// append decodes a text that can have been misread, and leaves alone what has
// letters that no misreading gives.
func (c *legacyColumn) append(dst, text []byte) []byte {
	var ok bool
	if c.raw, ok = encodings.AppendWindows1252(c.raw[:0], text); !ok || c.dec.Name() == "utf-8" && !utf8.Valid(c.raw) {
		return append(dst, text...)
	}
	return c.dec.Append(dst, c.raw)
}

// CheckText refuses a layer with columns whose encoding is uncertain. The error
// is invalid; it names each column with samples of what it may be.
func CheckText(s Schema) error {
	var unsure []string
	for _, f := range s.Fields {
		if f.Text == nil || !f.Text.Unsure {
			continue
		}
		text := fmt.Sprintf("field %s: %s", f.Name, reading(f.Text.Encoding, afters(f.Text.Samples)))
		for _, other := range f.Text.Others {
			text += ", or " + reading(other.Encoding, other.Samples)
		}
		unsure = append(unsure, text)
	}
	if len(unsure) == 0 {
		return nil
	}
	return spatial.Invalid("importers: run", fmt.Sprintf(
		"the encoding of text is uncertain, say it with --encoding (of all columns; mixed takes each value by itself): %s", strings.Join(unsure, "; ")))
}

func afters(samples []encodings.Sample) []string {
	texts := make([]string, len(samples))
	for i, s := range samples {
		texts[i] = s.After
	}
	return texts
}

// reading shows two samples of text read in an encoding.
func reading(encoding string, samples []string) string {
	quoted := make([]string, min(2, len(samples)))
	for i := range quoted {
		quoted[i] = fmt.Sprintf("%q", samples[i])
	}
	return fmt.Sprintf("%s in %s", strings.Join(quoted, ", "), encoding)
}
