package gpx

import (
	"context"
	"errors"
	"sync/atomic"

	"gisd/importers"
	"gisd/spatial"
)

// source reads one layer of a document.
type source struct {
	file   importers.File
	kind   layerKind
	schema importers.Schema
	fields []int // the properties behind the places
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
	r := reader{s: s, values: make([]importers.Value, len(s.schema.Fields))}
	w := newWalker(func(k layerKind) bool { return k == s.kind }, func(f *feature) error {
		r.fill(f)
		if err := emit(&r.rec); err != nil {
			return emitError{err}
		}
		return nil
	})
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
	number int64
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
}

func (r *reader) fill(f *feature) {
	r.number++
	r.rec = importers.Record{Number: r.number, Values: r.values}
	r.lost = r.lost[:0]
	clear(r.values)
	for i, n := range f.places {
		r.values[i] = importers.Value{Valid: true, Int: n}
	}
	for i, p := range r.s.fields {
		at := len(f.places) + i
		text := f.element.texts[p]
		if field := &r.s.schema.Fields[at]; text != nil && !parse(&r.values[at], field.Type, text) {
			r.lost = append(r.lost, importers.RecordError{Field: field.Name, Raw: importers.Shorten(text), Reason: spatial.Text{
				VI: "giá trị không phải kiểu " + string(field.Type) + ", để trống",
				EN: "the value is no " + string(field.Type) + "; left empty",
			}})
		}
	}
	r.rec.Lost = r.lost
	if f.err != nil {
		r.rec.Err = &importers.RecordError{Reason: spatial.Text{
			VI: "hình học hỏng: " + f.err.Error(), EN: "the geometry is damaged: " + f.err.Error()}}
		return
	}
	r.rec.Geometry = f.geometry
}
