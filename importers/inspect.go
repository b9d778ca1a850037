package importers

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gisd/importers/encodings"
	"gisd/spatial"
)

// Inspection is what a look through a whole layer tells, without a database.
type Inspection struct {
	Layer      string               `json:"layer"`
	Format     string               `json:"format"`
	File       string               `json:"file,omitempty"`
	Geometry   spatial.GeometryType `json:"geometry"`
	Dimensions spatial.Dimensions   `json:"dimensions"`
	Count      int64                `json:"count"` // records, those that would be rejected among them
	Rejected   int64                `json:"rejected"`
	Lost       int64                `json:"lostValues"`
	Empty      int64                `json:"empty"`
	// Problems are the first few rejected records.
	Problems       []Problem         `json:"problems,omitempty"`
	SRID           spatial.SRID      `json:"srid,omitempty"` // 0: none, or custom
	CRSReason      string            `json:"crsReason"`
	CRSGuess       bool              `json:"crsGuess,omitempty"`
	Encoding       string            `json:"encoding"`
	EncodingReason string            `json:"encodingReason,omitempty"`
	Notes          []spatial.Text    `json:"notes,omitempty"` // of the reader
	Repeats        Repeats           `json:"repeats,omitzero"`
	Extent         *spatial.Envelope `json:"extent,omitempty"` // in the source's CRS
	Fields         []FieldSummary    `json:"fields"`
}

// Problem is one record that cannot be loaded.
type Problem struct {
	Record int64        `json:"record"`
	Field  string       `json:"field,omitempty"`
	Reason spatial.Text `json:"reason"`
}

// FieldSummary describes one field by its values.
type FieldSummary struct {
	Name    string            `json:"name"`
	Type    spatial.FieldType `json:"type"`
	Nulls   int64             `json:"nulls"`
	Samples []string          `json:"samples"` // up to five distinct values
	// Text says how the column's text is decoded, with samples before and after.
	Text *encodings.Choice `json:"text,omitempty"`
}

const (
	maxSamples  = 5
	maxProblems = 10
)

// Inspect is InspectAs with nothing known but the system that was asked for.
func Inspect(ctx context.Context, src Source, asked spatial.SRID) (*Inspection, error) {
	return InspectAs(ctx, src, CRSRequest{SRID: asked})
}

// InspectAs reads the whole source by the code of a real import. A reference
// system that cannot be settled is no error here: the inspection says why.
func InspectAs(ctx context.Context, src Source, q CRSRequest) (*Inspection, error) {
	settled, c, unsettled := SettleCRS(ctx, src, q)
	if unsettled == nil {
		src = settled
	} else if ctx.Err() != nil {
		return nil, unsettled
	}
	s := src.Schema()
	in := &Inspection{Layer: s.Layer, Format: s.Format, Geometry: s.GeometryType, Dimensions: s.Dimensions,
		Encoding: s.Encoding, EncodingReason: s.EncodingReason, Notes: s.Notes, Fields: make([]FieldSummary, len(s.Fields))}
	for i, f := range s.Fields {
		in.Fields[i] = FieldSummary{Name: f.Name, Type: f.Type, Samples: []string{}, Text: f.Text}
	}
	r := &run{src: src, p: &Plan{Schema: s, Fields: Columns(s.Fields), SRID: c.SRID}, id: numbered(), report: &Report{Geometry: s.GeometryType}}
	r.o.MaxErrors = -1
	r.o.Rejects = in
	l := &loader{run: r, id: r.id, dims: s.Dimensions, noGeom: s.GeometryType == spatial.GeometryNone, rows: discardRows(), repeats: newRepeats()}
	l.box = spatial.EmptyEnvelope(0)
	if e, ok := domainOf(c.SRID); ok {
		l.domain = &e
	}
	err := src.Read(ctx, func(rec *Record) error {
		if rec.Err == nil {
			in.values(rec)
		}
		return l.record(rec)
	})
	if err != nil {
		return nil, err
	}
	l.finish(r.report)
	in.Geometry, in.Count, in.Rejected, in.Lost, in.Empty = r.report.Geometry, r.report.Read, r.report.Rejected, r.report.Lost, r.report.Empty
	in.Extent, in.Repeats = r.report.Extent, r.report.Repeats
	if unsettled != nil {
		c.Reason = "unknown: " + messageOf(unsettled)
	}
	if c.Note.EN != "" {
		in.Notes = append(slices.Clip(in.Notes), c.Note)
	}
	for _, note := range RemarksOf(src).Notes {
		in.Notes = append(slices.Clip(in.Notes), spatial.Text{VI: note, EN: note})
	}
	in.SRID, in.CRSReason, in.CRSGuess = c.SRID, c.Reason, c.Guess
	return in, nil
}

func messageOf(err error) string {
	if e, ok := err.(*spatial.Error); ok { //nolint:errorlint // SettleCRS returns it bare
		return e.Message
	}
	return err.Error()
}

// Reject implements RejectWriter.
func (in *Inspection) Reject(record int64, e RecordError, lost bool) error {
	if !lost && len(in.Problems) < maxProblems {
		in.Problems = append(in.Problems, Problem{Record: record, Field: e.Field, Reason: e.Reason})
	}
	return nil
}

func (in *Inspection) values(rec *Record) {
	for i := range in.Fields {
		f := &in.Fields[i]
		v := &rec.Values[i]
		if !v.Valid {
			f.Nulls++
			continue
		}
		if len(f.Samples) == maxSamples {
			continue
		}
		text := ValueText(f.Type, v)
		for _, s := range f.Samples {
			if s == text {
				text = ""
				break
			}
		}
		if text != "" {
			f.Samples = append(f.Samples, text)
		}
	}
}

// ValueText shows a value to people.
func ValueText(t spatial.FieldType, v *Value) string {
	switch t {
	case spatial.FieldInteger:
		return strconv.FormatInt(v.Int, 10)
	case spatial.FieldNumber:
		if a := math.Abs(v.Float); a >= 1e15 || a > 0 && a < 1e-6 {
			return strconv.FormatFloat(v.Float, 'g', -1, 64)
		}
		return strconv.FormatFloat(v.Float, 'f', -1, 64)
	case spatial.FieldBoolean:
		return strconv.FormatBool(v.Int != 0)
	case spatial.FieldDate:
		return time.Unix((v.Int+unixToPostgresDays)*86400, 0).UTC().Format(time.DateOnly)
	case spatial.FieldDateTime:
		return time.UnixMicro(v.Int + unixToPostgresMicros).UTC().Format(time.RFC3339Nano)
	}
	return strings.TrimSpace(Shorten(v.Bytes))
}

// discardRows takes rows for nobody.
func discardRows() *rows { return &rows{discard: true} }
