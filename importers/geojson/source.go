package geojson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// source reads one GeoJSON file. The schema comes from a first pass over it.
type source struct {
	file   importers.File
	schema importers.Schema
	infer  inference
}

func open(ctx context.Context, f importers.File, format string) (importers.Source, error) {
	s := &source{file: f, infer: inference{byKey: map[string]int{}}}
	d, err := s.walk(ctx, s.infer.see)
	if err != nil {
		return nil, s.fail(err)
	}
	in := &s.infer
	s.schema = importers.Schema{
		Layer: f.Base(), Format: format, GeometryType: in.geometryType(), Dimensions: spatial.XY,
		Encoding: "utf-8", Fields: in.fields(), Count: in.count, Bytes: f.Size,
		CRS: importers.CRS{SRID: spatial.SRIDWGS84, Reason: "GeoJSON is WGS 84 (RFC 7946 §4)"},
	}
	if d.name != "" {
		s.schema.Layer = d.name
	}
	if in.z {
		s.schema.Dimensions = spatial.XYZ
	}
	if name := crsName(d.crs); name != "" {
		s.schema.CRS = importers.CRS{Name: name}
	}
	// Ids count only where every feature has one.
	if in.count > 0 && in.withID == in.count {
		s.schema.NativeID = spatial.FieldInteger
		if in.textIDs {
			s.schema.NativeID = spatial.FieldString
		}
	}
	return s, nil
}

func (s *source) fail(err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "geojson: read", Message: fmt.Sprintf("%s: %v", s.file.Name, err), Err: err}
}

// emitError tells a failure of the receiver from one of the file.
type emitError struct{ err error }

func (e emitError) Error() string { return e.err.Error() }

func (s *source) walk(ctx context.Context, visit func([]byte) error) (*document, error) {
	f, err := os.Open(s.file.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := &document{s: newScanner(f)}
	return d, d.each(ctx, visit)
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return nil }

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	r := reader{s: s, dec: encodings.UTF8(), geom: geometryWriter{dims: s.schema.Dimensions},
		values: make([]importers.Value, len(s.schema.Fields))}
	_, err := s.walk(ctx, func(raw []byte) error {
		r.number++
		r.fill(raw)
		if err := emit(&r.rec); err != nil {
			return emitError{err}
		}
		return nil
	})
	if e, ok := errors.AsType[emitError](err); ok {
		return e.err
	}
	if err != nil {
		return s.fail(err)
	}
	return nil
}

type reader struct {
	s      *source
	number int64
	rec    importers.Record
	values []importers.Value
	lost   []importers.RecordError
	geom   geometryWriter
	ewkb   []byte
	text   []byte // backs the Bytes of the current record
	raw    []byte
	dec    *encodings.Decoder
}

func (r *reader) fill(raw []byte) {
	r.rec = importers.Record{Number: r.number, Values: r.values}
	r.text, r.lost = r.text[:0], r.lost[:0]
	clear(r.values)
	f, err := splitFeature(raw)
	if err == nil && f.properties != nil {
		err = r.properties(f.properties)
	}
	if err == nil && f.id != nil && r.s.schema.NativeID != "" {
		r.id(f.id)
	}
	if err == nil && f.geometry != nil {
		r.ewkb, err = r.geom.append(r.ewkb[:0], f.geometry)
		if len(r.ewkb) > 0 {
			r.rec.Geometry = r.ewkb
		}
	}
	r.rec.Lost = r.lost
	if err != nil {
		r.rec.Err = &importers.RecordError{
			Raw:    importers.Shorten(raw),
			Whole:  importers.WholeText(raw),
			Reason: spatial.Text{VI: "đối tượng GeoJSON hỏng: " + err.Error(), EN: "the feature is damaged: " + err.Error()},
		}
	}
}

func (r *reader) id(raw []byte) {
	if r.s.schema.NativeID == spatial.FieldInteger {
		r.rec.ID.Int, r.rec.ID.Valid = parseInteger(raw)
		return
	}
	r.rec.ID = importers.Value{Valid: true, Bytes: r.append(raw)}
}

// append returns the text of a raw value: a string's content, else the value as
// it is written.
func (r *reader) append(raw []byte) []byte {
	from := len(r.text)
	if raw[0] == '"' {
		r.raw = unquote(r.raw[:0], raw)
		r.text = r.dec.Append(r.text, r.raw)
	} else {
		r.text = r.dec.Append(r.text, raw)
	}
	return r.text[from:]
}

func (r *reader) properties(raw []byte) error {
	next := 0
	return members(raw, func(key, value []byte) error {
		i, err := r.s.infer.find(key, next)
		if err != nil {
			return err
		}
		next = i + 1
		if i >= len(r.values) || isNull(value) {
			return nil
		}
		if f := &r.s.schema.Fields[i]; !r.value(&r.values[i], f, value) {
			r.values[i] = importers.Value{}
			r.lost = append(r.lost, importers.RecordError{Field: f.Name, Raw: importers.Shorten(value), Reason: spatial.Text{
				VI: "giá trị không phải kiểu " + string(f.Type) + ", để trống",
				EN: "the value is no " + string(f.Type) + "; left empty",
			}})
		}
		return nil
	})
}

func (r *reader) value(out *importers.Value, f *importers.FieldInfo, raw []byte) (ok bool) {
	switch f.Type {
	case spatial.FieldBoolean:
		out.Valid, ok = true, string(raw) == "true" || string(raw) == "false"
		if raw[0] == 't' {
			out.Int = 1
		}
	case spatial.FieldInteger:
		out.Int, ok = parseInteger(raw)
		out.Valid = ok
	case spatial.FieldNumber:
		out.Float, ok = number(raw)
		out.Valid = ok
	case spatial.FieldDate:
		t, isDate := parseDate(r.unquoted(raw))
		out.Int, out.Valid, ok = importers.DateOf(t), isDate, isDate
	case spatial.FieldDateTime:
		t, isTime := parseDateTime(r.unquoted(raw))
		if !isTime {
			t, isTime = parseDate(r.raw)
		}
		out.Int, out.Valid, ok = importers.DateTimeOf(t), isTime, isTime
	case spatial.FieldJSON:
		from := len(r.text)
		r.text, ok = appendJSON(r.text, raw)
		out.Bytes, out.Valid = r.text[from:], ok
	default:
		out.Bytes, out.Valid, ok = r.append(raw), true, true
	}
	return ok
}

func (r *reader) unquoted(raw []byte) []byte {
	r.raw = r.raw[:0]
	if raw[0] == '"' {
		r.raw = unquote(r.raw, raw)
	}
	return r.raw
}

// appendJSON appends a value that PostgreSQL's jsonb takes. Escapes are written
// anew, because lone surrogates and NUL have no place there.
func appendJSON(dst, raw []byte) ([]byte, bool) {
	if !json.Valid(raw) {
		return dst, false
	}
	if bytes.Contains(raw, []byte(`\u`)) {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return dst, false
		}
		b, err := json.Marshal(v)
		if err != nil {
			return dst, false
		}
		raw = bytes.ReplaceAll(b, []byte(`\u0000`), nil)
	}
	if hugeExponent(raw) {
		return dst, false
	}
	return encodings.UTF8().Append(dst, raw), true
}

// hugeExponent finds exponents of four digits and more, which overflow numeric.
func hugeExponent(raw []byte) bool {
	digits, inExp, inString := 0, false, false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == 'e' || c == 'E':
			inExp = i > 0 && raw[i-1] >= '0' && raw[i-1] <= '9'
			digits = 0
		case inExp && c >= '0' && c <= '9':
			if digits++; digits > 3 {
				return true
			}
		case c != '+' && c != '-':
			inExp = false
		}
	}
	return false
}

// crsName reads the legacy member {"type":"name","properties":{"name":…}}.
func crsName(raw []byte) string {
	var crs struct {
		Properties struct {
			Name string          `json:"name"`
			Code json.RawMessage `json:"code"`
		} `json:"properties"`
		Type string `json:"type"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &crs) != nil {
		return ""
	}
	if crs.Properties.Name == "" && crs.Type == "EPSG" {
		if n, err := strconv.Atoi(string(bytes.Trim(crs.Properties.Code, `"`))); err == nil {
			return "EPSG:" + strconv.Itoa(n)
		}
	}
	return crs.Properties.Name
}
