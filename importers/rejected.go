package importers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"gisd/importers/wkb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// domainOf is where positions of a system can lie; false where that is not known.
func domainOf(srid spatial.SRID) (spatial.Envelope, bool) {
	s, ok := crs.Lookup(srid)
	if !ok {
		return spatial.Envelope{}, false
	}
	return s.Domain(), true
}

// outside refuses a geometry that has no place in its reference system.
func outside(in *wkb.Info, domain *spatial.Envelope) *RecordError {
	if in.MinX >= domain.MinX && in.MaxX <= domain.MaxX && in.MinY >= domain.MinY && in.MaxY <= domain.MaxY {
		return nil
	}
	raw := fmt.Sprintf("x %.12g to %.12g, y %.12g to %.12g", in.MinX, in.MaxX, in.MinY, in.MaxY)
	return &RecordError{Raw: raw, Reason: spatial.Text{
		VI: "tọa độ nằm ngoài phạm vi của " + domain.SRID.String() + " (" + raw + ")",
		EN: "coordinates lie outside the range of " + domain.SRID.String() + " (" + raw + ")"}}
}

// refuse hands a record's fault to the reject file, with the record, unless an
// earlier reading has done so.
func (l *loader) refuse(rec *Record, e RecordError, lost bool) error {
	if l.run.o.Rejects == nil || rec.Number <= l.run.written {
		return nil
	}
	e.Whole = l.whole(rec)
	return l.run.reject(rec.Number, e, lost)
}

// whole is the record as the source has it; the same for all faults of one.
func (l *loader) whole(rec *Record) *RejectedRecord {
	w := &l.rejected
	if l.told == rec.Number {
		return w
	}
	l.told = rec.Number
	*w = RejectedRecord{Values: w.Values[:0], Dimensions: l.dims, SRID: l.run.p.SRID}
	if rec.Err != nil && rec.Err.Whole != nil {
		w.Values = append(w.Values, rec.Err.Whole.Values...)
	} else if fields := l.run.p.Schema.Fields; len(rec.Values) == len(fields) {
		w.Values = AppendObject(w.Values, fields, rec.Values)
	} else {
		w.Values = nil
	}
	var in wkb.Info
	if len(rec.Geometry) > 0 && wkb.Inspect(rec.Geometry, l.dims, &in) == nil && !in.Empty() && !in.NonFinite {
		w.Geometry = rec.Geometry
	}
	return w
}

// maxWhole bounds the text that is kept of a record that could not be taken apart.
const maxWhole = 64 << 10

// WholeText is a record as its source has it: JSON as it stands, anything else,
// and JSON that is too long, as a JSON text of its first 64 KiB. The record stays
// as it is.
func WholeText(raw []byte) *RejectedRecord {
	if len(raw) <= maxWhole && json.Valid(raw) {
		var b bytes.Buffer
		if json.Compact(&b, raw) == nil {
			return &RejectedRecord{Values: b.Bytes()}
		}
	}
	return &RejectedRecord{Values: appendJSON(nil, strings.ToValidUTF8(string(raw[:min(len(raw), maxWhole)]), "\ufffd"))}
}

// AppendObject writes values under the names of their fields, in order, as a JSON
// object.
func AppendObject(dst []byte, fields []FieldInfo, values []Value) []byte {
	dst = append(dst, '{')
	for i := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, fields[i].Name)
		dst = append(dst, ':')
		v := &values[i]
		switch t := fields[i].Type; {
		case !v.Valid, t == spatial.FieldNumber && (math.IsNaN(v.Float) || math.IsInf(v.Float, 0)):
			dst = append(dst, "null"...)
		case t == spatial.FieldJSON && json.Valid(v.Bytes):
			dst = append(dst, v.Bytes...)
		case t == spatial.FieldInteger, t == spatial.FieldNumber, t == spatial.FieldBoolean:
			dst = append(dst, ValueText(t, v)...)
		case t == spatial.FieldString, t == spatial.FieldJSON:
			dst = appendJSON(dst, string(v.Bytes))
		default:
			dst = appendJSON(dst, ValueText(t, v))
		}
	}
	return append(dst, '}')
}

func appendJSON(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // text always marshals
		return append(dst, `""`...)
	}
	return append(dst, b...)
}
