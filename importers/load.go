package importers

import (
	"context"
	"fmt"
	"strconv"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// loader turns the records of one reading into rows. It runs in the goroutine
// that reads the source.
type loader struct {
	run    *run
	rows   *rows
	id     idSource
	check  *idCheck // nil for running numbers and geometries
	hashes *GeometryKeys
	dims   spatial.Dimensions
	noGeom bool
	counts Report
	box    spatial.Envelope
	kinds  uint32 // bit per geometry type code
	geom   []byte
	last   int64 // record number
	first  error // the first rejection, should it be all there is

	repeats  *repeats          // nil where the key tells them
	domain   *spatial.Envelope // where positions can lie; nil where that is not known
	rejected RejectedRecord
	told     int64 // the record that rejected describes
}

func newLoader(ctx context.Context, r *run) *loader {
	l := &loader{run: r, rows: newRows(ctx, r.p), id: r.id, dims: r.p.Schema.Dimensions,
		noGeom: r.p.Schema.GeometryType == spatial.GeometryNone}
	l.box = spatial.EmptyEnvelope(r.p.SRID)
	l.repeats = newRepeats()
	if e, ok := domainOf(r.p.SRID); ok {
		l.domain = &e
	}
	switch {
	case r.id.geometry:
		l.hashes = &GeometryKeys{Dimensions: l.dims}
	case !r.id.running():
		l.check = newIDCheck(r.id.kind)
	}
	return l
}

// record handles one record of the source.
func (l *loader) record(rec *Record) error {
	l.counts.Read++
	l.last = rec.Number
	if l.counts.Read&4095 == 0 {
		l.run.report.Read, l.run.report.Rejected = l.counts.Read, l.counts.Rejected
		l.run.tell(StageLoad, false)
	}
	if rec.Err != nil {
		return l.reject(rec, *rec.Err)
	}
	geom, refused := l.geometry(rec)
	if refused != nil {
		return l.reject(rec, *refused)
	}
	id, refused, err := l.key(rec, geom)
	if err != nil {
		return err
	}
	if refused != nil {
		return l.reject(rec, *refused)
	}
	for _, e := range rec.Lost {
		l.counts.Lost++
		if err := l.refuse(rec, e, true); err != nil {
			return err
		}
	}
	l.counts.Loaded++
	l.repeats.add(l.run.p.Fields, rec, geom)
	if id.Valid {
		return l.rows.add(rec, id, geom)
	}
	return l.rows.add(rec, Value{Valid: true, Int: l.counts.Loaded}, geom)
}

// geometry checks the record's geometry and returns what to store; nil is none.
func (l *loader) geometry(rec *Record) ([]byte, *RecordError) {
	if l.noGeom || len(rec.Geometry) == 0 {
		l.counts.Empty++
		return nil, nil
	}
	g := rec.Geometry
	var in wkb.Info
	err := wkb.Inspect(g, l.dims, &in)
	if err != nil || in.Loose {
		if l.geom, err = wkb.Normalize(l.geom[:0], g, l.dims); err == nil {
			g = l.geom
			err = wkb.Inspect(g, l.dims, &in)
		}
	}
	switch {
	case err != nil:
		return nil, &RecordError{Reason: spatial.Text{VI: "hình học hỏng: " + err.Error(), EN: "the geometry is damaged: " + err.Error()}}
	case in.NonFinite:
		return nil, &RecordError{Reason: spatial.Text{VI: "tọa độ không phải là số hữu hạn", EN: "a coordinate is infinite or not a number"}}
	case in.Empty():
		l.counts.Empty++
		return nil, nil
	}
	if l.domain != nil {
		if e := outside(&in, l.domain); e != nil {
			return nil, e
		}
	}
	l.kinds |= 1 << in.Kind
	b := &l.box
	b.MinX, b.MinY = min(b.MinX, in.MinX), min(b.MinY, in.MinY)
	b.MaxX, b.MaxY = max(b.MaxX, in.MaxX), max(b.MaxY, in.MaxY)
	return g, nil
}

// key returns the record's id; not Valid asks for a running number.
func (l *loader) key(rec *Record, geom []byte) (Value, *RecordError, error) {
	if l.hashes != nil {
		return l.geometryKey(geom)
	}
	if l.check == nil {
		return Value{}, nil, nil
	}
	v := &rec.ID
	if l.id.field >= 0 {
		v = &rec.Values[l.id.field]
	}
	usable, repeated := l.check.add(v)
	if usable && !repeated {
		return *v, nil, nil
	}
	if !l.id.asked {
		why := "record " + strconv.FormatInt(rec.Number, 10) + " has none"
		if repeated {
			why = "record " + strconv.FormatInt(rec.Number, 10) + " repeats one"
		}
		return Value{}, nil, &unfitError{why}
	}
	e := &RecordError{Field: l.run.p.IDField, Raw: keyText(l.id.kind, v),
		Reason: spatial.Text{VI: "khóa trống hoặc không dùng được", EN: "the key is missing or unusable"}}
	if repeated {
		e.Reason = spatial.Text{VI: "khóa bị trùng với một bản ghi trước", EN: "the key was used by an earlier record"}
	}
	return Value{}, e, nil
}

func (l *loader) geometryKey(geom []byte) (Value, *RecordError, error) {
	if geom == nil {
		return Value{}, &RecordError{Reason: spatial.Text{
			VI: "không có hình học nên không có khóa", EN: "there is no geometry, and so no key"}}, nil
	}
	key, err := l.hashes.Key(geom)
	if err != nil {
		return Value{}, nil, fmt.Errorf("importers: key of record %d: %w", l.last, err)
	}
	return Value{Valid: true, Bytes: key}, nil, nil
}

func keyText(kind spatial.IDKind, v *Value) string {
	switch {
	case !v.Valid:
		return ""
	case kind == spatial.IDInteger:
		return strconv.FormatInt(v.Int, 10)
	}
	return Shorten(v.Bytes)
}

func (l *loader) reject(rec *Record, e RecordError) error {
	l.counts.Rejected++
	if l.counts.Rejected == 1 {
		l.first = allRejected(rec.Number, e)
	}
	if err := l.refuse(rec, e, false); err != nil {
		return err
	}
	if limit := l.run.o.MaxErrors; limit >= 0 && l.counts.Rejected > limit {
		return tooManyRejects(rec.Number, e, limit)
	}
	return nil
}

func tooManyRejects(number int64, e RecordError, limit int64) error {
	return spatial.Invalid("importers: load", fmt.Sprintf("%s; more than %d rejected records are not accepted (--max-errors)", sayRejected(number, e), limit))
}

// allRejected refuses a source of which nothing can be loaded: an empty version
// would take the place of a good one.
func allRejected(number int64, e RecordError) error {
	return spatial.Invalid("importers: load", "every record was rejected, the first of them "+sayRejected(number, e))
}

func sayRejected(number int64, e RecordError) string {
	field := ""
	if e.Field != "" {
		field = " (" + e.Field + ")"
	}
	return fmt.Sprintf("record %d%s: %s", number, field, e.Reason.EN)
}

func (r *run) reject(record int64, e RecordError, lost bool) error {
	if r.o.Rejects == nil {
		return nil
	}
	if err := r.o.Rejects.Reject(record, e, lost); err != nil {
		return fmt.Errorf("importers: reject file: %w", err)
	}
	return nil
}

// finish brings the counts into the report.
func (l *loader) finish(r *Report) {
	r.Read, r.Loaded, r.Rejected, r.Lost, r.Empty = l.counts.Read, l.counts.Loaded, l.counts.Rejected, l.counts.Lost, l.counts.Empty
	if !l.box.Empty() {
		r.Extent = &l.box
	}
	r.Repeats = l.repeats.counted()
	l.run.written = max(l.run.written, l.last)
	r.Geometry = l.geometryType(r.Geometry)
	if l.hashes != nil && l.hashes.Repeated > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d features have the geometry of an earlier one: their keys end in -2, -3 …", l.hashes.Repeated))
	}
}

// geometryType narrows what the source promised to what was there; a source
// that is empty keeps its promise.
func (l *loader) geometryType(promised spatial.GeometryType) spatial.GeometryType {
	if l.noGeom || l.kinds == 0 {
		return promised
	}
	families := [...]struct {
		single, multi uint32
	}{{wkb.Point, wkb.MultiPoint}, {wkb.LineString, wkb.MultiLineString}, {wkb.Polygon, wkb.MultiPolygon}}
	for _, f := range families {
		switch l.kinds &^ (1<<f.single | 1<<f.multi) {
		case 0:
			if l.kinds == 1<<f.single {
				return wkb.TypeOf(f.single)
			}
			return wkb.TypeOf(f.multi)
		}
	}
	return spatial.GeometryAny
}
