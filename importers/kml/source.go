package kml

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/spatial"
)

// source reads the placemarks of one container.
type source struct {
	file   importers.File
	layer  *layer
	schema importers.Schema
	read   atomic.Int64
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return nil }

// Position implements importers.Positioned.
func (s *source) Position() int64 { return s.read.Load() }

// emitError tells a failure of the receiver from one of the file.
type emitError struct{ err error }

func (e emitError) Error() string { return e.err.Error() }

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.read.Store(0)
	w := &walker{other: map[string]int{}, named: func(int, string) {}}
	r := reader{s: s, values: make([]importers.Value, len(s.schema.Fields))}
	r.p = placemark{schemas: &w.schemas, fields: s.layer.fields}
	r.p.geom.dims = s.schema.Dimensions
	w.placemark = func(container int, e markup.Element) error {
		if container != s.layer.container {
			return nil
		}
		r.p.r = w.r
		if err := r.p.read(e); err != nil {
			return err
		}
		r.fill()
		if err := emit(&r.rec); err != nil {
			return emitError{err}
		}
		return nil
	}
	err := w.file(ctx, s.file, &s.read)
	if e, ok := errors.AsType[emitError](err); ok {
		return e.err
	}
	if err != nil {
		return fail(s.file, err)
	}
	return nil
}

type reader struct {
	s      *source
	p      placemark
	number int64
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
}

func (r *reader) fill() {
	r.number++
	r.rec = importers.Record{Number: r.number, Values: r.values}
	r.lost = r.lost[:0]
	clear(r.values)
	for _, v := range r.p.found {
		f := &r.p.fields.list[v.field].info
		if !parseValue(&r.values[v.field], f.Type, v.text) {
			r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten(v.text), Reason: spatial.Text{
				VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
				EN: "the value is no " + string(f.Type) + "; left empty",
			}})
		}
	}
	r.rec.Lost = r.lost
	switch r.s.schema.NativeID {
	case spatial.FieldInteger:
		_, r.rec.ID.Int, r.rec.ID.Valid = numbered(r.p.id)
	case spatial.FieldString:
		r.rec.ID = importers.Value{Valid: true, Bytes: []byte(r.p.id)}
	}
	if r.p.err != nil {
		r.rec.Err = &importers.RecordError{Reason: spatial.Text{
			VI: "hình học hỏng: " + r.p.err.Error(), EN: "the geometry is damaged: " + r.p.err.Error()}}
		return
	}
	r.rec.Geometry, _ = r.p.geom.result()
}

// parseValue reads a text that is not empty as a type; where it is none of it,
// the value is null.
func parseValue(out *importers.Value, t spatial.FieldType, text []byte) (ok bool) {
	*out = importers.Value{}
	switch t {
	case spatial.FieldInteger:
		n, err := strconv.ParseInt(string(text), 10, 64)
		out.Int, ok = n, err == nil
	case spatial.FieldNumber:
		out.Float, ok = parseFloat(text)
		ok = ok && out.Float-out.Float == 0
	case spatial.FieldBoolean:
		out.Int, ok = parseBoolean(text)
	case spatial.FieldDate:
		when, _, isTime := parseTime(text)
		out.Int, ok = importers.DateOf(when), isTime
	case spatial.FieldDateTime:
		when, _, isTime := parseTime(text)
		out.Int, ok = importers.DateTimeOf(when), isTime
	default:
		out.Bytes, ok = text, true
	}
	if out.Valid = ok; !ok {
		*out = importers.Value{}
	}
	return ok
}
