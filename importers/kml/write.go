package kml

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Exporter writes one KML document (OGC 12-007r2, version 2.2) with the layer's
// fields as typed data of a schema. Coordinates are lon, lat in SRID 4326 with 9
// decimals and altitudes in metres with 4; another SRID is refused. Measures are
// left out.
type Exporter struct{}

// ZipExporter writes the same as KMZ: a zip with doc.kml.
type ZipExporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "kml" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".kml"} }

// DefaultSRID implements importers.Georeferenced (OGC 12-007r2 §6.2).
func (Exporter) DefaultSRID() spatial.SRID { return spatial.SRIDWGS84 }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "application/vnd.google-earth.kml+xml" }

// Name implements importers.Exporter.
func (ZipExporter) Name() string { return "kmz" }

// Extensions implements importers.Exporter.
func (ZipExporter) Extensions() []string { return []string{".kmz"} }

// DefaultSRID implements importers.Georeferenced (OGC 12-007r2 §6.2).
func (ZipExporter) DefaultSRID() spatial.SRID { return spatial.SRIDWGS84 }

// MediaType implements importers.Exporter.
func (ZipExporter) MediaType() string { return "application/vnd.google-earth.kmz" }

// Create implements importers.Exporter.
func (Exporter) Create(_ context.Context, out io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	return newWriter(out, scratch, h)
}

// Create implements importers.Exporter.
func (ZipExporter) Create(_ context.Context, out io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	z := zip.NewWriter(out)
	doc, err := z.Create("doc.kml")
	if err != nil {
		return nil, fmt.Errorf("kml: write: %w", err)
	}
	w, err := newWriter(doc, scratch, h)
	if err != nil {
		return nil, err
	}
	return &zipWriter{writer: w, z: z}, nil
}

type zipWriter struct {
	*writer
	z *zip.Writer
}

// Close implements importers.Writer.
func (w *zipWriter) Close() error {
	if err := w.writer.Close(); err != nil || w.failed {
		return err
	}
	return w.z.Close()
}

// flushAt is the size at which what is written goes out.
const flushAt = 64 << 10

// writer collects the placemarks in a spool file: the types in the schema, which
// comes before them, depend on how wide the integers are.
type writer struct {
	out      io.Writer
	spool    *os.File
	widest   []uint64 // of each field, the magnitude of its integers
	h        *importers.Header
	names    [][]byte // escaped names of the fields
	own      []string // of each field: the element of KML that it is, "" for data
	label    int      // the field whose text is the name, -1 for none
	idPrefix string   // of ids that are numbers
	textID   string   // the name under which the id stands among the data, "" where it does not
	altitude int      // the field that holds the altitude mode, -1 for none
	buf      []byte
	failed   bool // a record was not written: there will be no file
}

func newWriter(out io.Writer, scratch string, h *importers.Header) (*writer, error) {
	if h.SRID != spatial.SRIDWGS84 && h.Geometry != spatial.GeometryNone {
		return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "kml: write",
			Message: fmt.Sprintf("KML holds EPSG:4326 only, not %v; use --crs EPSG:4326", h.SRID)}
	}
	w := &writer{out: out, h: h, widest: make([]uint64, len(h.Fields)), label: labelField(h.Fields), altitude: -1, idPrefix: idPrefix(h.Layer), textID: textIDName(h)}
	for i, f := range h.Fields {
		w.names = append(w.names, markup.AppendEscaped(nil, []byte(f.Name)))
		w.own = append(w.own, ownElement(f))
		if f.Name == "altitudeMode" && f.Type == spatial.FieldString {
			w.altitude = i
		}
	}
	var err error
	if w.spool, err = os.Create(filepath.Join(scratch, "placemarks.kml")); err != nil {
		return nil, fmt.Errorf("kml: write: %w", err)
	}
	return w, nil
}

// ownElement names the element of KML that a field came from and goes back to.
func ownElement(f spatial.Field) string {
	switch {
	case f.Name == fieldName && f.Type == spatial.FieldString:
		return "name"
	case f.Name == "description" && f.Type == spatial.FieldString:
		return "description"
	case isTime(f.Name) && (f.Type == spatial.FieldDate || f.Type == spatial.FieldDateTime):
		return f.Name
	case f.Name == "altitudeMode" && f.Type == spatial.FieldString:
		return "altitudeMode"
	}
	return ""
}

// textIDName is where ids stand that are text and no field repeats: not each of
// them can be the id of an element.
func textIDName(h *importers.Header) string {
	if h.IDKind != spatial.IDText || h.IDField != "" {
		return ""
	}
	name := "id"
	for slices.ContainsFunc(h.Fields, func(f spatial.Field) bool { return strings.EqualFold(f.Name, name) }) {
		name = "feature_" + name
	}
	return name
}

// labelField finds the field that names a feature for people.
func labelField(fields []spatial.Field) int {
	for _, fits := range []func(f *spatial.Field, name string) bool{
		func(f *spatial.Field, _ string) bool { return f.Name == fieldName },
		func(_ *spatial.Field, name string) bool { return name == "name" || name == "ten" || name == "tên" },
		func(f *spatial.Field, name string) bool {
			return strings.HasPrefix(name, "tên ") || strings.HasPrefix(f.Column, "ten_") || strings.HasPrefix(name, "name") || strings.HasSuffix(name, "name")
		},
		func(_ *spatial.Field, name string) bool { return name == "title" || name == "label" },
	} {
		for i := range fields {
			if f := &fields[i]; f.Type == spatial.FieldString && fits(f, strings.ToLower(f.Name)) {
				return i
			}
		}
	}
	return -1
}

// Write implements importers.Writer. The elements come in the order of the KML
// schema: name, description, time, data, geometry.
func (w *writer) Write(r *importers.Record) error {
	w.buf = append(w.buf, "<Placemark"...)
	switch {
	case !r.ID.Valid:
	case w.h.IDKind != spatial.IDText:
		w.buf = fmt.Appendf(w.buf, " id=\"%s.%d\"", w.idPrefix, r.ID.Int)
	case mayBeID(r.ID.Bytes):
		w.buf = fmt.Appendf(w.buf, " id=\"%s\"", r.ID.Bytes)
	}
	w.buf = append(w.buf, '>')
	w.nameElement(r)
	w.element(r, "description", "description")
	w.times(r)
	w.data(r)
	if r.Geometry != nil {
		var in wkb.Info
		if err := wkb.Inspect(r.Geometry, w.h.Dimensions, &in); err != nil {
			w.failed = true
			return fmt.Errorf("kml: write record %d: %w", r.Number, err)
		}
		if !in.Empty() {
			mode := []byte(nil)
			if v := valueOf(r, w.altitude); v != nil {
				mode = v.Bytes
			}
			w.buf = appendGeometry(w.buf, r.Geometry, w.h.Dimensions, mode)
		}
	}
	w.buf = append(w.buf, "</Placemark>\n"...)
	if len(w.buf) < flushAt {
		return nil
	}
	return w.flush()
}

// nameElement writes the name: of the field that has it, else the id.
func (w *writer) nameElement(r *importers.Record) {
	v := valueOf(r, w.label)
	if v == nil && w.label >= 0 && w.own[w.label] != "" {
		return // an absent name stays absent
	}
	w.buf = append(w.buf, "<name>"...)
	switch {
	case v != nil:
		w.buf = markup.AppendEscaped(w.buf, v.Bytes)
	case !r.ID.Valid:
	case w.h.IDKind == spatial.IDText:
		w.buf = markup.AppendEscaped(w.buf, r.ID.Bytes)
	default:
		w.buf = strconv.AppendInt(w.buf, r.ID.Int, 10)
	}
	w.buf = append(w.buf, "</name>"...)
}

// element writes the field that is an element of KML, as far as there is one.
func (w *writer) element(r *importers.Record, own, element string) bool {
	for i := range w.own {
		if w.own[i] != own {
			continue
		}
		if v := valueOf(r, i); v != nil {
			w.buf = append(append(append(w.buf, '<'), element...), '>')
			w.buf = appendValue(w.buf, w.h.Fields[i].Type, v)
			w.buf = append(append(append(w.buf, "</"...), element...), '>')
			return true
		}
	}
	return false
}

// times writes a span or an instant; KML has room for one of them.
func (w *writer) times(r *importers.Record) {
	at := len(w.buf)
	w.buf = append(w.buf, "<TimeSpan>"...)
	begun := w.element(r, fieldBegin, "begin")
	if w.element(r, fieldEnd, "end") || begun {
		w.buf = append(w.buf, "</TimeSpan>"...)
		return
	}
	w.buf = append(w.buf[:at], "<TimeStamp>"...)
	if w.element(r, fieldTimestamp, "when") {
		w.buf = append(w.buf, "</TimeStamp>"...)
		return
	}
	w.buf = w.buf[:at]
}

// data writes the values that are not null.
func (w *writer) data(r *importers.Record) {
	at := len(w.buf)
	w.buf = append(w.buf, "<ExtendedData><SchemaData schemaUrl=\"#"+schemaID+"\">"...)
	empty := len(w.buf)
	if w.textID != "" && r.ID.Valid {
		w.buf = append(append(append(w.buf, "<SimpleData name=\""...), w.textID...), "\">"...)
		w.buf = markup.AppendEscaped(w.buf, r.ID.Bytes)
		w.buf = append(w.buf, "</SimpleData>"...)
	}
	for i := range w.names {
		v := valueOf(r, i)
		if v == nil || w.own[i] != "" {
			continue
		}
		w.widest[i] = max(w.widest[i], magnitude(v.Int))
		w.buf = append(append(append(w.buf, "<SimpleData name=\""...), w.names[i]...), "\">"...)
		w.buf = appendValue(w.buf, w.h.Fields[i].Type, v)
		w.buf = append(w.buf, "</SimpleData>"...)
	}
	if len(w.buf) == empty {
		w.buf = w.buf[:at]
		return
	}
	w.buf = append(w.buf, "</SchemaData></ExtendedData>"...)
}

func (w *writer) flush() error {
	_, err := w.spool.Write(w.buf)
	w.buf = w.buf[:0]
	if err != nil {
		w.failed = true
		return fmt.Errorf("kml: write: %w", err)
	}
	return nil
}

// Close implements importers.Writer.
func (w *writer) Close() (err error) {
	defer func() { err = errors.Join(err, w.spool.Close()) }()
	if w.failed {
		return nil
	}
	w.buf = append(w.buf, "</Document>\n</kml>\n"...)
	if err := w.flush(); err != nil {
		return err
	}
	w.head()
	_, err = w.out.Write(w.buf)
	if err == nil {
		_, err = w.spool.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w.out, w.spool)
	}
	if err != nil {
		return fmt.Errorf("kml: write: %w", err)
	}
	return nil
}
