package ogr

import (
	"context"
	"encoding/hex"
	"fmt"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Read implements importers.Source; each reading is a run of ogr2ogr.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	in, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer in.close()
	if len(in.columns) != len(s.columns) {
		return s.runner.fail(ctx, "ogr2ogr", fmt.Errorf("it shows %d columns where there were %d", len(in.columns), len(s.columns)))
	}
	r := newReader(s)
	for n := int64(1); ; n++ {
		if n&255 == 1 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := in.feature()
		if err != nil {
			return s.runner.fail(ctx, "ogr2ogr", in.c.why(ctx, err))
		}
		if line == nil {
			return s.end(ctx, in, n-1)
		}
		r.fill(n, line)
		if err := emit(&r.rec); err != nil {
			return err
		}
	}
}

// end makes sure that the last feature was the last: GDAL may skip what it
// cannot read and call that success.
func (s *source) end(ctx context.Context, in *dump, read int64) error {
	if err := in.end(); err != nil {
		return s.runner.fail(ctx, "ogr2ogr", in.c.why(ctx, err))
	}
	if said := in.c.lastError(); said != "" && read < s.schema.Count {
		return s.runner.fail(ctx, "ogr2ogr", fmt.Errorf("%d of %d features were there, then: %s", read, s.schema.Count, said))
	}
	return nil
}

type reader struct {
	s      *source
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
	raw    []byte // EWKB as it came
	geom   []byte
	text   []byte
	decs   []*encodings.Decoder // by column
}

func newReader(s *source) *reader {
	r := &reader{s: s, values: make([]importers.Value, len(s.schema.Fields)), decs: make([]*encodings.Decoder, len(s.columns))}
	for i := range r.decs {
		r.decs[i] = encodings.UTF8()
		if s.choices != nil && fieldType(s.columns[i].sql) == spatial.FieldString {
			r.decs[i] = s.choices[i].Decoder()
		}
	}
	return r
}

// fill reads one line of COPY, which it changes.
func (r *reader) fill(n int64, line []byte) {
	r.rec = importers.Record{Number: n, Values: r.values}
	r.text, r.lost = r.text[:0], r.lost[:0]
	clear(r.values)
	// Grown beforehand, text stays where values point to.
	if need := 4*len(line) + 64; cap(r.text) < need && len(line) < 1<<20 {
		r.text = make([]byte, 0, need)
	}
	field, rest := 0, line
	for i := 0; i < len(r.s.columns) && rest != nil; i++ {
		var cell []byte
		cell, rest = cut(rest)
		c := r.s.columns[i]
		switch {
		case c.geometry:
			r.geometry(cell)
			continue
		case c.id:
			r.rec.ID.Valid = parsed(&r.rec.ID, c, cell)
			continue
		}
		if string(cell) != `\N` {
			r.value(field, i, unescape(cell))
		}
		field++
	}
	r.rec.Lost = r.lost
}

func parsed(v *importers.Value, c column, cell []byte) bool {
	_, ok := parse(v, c, spatial.FieldInteger, cell, nil)
	return ok
}

// geometry takes the first geometry of a feature that has several.
func (r *reader) geometry(cell []byte) {
	if string(cell) == `\N` || r.rec.Geometry != nil || r.rec.Err != nil {
		return
	}
	var err error
	if r.raw, err = appendHex(r.raw[:0], cell); err == nil {
		r.geom, err = wkb.Normalize(r.geom[:0], r.raw, r.s.schema.Dimensions)
	}
	if err != nil {
		r.rec.Err = &importers.RecordError{Reason: spatial.Text{VI: "hình học hỏng: " + err.Error(), EN: "the geometry is damaged: " + err.Error()}}
		return
	}
	r.rec.Geometry = r.geom
}

func appendHex(dst, digits []byte) ([]byte, error) { return hex.AppendDecode(dst, digits) }

func (r *reader) value(field, i int, raw []byte) {
	v, f := &r.values[field], &r.s.schema.Fields[field]
	if f.Type == spatial.FieldString && r.s.columns[i].sql != "BYTEA" {
		from := len(r.text)
		r.text = r.decs[i].Append(r.text, raw)
		*v = importers.Value{Valid: true, Bytes: r.text[from:len(r.text):len(r.text)]}
		return
	}
	var ok bool
	from := len(r.text)
	if r.text, ok = parse(v, r.s.columns[i], f.Type, raw, r.text); ok {
		if f.Type == spatial.FieldJSON {
			body := append([]byte(nil), v.Bytes...)
			r.text = r.decs[i].Append(r.text[:from], body)
			v.Bytes = r.text[from:]
		}
		return
	}
	*v = importers.Value{}
	r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten(raw), Reason: spatial.Text{
		VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
		EN: "the value is no " + string(f.Type) + "; left empty",
	}})
}
