package geojson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Exporter writes one FeatureCollection: RFC 7946 in SRID 4326, and for any
// other EPSG code the 2008 form with its crs member, coordinates x first.
// Degrees carry 9 decimals and metres 4, so that nothing moves by a millimetre;
// measures are left out, for GeoJSON has none.
type Exporter struct{}

// LinesExporter writes one feature a line (RFC 8142 without its separators), in
// SRID 4326 only: a line has no place for another.
type LinesExporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "geojson" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".geojson", ".json"} }

// DefaultSRID implements importers.Georeferenced (RFC 7946 §4).
func (Exporter) DefaultSRID() spatial.SRID { return spatial.SRIDWGS84 }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "application/geo+json" }

// Name implements importers.Exporter.
func (LinesExporter) Name() string { return "geojsonl" }

// Extensions implements importers.Exporter.
func (LinesExporter) Extensions() []string {
	return []string{".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl"}
}

// DefaultSRID implements importers.Georeferenced (RFC 7946 §4).
func (LinesExporter) DefaultSRID() spatial.SRID { return spatial.SRIDWGS84 }

// MediaType implements importers.Exporter.
func (LinesExporter) MediaType() string { return "application/x-ndjson" }

// Create implements importers.Exporter.
func (Exporter) Create(_ context.Context, w io.Writer, _ string, h *importers.Header) (importers.Writer, error) {
	name, err := memberCRS(h)
	if err != nil {
		return nil, err
	}
	f := newFeatureWriter(w, h)
	f.between, f.end = ",\n", "\n]}\n"
	f.buf = append(f.buf, `{"type":"FeatureCollection","name":`...)
	f.buf = appendString(f.buf, h.Layer)
	if name != "" {
		f.buf = append(f.buf, `,"crs":{"type":"name","properties":{"name":`...)
		f.buf = append(appendString(f.buf, name), "}}"...)
	}
	f.buf = append(f.buf, ",\"features\":[\n"...)
	return f, nil
}

// Create implements importers.Exporter.
func (LinesExporter) Create(_ context.Context, w io.Writer, _ string, h *importers.Header) (importers.Writer, error) {
	if h.SRID != spatial.SRIDWGS84 && h.Geometry != spatial.GeometryNone {
		return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "geojson: write",
			Message: fmt.Sprintf("GeoJSON lines hold EPSG:4326 only, not %v; use --crs EPSG:4326", h.SRID)}
	}
	f := newFeatureWriter(w, h)
	f.between, f.end, f.lines = "\n", "\n", true
	return f, nil
}

// memberCRS is what the crs member says (GeoJSON 2008 §3.1), "" for SRID 4326.
func memberCRS(h *importers.Header) (string, error) {
	switch {
	case h.SRID == spatial.SRIDWGS84 || h.Geometry == spatial.GeometryNone:
		return "", nil
	case h.SRID <= 0 || h.SRID >= 990000:
		return "", &spatial.Error{Code: spatial.CodeUnsupported, Op: "geojson: write",
			Message: fmt.Sprintf("GeoJSON names a reference system by its EPSG code, and %v has none; use --crs EPSG:4326", h.SRID)}
	}
	return fmt.Sprintf("urn:ogc:def:crs:EPSG::%d", h.SRID), nil
}

// decimals of the coordinates of a system; one that is unknown here is judged
// by its text.
func decimals(h *importers.Header) int {
	if s, ok := crs.Lookup(h.SRID); ok {
		return s.Decimals()
	}
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(h.WKT)), "GEOG") {
		return 9
	}
	return 4
}

// flushAt is the size at which what is written goes out.
const flushAt = 64 << 10

// featureWriter writes features one after the other.
type featureWriter struct {
	w            io.Writer
	h            *importers.Header
	names        [][]byte // quoted, with colon
	decimals     int
	buf          []byte
	begun, lines bool
	between, end string
	failed       bool // a record was not written: there will be no file
}

func newFeatureWriter(w io.Writer, h *importers.Header) *featureWriter {
	f := &featureWriter{w: w, h: h, decimals: decimals(h)}
	for i, field := range h.Fields {
		name := appendString(nil, field.Name)
		if i > 0 {
			name = append([]byte{','}, name...)
		}
		f.names = append(f.names, append(name, ':'))
	}
	return f
}

// Write implements importers.Writer.
func (f *featureWriter) Write(r *importers.Record) error {
	err := f.feature(r)
	f.failed = f.failed || err != nil
	return err
}

func (f *featureWriter) feature(r *importers.Record) error {
	if f.begun {
		f.buf = append(f.buf, f.between...)
	}
	f.begun = true
	f.buf = append(f.buf, `{"type":"Feature",`...)
	if r.ID.Valid {
		f.buf = append(f.buf, `"id":`...)
		if f.h.IDKind == spatial.IDText {
			f.buf = appendString(f.buf, string(r.ID.Bytes))
		} else {
			f.buf = strconv.AppendInt(f.buf, r.ID.Int, 10)
		}
		f.buf = append(f.buf, ',')
	}
	f.buf = append(f.buf, `"geometry":`...)
	var err error
	if f.buf, err = AppendGeometry(f.buf, r.Geometry, f.decimals); err != nil {
		return fmt.Errorf("geojson: write record %d: %w", r.Number, err)
	}
	f.buf = append(f.buf, `,"properties":{`...)
	for i := range f.names {
		f.buf = append(f.buf, f.names[i]...)
		if i >= len(r.Values) {
			f.buf = append(f.buf, "null"...)
		} else if err := f.value(f.h.Fields[i].Type, &r.Values[i]); err != nil {
			return fmt.Errorf("geojson: write record %d: %s: %w", r.Number, f.h.Fields[i].Name, err)
		}
	}
	f.buf = append(f.buf, "}}"...)
	if len(f.buf) < flushAt {
		return nil
	}
	return f.flush()
}

var errJSON = errors.New("the value is no JSON")

func (f *featureWriter) value(t spatial.FieldType, v *importers.Value) error {
	if !v.Valid {
		f.buf = append(f.buf, "null"...)
		return nil
	}
	switch t {
	case spatial.FieldInteger:
		f.buf = strconv.AppendInt(f.buf, v.Int, 10)
	case spatial.FieldNumber:
		f.buf = appendNumber(f.buf, v.Float)
	case spatial.FieldBoolean:
		f.buf = strconv.AppendBool(f.buf, v.Int != 0)
	case spatial.FieldDate:
		f.buf = append(v.Day().AppendFormat(append(f.buf, '"'), time.DateOnly), '"')
	case spatial.FieldDateTime:
		f.buf = append(v.Time().AppendFormat(append(f.buf, '"'), time.RFC3339Nano), '"')
	case spatial.FieldJSON:
		if !json.Valid(v.Bytes) {
			return errJSON
		}
		if f.lines && bytes.IndexByte(v.Bytes, '\n') >= 0 {
			var line bytes.Buffer
			if err := json.Compact(&line, v.Bytes); err != nil {
				return errJSON
			}
			f.buf = append(f.buf, line.Bytes()...)
			return nil
		}
		f.buf = append(f.buf, v.Bytes...)
	default:
		f.buf = appendText(f.buf, v.Bytes)
	}
	return nil
}

// appendText is appendString without a copy for text that needs no escapes.
func appendText(dst, text []byte) []byte {
	for _, c := range text {
		if c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
			return appendString(dst, string(text))
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}

func (f *featureWriter) flush() error {
	_, err := f.w.Write(f.buf)
	f.buf = f.buf[:0]
	if err != nil {
		return fmt.Errorf("geojson: write: %w", err)
	}
	return nil
}

// Close implements importers.Writer.
func (f *featureWriter) Close() error {
	if f.failed {
		return nil
	}
	if f.begun || !f.lines {
		f.buf = append(f.buf, f.end...)
	}
	return f.flush()
}
