package importers

import (
	"context"
	"encoding/binary"
	"io"
	"math"

	"gisd/spatial"
)

// copyHeader opens PostgreSQL's binary COPY format: signature, flags, extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// chunkSize is how much travels at once; four chunks are in flight.
const (
	chunkSize  = 256 << 10
	chunkCount = 4
)

// rows encodes records as binary COPY into pooled chunks, which another
// goroutine takes away through Read.
type rows struct {
	fields  []spatial.Field
	columns int // of the table
	idKind  spatial.IDKind
	geom    bool

	buf     []byte
	full    chan []byte // closed at the end
	free    chan []byte
	reader  []byte // chunk being read, its rest
	whole   []byte // the same chunk, to give back
	done    context.Context
	err     error // why the stream ends early; set before full is closed
	discard bool  // nobody reads
}

func newRows(ctx context.Context, p *Plan) *rows {
	r := &rows{fields: p.Fields, columns: 1, idKind: p.IDKind, geom: p.Schema.GeometryType != spatial.GeometryNone,
		full: make(chan []byte, chunkCount), free: make(chan []byte, chunkCount+2), done: ctx}
	for _, f := range p.Fields {
		if !f.IsID() {
			r.columns++
		}
	}
	if r.geom {
		r.columns++
	}
	for range chunkCount {
		r.free <- make([]byte, 0, chunkSize+chunkSize/4)
	}
	r.buf = append(<-r.free, copyHeader...)
	return r
}

// add appends one row; geom is EWKB or nil, id the key.
func (r *rows) add(rec *Record, id Value, geom []byte) error {
	if r.discard {
		return nil
	}
	b := binary.BigEndian.AppendUint16(r.buf, uint16(r.columns))
	for i := range r.fields {
		if !r.fields[i].IsID() {
			b = appendValue(b, r.fields[i].Type, &rec.Values[i])
		}
	}
	if r.idKind == spatial.IDText {
		b = appendValue(b, spatial.FieldString, &id)
	} else {
		b = appendValue(b, spatial.FieldInteger, &id)
	}
	if r.geom {
		if geom == nil {
			b = binary.BigEndian.AppendUint32(b, math.MaxUint32)
		} else {
			b = binary.BigEndian.AppendUint32(b, uint32(len(geom)))
			b = append(b, geom...)
		}
	}
	r.buf = b
	if len(b) < chunkSize {
		return nil
	}
	return r.flush()
}

func appendValue(b []byte, t spatial.FieldType, v *Value) []byte {
	if !v.Valid {
		return binary.BigEndian.AppendUint32(b, math.MaxUint32) // -1: null
	}
	switch t {
	case spatial.FieldInteger, spatial.FieldDateTime:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v.Int))
	case spatial.FieldNumber:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), math.Float64bits(v.Float))
	case spatial.FieldDate:
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 4), uint32(int32(v.Int)))
	case spatial.FieldBoolean:
		return append(binary.BigEndian.AppendUint32(b, 1), byte(v.Int))
	case spatial.FieldJSON:
		b = binary.BigEndian.AppendUint32(b, uint32(len(v.Bytes)+1))
		return append(append(b, 1), v.Bytes...) // jsonb's version
	}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(v.Bytes))), v.Bytes...)
}

// flush hands the chunk over and takes a free one. It fails with the reader's
// error, when that side gave up.
func (r *rows) flush() error {
	select {
	case r.full <- r.buf:
	case <-r.done.Done():
		return context.Cause(r.done)
	}
	select {
	case b := <-r.free:
		r.buf = b[:0]
	case <-r.done.Done():
		return context.Cause(r.done)
	}
	return nil
}

// end closes the stream: with a trailer when err is nil, else so that the COPY
// fails and nothing of it stays.
func (r *rows) end(err error) {
	if err == nil {
		r.buf = binary.BigEndian.AppendUint16(r.buf, math.MaxUint16)
		select {
		case r.full <- r.buf:
		case <-r.done.Done():
		}
	}
	r.err = err
	close(r.full)
}

// Read implements io.Reader for the goroutine that writes to the database.
func (r *rows) Read(p []byte) (int, error) {
	for len(r.reader) == 0 {
		if r.whole != nil {
			select {
			case r.free <- r.whole:
			default:
			}
			r.whole = nil
		}
		var ok bool
		select {
		case r.whole, ok = <-r.full:
		case <-r.done.Done():
			return 0, context.Cause(r.done)
		}
		if !ok {
			if r.err != nil {
				return 0, r.err
			}
			return 0, io.EOF
		}
		r.reader = r.whole
	}
	n := copy(p, r.reader)
	r.reader = r.reader[n:]
	return n, nil
}
