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

	sqlite3 "modernc.org/sqlite/lib"

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
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := queryRows(s.file.Path, s.statement())
	if err != nil {
		return s.fail(ctx, err)
	}
	defer rows.close()
	r := newReader(s)
	var refused error
	err = rows.each(ctx, func() error {
		r.fill(rows)
		refused = emit(&r.rec)
		return refused
	})
	if refused != nil {
		return refused
	}
	return s.fail(ctx, err)
}

func (s *source) fail(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return fail(s.file, fmt.Errorf("%s: %w", s.t.name, err))
}

type reader struct {
	t      *table
	lead   int
	n      int64
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
	geom   []byte
	text   []byte
	dec    *encodings.Decoder
}

func newReader(s *source) *reader {
	return &reader{t: s.t, lead: len(s.leading()), values: make([]importers.Value, len(s.t.columns)), dec: encodings.UTF8()}
}

func (r *reader) fill(row *rows) {
	r.n++
	r.rec = importers.Record{Number: r.n, Values: r.values}
	r.text, r.lost = r.text[:0], r.lost[:0]
	at := 0
	if r.t.key != "" {
		key := row.value(0)
		r.rec.ID.Int, r.rec.ID.Valid = asInteger(&key)
		at++
	}
	if r.t.geometry != "" {
		geometry := row.value(at)
		r.geometry(&geometry)
	}
	for i := range r.values {
		r.values[i] = importers.Value{}
		v := row.value(r.lead + i)
		if v.kind == sqlite3.SQLITE_NULL || r.value(&r.values[i], i, &v) {
			continue
		}
		f := &r.t.schema.Fields[i]
		r.values[i] = importers.Value{}
		r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten([]byte(v.String())), Reason: spatial.Text{
			VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
			EN: "the value is no " + string(f.Type) + "; left empty",
		}})
	}
	r.rec.Lost = r.lost
}

func (r *reader) geometry(v *value) {
	var err error
	switch v.kind {
	case sqlite3.SQLITE_NULL:
		return
	case sqlite3.SQLITE_BLOB:
		r.geom, err = appendEWKB(r.geom[:0], v.bytes, r.t.schema.Dimensions)
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
func (r *reader) value(out *importers.Value, i int, cell *value) (ok bool) {
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
func (r *reader) appendText(dst []byte, v *value, blob bool) []byte {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return strconv.AppendInt(dst, v.int, 10)
	case sqlite3.SQLITE_FLOAT:
		return strconv.AppendFloat(dst, v.float, 'g', -1, 64)
	case sqlite3.SQLITE_BLOB:
		if blob {
			return base64.StdEncoding.AppendEncode(dst, v.bytes)
		}
	}
	return r.dec.Append(dst, v.bytes)
}

func asInteger(v *value) (int64, bool) {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return v.int, true
	case sqlite3.SQLITE_FLOAT:
		return int64(v.float), v.float == math.Trunc(v.float) && math.Abs(v.float) < 1<<53
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(v.bytes)), 10, 64)
	return n, err == nil
}

func asNumber(v *value) (float64, bool) {
	f := v.float
	switch v.kind {
	case sqlite3.SQLITE_FLOAT:
	case sqlite3.SQLITE_INTEGER:
		return float64(v.int), true
	default:
		var err error
		if f, err = strconv.ParseFloat(strings.TrimSpace(string(v.bytes)), 64); err != nil {
			return 0, false
		}
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}

// asTime reads ISO 8601 dates and times; one without a zone is UTC, as the
// standard has it.
func asTime(v *value) (time.Time, bool) {
	text := strings.TrimSpace(string(v.bytes))
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
		"2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly, "2006/01/02"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	return time.Time{}, false
}
