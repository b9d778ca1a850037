package gpkg

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// source reads one table.
type source struct {
	file importers.File
	db   *sql.DB
	t    *table
}

func open(ctx context.Context, f importers.File, name string) (importers.Source, error) {
	db, err := openDB(f.Path)
	if err != nil {
		return nil, fail(f, err)
	}
	t, err := describe(ctx, db, f, name)
	if err != nil {
		return nil, errors.Join(fail(f, fmt.Errorf("%s: %w", name, err)), db.Close())
	}
	return &source{file: f, db: db, t: t}, nil
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.t.schema }

// Close implements importers.Source.
func (s *source) Close() error { return s.db.Close() }

// statement selects key and geometry, where there are any, then the attributes.
func (s *source) statement() string {
	var b strings.Builder
	b.WriteString("select ")
	for i, c := range append(s.leading(), s.t.columns...) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c))
	}
	b.WriteString(" from " + quote(s.t.name))
	return b.String()
}

func (s *source) leading() []string {
	var lead []string
	if s.t.key != "" {
		lead = append(lead, s.t.key)
	}
	if s.t.geometry != "" {
		lead = append(lead, s.t.geometry)
	}
	if len(lead)+len(s.t.columns) == 0 {
		lead = append(lead, "rowid")
	}
	return lead
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	rows, err := s.db.QueryContext(ctx, s.statement())
	if err != nil {
		return s.fail(ctx, err)
	}
	defer rows.Close()
	r := newReader(s)
	for n := int64(1); rows.Next(); n++ {
		if err := rows.Scan(r.targets...); err != nil {
			return s.fail(ctx, err)
		}
		r.fill(n)
		if err := emit(&r.rec); err != nil {
			return err
		}
	}
	return s.fail(ctx, rows.Err())
}

func (s *source) fail(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return fail(s.file, fmt.Errorf("%s: %w", s.t.name, err))
}

type reader struct {
	t       *table
	cells   []any
	targets []any
	lead    int
	rec     importers.Record
	values  []importers.Value
	lost    []importers.RecordError
	geom    []byte
	text    []byte
	dec     *encodings.Decoder
}

func newReader(s *source) *reader {
	r := &reader{t: s.t, lead: len(s.leading()), values: make([]importers.Value, len(s.t.columns)), dec: encodings.UTF8()}
	r.cells = make([]any, r.lead+len(s.t.columns))
	for i := range r.cells {
		r.targets = append(r.targets, &r.cells[i])
	}
	return r
}

func (r *reader) fill(n int64) {
	r.rec = importers.Record{Number: n, Values: r.values}
	r.text, r.lost = r.text[:0], r.lost[:0]
	at := 0
	if r.t.key != "" {
		r.rec.ID.Int, r.rec.ID.Valid = asInteger(r.cells[0])
		at++
	}
	if r.t.geometry != "" {
		r.geometry(r.cells[at])
	}
	for i := range r.values {
		r.values[i] = importers.Value{}
		cell := r.cells[r.lead+i]
		if cell == nil || r.value(&r.values[i], i, cell) {
			continue
		}
		f := &r.t.schema.Fields[i]
		r.values[i] = importers.Value{}
		r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten([]byte(fmt.Sprint(cell))), Reason: spatial.Text{
			VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
			EN: "the value is no " + string(f.Type) + "; left empty",
		}})
	}
	r.rec.Lost = r.lost
}

func (r *reader) geometry(cell any) {
	var err error
	switch blob := cell.(type) {
	case nil:
		return
	case []byte:
		r.geom, err = appendEWKB(r.geom[:0], blob, r.t.schema.Dimensions)
	default:
		err = errBlob
	}
	if err != nil {
		r.rec.Err = &importers.RecordError{Reason: spatial.Text{VI: "hình học hỏng: " + err.Error(), EN: "the geometry is damaged: " + err.Error()}}
		return
	}
	if len(r.geom) > 0 {
		r.rec.Geometry = r.geom
	}
}

// value converts what SQLite happens to store to the column's type; SQLite
// itself lets anything stand anywhere.
func (r *reader) value(out *importers.Value, i int, cell any) (ok bool) {
	switch r.t.schema.Fields[i].Type {
	case spatial.FieldInteger:
		out.Int, ok = asInteger(cell)
	case spatial.FieldBoolean:
		out.Int, ok = asInteger(cell)
		ok = ok && (out.Int == 0 || out.Int == 1)
	case spatial.FieldNumber:
		out.Float, ok = asNumber(cell)
	case spatial.FieldDate:
		t, isTime := asTime(cell)
		out.Int, ok = importers.DateOf(t), isTime
	case spatial.FieldDateTime:
		t, isTime := asTime(cell)
		out.Int, ok = importers.DateTimeOf(t), isTime
	default:
		from := len(r.text)
		r.text = r.appendText(r.text, cell, r.t.blobs[i])
		out.Bytes, ok = r.text[from:], true
	}
	out.Valid = ok
	return ok
}

// appendText writes bytes of a BLOB column in base64.
func (r *reader) appendText(dst []byte, cell any, blob bool) []byte {
	switch v := cell.(type) {
	case string:
		return r.dec.Append(dst, []byte(v))
	case []byte:
		if blob {
			return base64.StdEncoding.AppendEncode(dst, v)
		}
		return r.dec.Append(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case time.Time:
		return v.UTC().AppendFormat(dst, time.RFC3339Nano)
	case bool:
		return strconv.AppendBool(dst, v)
	}
	return fmt.Append(dst, cell)
}

func asInteger(cell any) (int64, bool) {
	switch v := cell.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	case []byte:
		return asInteger(string(v))
	}
	return 0, false
}

func asNumber(cell any) (float64, bool) {
	switch v := cell.(type) {
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case int64:
		return float64(v), true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	case []byte:
		return asNumber(string(v))
	}
	return 0, false
}

// asTime reads ISO 8601 dates and times; one without a zone is UTC, as the
// standard has it.
func asTime(cell any) (time.Time, bool) {
	switch v := cell.(type) {
	case time.Time:
		return v, true
	case []byte:
		return asTime(string(v))
	case string:
		v = strings.TrimSpace(v)
		for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
			"2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly, "2006/01/02"} {
			if t, err := time.Parse(layout, v); err == nil && t.Year() > 0 {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
