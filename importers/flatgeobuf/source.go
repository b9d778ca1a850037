package flatgeobuf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/flatbuf"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// source reads one file.
type source struct {
	file   importers.File
	f      *os.File
	h      *header
	schema importers.Schema
	seen   atomic.Int64
}

func open(ctx context.Context, file importers.File) (importers.Source, error) {
	f, err := os.Open(file.Path)
	if err != nil {
		return nil, fail(file, err)
	}
	s := &source{file: file, f: f}
	if err := s.describe(ctx); err != nil {
		return nil, errors.Join(fail(file, err), f.Close())
	}
	return s, nil
}

// describe reads the header, and the features where it leaves open what they
// hold: no columns, or no geometry type and no geometry at the beginning.
func (s *source) describe(ctx context.Context) error {
	var err error
	if s.h, err = readHeader(s.f, s.file.Size); err != nil {
		return err
	}
	s.schema = importers.Schema{Layer: s.h.name, Format: "flatgeobuf", GeometryType: wkb.TypeOf(s.h.kind),
		Dimensions: s.h.dims, CRS: s.h.crs, Encoding: "utf-8", Count: s.h.count, Bytes: s.file.Size}
	if s.h.name == "" {
		s.schema.Layer = s.file.Base()
	}
	if s.h.count == 0 {
		s.schema.Count = -1
	}
	columns := newUnion()
	for i := range s.h.columns {
		c := &s.h.columns[i]
		if c.kind >= kindCount {
			return fmt.Errorf("column %s is of type %d, which is not known", c.name, c.kind)
		}
		c.field = columns.distinct(c)
	}
	if len(s.h.columns) == 0 || s.h.kind == 0 {
		geometry, err := s.scan(ctx, columns)
		if err != nil {
			return err
		}
		if s.h.kind == 0 && !geometry {
			s.schema.GeometryType = spatial.GeometryNone
		}
	}
	s.schema.Fields = columns.fields
	return nil
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return s.f.Close() }

// Position implements importers.Positioned.
func (s *source) Position() int64 { return s.seen.Load() }

// each hands out the features, nil for one that is too large to read. More than
// the header counts are not looked at; fewer are an error, because a download
// that ended early looks like that.
func (s *source) each(ctx context.Context, visit func(n int64, b []byte) error) error {
	st, err := newStream(s.f, s.h.features, s.file.Size, &s.seen)
	if err != nil {
		return err
	}
	for n := int64(1); s.h.count == 0 || n <= s.h.count; n++ {
		if n&1023 == 1 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		b, err := st.next()
		if errors.Is(err, io.EOF) {
			if n <= s.h.count {
				return fmt.Errorf("%w: the header announces %d features and %d are there", errCut, s.h.count, n-1)
			}
			break
		}
		if err != nil {
			return err
		}
		if err := visit(n, b); err != nil {
			return err
		}
	}
	s.seen.Store(s.file.Size)
	return nil
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	r := reader{s: s, geom: newGeometryReader(s.h.dims), values: make([]importers.Value, len(s.schema.Fields)),
		decoder: decoder{dec: encodings.UTF8()}}
	var failed error
	err := s.each(ctx, func(n int64, b []byte) error {
		r.rec = importers.Record{Number: n, Values: r.values}
		r.fill(b)
		failed = emit(&r.rec)
		return failed
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return fail(s.file, err)
	}
	return nil
}

type reader struct {
	decoder
	s      *source
	buf    flatbuf.Buffer
	geom   *geometryReader
	values []importers.Value
	lost   []importers.RecordError
	own    []column // of a feature that brings its columns
	rec    importers.Record
}

func (r *reader) fill(b []byte) {
	clear(r.values)
	r.text, r.lost = r.text[:0], r.lost[:0]
	if b == nil {
		r.reject("đối tượng lớn hơn 64 MiB", "the feature is larger than 64 MiB")
		return
	}
	t := r.buf.Root(b)
	if g := t.Child(0); g.Present() && r.s.schema.GeometryType != spatial.GeometryNone {
		ewkb, err := r.geom.read(&g, r.s.h.kind)
		if err != nil {
			r.reject("hình học hỏng: "+err.Error(), "the geometry is damaged: "+err.Error())
			return
		}
		r.rec.Geometry = ewkb
	}
	columns := r.s.h.columns
	if list := t.Children(2); list.Len() > 0 {
		var err error
		if columns, err = r.declared(&list); err != nil {
			r.reject("cột hỏng: "+err.Error(), "the columns are damaged: "+err.Error())
			return
		}
	}
	if !r.properties(columns, t.Vector(1, 1)) || r.buf.Damaged {
		r.reject("thuộc tính hỏng", "the attributes are damaged")
		return
	}
	r.rec.Lost = r.lost
}

func (r *reader) reject(vi, en string) {
	r.rec.Geometry = nil
	r.rec.Err = &importers.RecordError{Reason: spatial.Text{VI: vi, EN: en}}
}

// declared finds the fields of a feature's own columns by their names.
func (r *reader) declared(list *flatbuf.List) ([]column, error) {
	var err error
	if r.own, err = readColumns(r.own[:0], list); err != nil {
		return nil, err
	}
	for i := range r.own {
		c := &r.own[i]
		c.field = slices.IndexFunc(r.s.schema.Fields, func(f importers.FieldInfo) bool { return f.Name == c.name })
	}
	return r.own, nil
}

// properties reads pairs of a column's number and its value. A byte at the end
// that can be no number is left over by some writers.
func (r *reader) properties(columns []column, b []byte) bool {
	for len(b) >= 2 {
		i := int(binary.LittleEndian.Uint16(b))
		if i >= len(columns) || columns[i].kind >= kindCount {
			return false
		}
		c := &columns[i]
		raw, rest, ok := split(c.kind, b[2:])
		if !ok {
			return false
		}
		b = rest
		switch {
		case c.field < 0:
			r.lose(c.name, c.kind, raw, "không có cột này trong tệp", "the header has no such column")
		case !r.value(&r.values[c.field], c, r.s.schema.Fields[c.field].Type, raw):
			t := string(r.s.schema.Fields[c.field].Type)
			r.lose(c.name, c.kind, raw, "giá trị không phải kiểu "+t+", để trống", "the value is no "+t+"; left empty")
		}
	}
	return true
}

func (r *reader) lose(name string, kind byte, raw []byte, vi, en string) {
	r.lost = append(r.lost, importers.RecordError{Field: name, Raw: importers.Shorten(appendRaw(kind, raw)), Reason: spatial.Text{VI: vi, EN: en}})
}
