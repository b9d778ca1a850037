package geoparquet

import (
	"fmt"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/spatial"
)

// reader makes the records of one Read.
type reader struct {
	decoder
	s      *source
	json   nested
	values []importers.Value
	lost   []importers.RecordError
	geom   []byte
	rec    importers.Record
}

// fill takes one value of each column. Its error ends the reading: columns that
// are out of step cannot be brought together again.
func (r *reader) fill() error {
	r.text, r.lost = r.text[:0], r.lost[:0]
	for i, n := range r.s.columns {
		r.values[i] = importers.Value{}
		if n.form != formLeaf {
			if err := r.nested(i, n); err != nil {
				return err
			}
			continue
		}
		l := n.leaves[0]
		present, err := l.take()
		if err != nil {
			return err
		}
		if present && l.meaning.sort != sortNull && !r.value(&r.values[i], l) {
			r.lose(i, l.shown())
		}
	}
	if err := r.geometry(); err != nil {
		return err
	}
	r.rec.Lost = r.lost
	return nil
}

func (r *reader) nested(i int, n *node) error {
	raw, err := r.json.record(n)
	if err != nil || raw == nil && !r.json.over {
		return err
	}
	from, ok := len(r.text), false
	if !r.json.over {
		r.text, ok = geojson.AppendJSON(r.text, raw)
	}
	if !ok {
		r.lose(i, raw)
		return nil
	}
	r.values[i] = importers.Value{Valid: true, Bytes: r.text[from:]}
	return nil
}

func (r *reader) lose(i int, raw []byte) {
	f := &r.s.schema.Fields[i]
	r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten(raw), Reason: spatial.Text{
		VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
		EN: "the value is no " + string(f.Type) + "; left empty",
	}})
}

// shown is the value taken last as a report shows it.
func (l *leaf) shown() []byte {
	switch {
	case l.bytes != nil || l.fixed != nil:
		return l.raw()
	case l.floats != nil || l.doubles != nil:
		return fmt.Append(nil, l.number())
	case l.int96s != nil:
		return fmt.Append(nil, l.int96s[l.at])
	case l.meaning.sort == sortUint:
		return fmt.Append(nil, uint64(l.whole()))
	}
	return fmt.Append(nil, l.whole())
}

func (r *reader) geometry() error {
	n := r.s.geom
	if n == nil {
		return nil
	}
	var err error
	if r.s.native != nil {
		r.rec.Geometry, err = r.s.native.record(n)
		if r.s.native.over {
			r.reject("hình học lớn hơn 64 MiB", "the geometry is larger than 64 MiB")
		}
		return err
	}
	l := n.leaves[0]
	present, err := l.take()
	if err != nil || !present || l.meaning.sort == sortNull || len(l.raw()) == 0 {
		return err
	}
	var bad error
	if r.s.geometry.encoding == "wkt" {
		r.geom, bad = appendWKT(r.geom[:0], l.raw(), r.s.schema.Dimensions)
		r.rec.Geometry = r.geom
	} else {
		r.rec.Geometry, bad = r.wellKnown(l.raw())
	}
	if bad != nil {
		r.reject("hình học hỏng: "+bad.Error(), "the geometry is damaged: "+bad.Error())
	}
	return nil
}

func (r *reader) reject(vi, en string) {
	r.rec.Geometry = nil
	r.rec.Err = &importers.RecordError{Reason: spatial.Text{VI: vi, EN: en}}
}
