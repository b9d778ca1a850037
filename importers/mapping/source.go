package mapping

import (
	"context"
	"errors"
	"fmt"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// mapped is a source behind a mapping.
type mapped struct {
	importers.Source
	crs    importers.CRS
	schema importers.Schema
	base   []column // of the source, then of the joins
	own    int      // how many of them are the source's
	joins  []*joined
	ops    []op
	ruler  ruler
	notes  []string

	before []importers.Value // in the order of base
	values []importers.Value // in the order of ops
	lost   []importers.RecordError
	out    importers.Record
}

// Schema implements importers.Source.
func (m *mapped) Schema() importers.Schema { return m.schema }

// SettledCRS implements importers.Settled.
func (m *mapped) SettledCRS() importers.CRS { return m.crs }

// Position implements importers.Positioned where the source does.
func (m *mapped) Position() int64 { return importers.PositionOf(m.Source) }

// Close implements importers.Source.
func (m *mapped) Close() error { return errors.Join(m.Source.Close(), m.closeJoins()) }

func (m *mapped) closeJoins() error {
	var err error
	for _, j := range m.joins {
		err = errors.Join(err, j.rows.close())
	}
	m.joins = nil
	return err
}

// Read implements importers.Source.
func (m *mapped) Read(ctx context.Context, emit func(*importers.Record) error) error {
	for _, j := range m.joins {
		j.begin()
	}
	m.before = make([]importers.Value, len(m.base))
	return m.Source.Read(ctx, func(rec *importers.Record) error {
		if rec.Err != nil && len(rec.Values) != m.own {
			m.out = importers.Record{Number: rec.Number, Geometry: rec.Geometry, Err: rec.Err}
			return emit(&m.out)
		}
		if err := m.record(rec); err != nil {
			return err
		}
		m.out.Err = rec.Err
		return emit(&m.out)
	})
}

func (m *mapped) record(rec *importers.Record) error {
	m.lost = m.lost[:0]
	for _, e := range rec.Lost {
		if e.Field = m.leaves(e.Field); e.Field != "" {
			m.lost = append(m.lost, e)
		}
	}
	copy(m.before, rec.Values)
	for _, j := range m.joins {
		refused, err := j.lookup(m.before)
		if err != nil {
			return err
		}
		if refused != nil {
			m.lost = append(m.lost, *refused)
		}
	}
	for i := range m.ops {
		m.values[i] = m.make(&m.ops[i], rec)
	}
	m.out = importers.Record{Number: rec.Number, Geometry: rec.Geometry, Values: m.values, ID: rec.ID, Lost: m.lost}
	return nil
}

// leaves is the name under which a field of the source leaves, "" when it does
// not; "" stays for the geometry.
func (m *mapped) leaves(name string) string {
	for i := range m.ops {
		if from := m.ops[i].from; from >= 0 && m.base[from].Name == name {
			return m.schema.Fields[i].Name
		}
	}
	return ""
}

func (m *mapped) make(o *op, rec *importers.Record) importers.Value {
	f := &o.field
	switch {
	case f.Constant != nil:
		return o.deflt
	case f.Area != "" || f.Length != "":
		return m.measure(o, rec.Geometry)
	}
	b := &m.base[o.from]
	v, from := &m.before[o.from], b.Type
	if len(f.Codes) > 0 && v.Valid {
		if code, ok := f.Codes[keyText(from, v)]; ok {
			v, from = &importers.Value{Valid: true, Bytes: []byte(code)}, spatial.FieldString
		}
	}
	out, buf, ok := convert(from, o.kind, v, f, o.buf)
	o.buf = buf
	if !ok {
		m.lost = append(m.lost, importers.RecordError{
			Field: f.Name, Raw: importers.Shorten([]byte(valueText(from, v))),
			Reason: spatial.Text{VI: fmt.Sprintf("giá trị không đổi được sang kiểu %s mà không mất thông tin", o.kind),
				EN: fmt.Sprintf("the value cannot become a %s without loss", o.kind)},
		})
		return importers.Value{}
	}
	if !out.Valid {
		return o.deflt
	}
	return out
}

// measure is null where there is nothing to measure.
func (m *mapped) measure(o *op, g []byte) importers.Value {
	var in wkb.Info
	if len(g) == 0 || wkb.Inspect(g, m.schema.Dimensions, &in) != nil || in.Empty() || in.NonFinite {
		return o.deflt
	}
	size := 0.0
	if o.field.Area != "" {
		size = m.ruler.area(g)
	} else {
		size = m.ruler.length(g)
	}
	return importers.Value{Valid: true, Float: size / o.unit}
}

// Remarks implements importers.Remarker: which fields are new, and what the joins
// did not find, both ways.
func (m *mapped) Remarks() importers.Remarks {
	r := importers.RemarksOf(m.Source)
	r.Notes = append(r.Notes, m.notes...)
	inner := r.Rejects
	for _, j := range m.joins {
		r.Notes = append(r.Notes, j.notes()...)
	}
	r.Rejects = func(emit func(importers.RecordError) error) error {
		if inner != nil {
			if err := inner(emit); err != nil {
				return err
			}
		}
		for _, j := range m.joins {
			if err := j.unmatched(emit); err != nil {
				return err
			}
		}
		return nil
	}
	return r
}
