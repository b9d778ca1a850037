package dxf

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gisd/importers"
	"gisd/spatial"
)

// source reads one layer of a drawing.
type source struct {
	v      *survey
	l      *layerSurvey
	layout *layout
	schema importers.Schema
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return nil }

// Places implements importers.Placed: all layers of a drawing are in one
// reference system.
func (s *source) Places() (x, y []float64) {
	for _, corners := range s.v.places.kept {
		for i, p := range corners {
			if i == 0 || !p.same(corners[0]) {
				x, y = append(x, p.x*s.v.scale), append(y, p.y*s.v.scale)
			}
		}
	}
	return x, y
}

// emitError tells a failure of the receiver from one of the file.
type emitError struct{ err error }

func (e emitError) Error() string { return e.err.Error() }

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := recorder{s: s, values: make([]importers.Value, len(s.schema.Fields)), layout: s.layout.fresh()}
	x := exploder{ctx: ctx, d: s.v.d, tolerance: chordError / s.v.scale}
	if !s.l.whole {
		x.spans = s.l.spans
		x.wanted = func(layer []byte, paper bool) bool { return keyOf(layer, paper) == s.l.key }
	}
	x.emit = func(f *feature) error {
		if !s.l.whole && keyOf(f.layer, f.paper) != s.l.key {
			return nil
		}
		r.fill(f)
		if err := emit(&r.rec); err != nil {
			return emitError{err}
		}
		return nil
	}
	err := x.run()
	if e, ok := errors.AsType[emitError](err); ok {
		return e.err
	}
	if err != nil {
		return s.v.d.fail(err)
	}
	return nil
}

// fresh has decoders of its own, so that two may read at once.
func (o *layout) fresh() *layout {
	n := *o
	n.decs = make([]*decoders, len(o.decs))
	for i, d := range o.decs {
		c := *d
		c.out, c.run, c.single = nil, nil, nil
		n.decs[i] = &c
	}
	return &n
}

// recorder turns features into records.
type recorder struct {
	s      *source
	layout *layout
	number int64
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
	text   []byte // backs the Bytes of the record
	ewkb   []byte
}

func (r *recorder) fill(f *feature) {
	r.number++
	r.rec = importers.Record{Number: r.number, Values: r.values}
	clear(r.values)
	r.text, r.lost = r.text[:0], r.lost[:0]
	v := r.values
	names := r.layout.decs[columnNames]
	v[fieldLayer] = r.name(names, f.layer)
	v[fieldType] = r.bytes([]byte(f.kind))
	from := len(r.text)
	r.text = f.color.appendRGB(r.text)
	v[fieldColor] = importers.Value{Valid: true, Bytes: r.text[from:]}
	v[fieldACI] = importers.Value{Valid: f.color.rgb < 0, Int: int64(f.color.aci)}
	v[fieldLinetype] = r.name(names, f.linetype)
	v[fieldHandle] = r.name(names, f.handle)
	if len(f.text.bytes) > 0 {
		v[fieldText] = r.bytes(r.layout.decs[columnText].decode(f.text))
		v[fieldText].Valid = len(v[fieldText].Bytes) > 0
	}
	v[fieldHeight] = number(f.height*r.s.v.scale, f.height != 0)
	v[fieldRotation] = number(f.rotation, f.turned)
	v[fieldBlock] = r.name(names, f.block)
	v[fieldThickness] = number(f.thickness*r.s.v.scale, f.thickness != 0)
	v[fieldHidden] = boolean(f.hidden)
	v[fieldPaper] = boolean(f.paper)
	r.extras(f)
	r.rec.Lost = r.lost
	if f.tooLarge {
		r.rec.Err = &importers.RecordError{ID: string(f.handle), Reason: spatial.Text{
			VI: "đối tượng " + f.kind + " quá lớn: hơn một triệu đỉnh hoặc nhóm mã",
			EN: "the " + f.kind + " is too large: more than a million vertices or groups"}}
		return
	}
	r.ewkb = f.shape.encode(r.ewkb[:0], r.s.schema.Dimensions, r.s.v.scale)
	if len(r.ewkb) > 0 {
		r.rec.Geometry = r.ewkb
	}
}

// extras fills the fields of attributes, properties and extended data.
func (r *recorder) extras(f *feature) {
	l := r.s.l
	for _, a := range f.attribs {
		if i, ok := l.byName[string(a.tag)]; ok {
			r.values[r.layout.extra[i]] = r.bytes(r.layout.decs[firstExtraColumn+i].decode(a.value))
		}
	}
	if f.xdata == nil {
		return
	}
	readXData(f.xdata, xdataVisitor{other: func() {}, property: func(p property) {
		i, ok := l.byName[string(p.name)]
		if !ok {
			return
		}
		at := r.layout.extra[i]
		if kind := r.s.schema.Fields[at].Type; kind == p.kind || kind == spatial.FieldString {
			p.kind = kind
		}
		r.values[at], ok = r.parse(p, r.layout.decs[columnNames])
		if !ok {
			r.lost = append(r.lost, importers.RecordError{Field: r.s.schema.Fields[at].Name, Raw: importers.Shorten(p.value), Reason: spatial.Text{
				VI: "giá trị không phải kiểu " + string(p.kind) + ", để trống", EN: "the value is no " + string(p.kind) + "; left empty"}})
		}
	}})
	if r.layout.xdata >= 0 {
		if b := r.layout.decs[columnText].xdataJSON(f.xdata); b != nil {
			r.values[r.layout.xdata] = r.bytes(b)
		}
	}
}

// parse reads the value of a property as it was written.
func (r *recorder) parse(p property, d *decoders) (importers.Value, bool) {
	v := importers.Value{Valid: true}
	var err error
	text := func() string { return string(p.value) }
	switch p.kind {
	case spatial.FieldInteger:
		v.Int, err = strconv.ParseInt(text(), 10, 64)
	case spatial.FieldNumber:
		v.Float, err = strconv.ParseFloat(text(), 64)
	case spatial.FieldBoolean:
		var b bool
		b, err = strconv.ParseBool(text())
		v.Int = boolean(b).Int
	case spatial.FieldDate:
		var t time.Time
		t, err = time.Parse(time.DateOnly, text())
		v.Int = importers.DateOf(t)
	case spatial.FieldDateTime:
		var t time.Time
		t, err = time.Parse(time.RFC3339Nano, text())
		v.Int = importers.DateTimeOf(t)
	default:
		v = r.bytes(d.unescapeProperty(p.value))
	}
	if err != nil {
		return importers.Value{}, false
	}
	return v, true
}

func (r *recorder) bytes(b []byte) importers.Value {
	from := len(r.text)
	r.text = append(r.text, b...)
	return importers.Value{Valid: true, Bytes: r.text[from:len(r.text):len(r.text)]}
}

func (r *recorder) name(d *decoders, raw []byte) importers.Value {
	if len(raw) == 0 {
		return importers.Value{}
	}
	return r.bytes(d.decode(rawText{bytes: raw}))
}

func number(v float64, valid bool) importers.Value {
	return importers.Value{Valid: valid && v-v == 0, Float: v}
}

func boolean(b bool) importers.Value {
	v := importers.Value{Valid: true}
	if b {
		v.Int = 1
	}
	return v
}
