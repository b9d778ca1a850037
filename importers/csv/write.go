package csv

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Exporter writes delimited text: UTF-8 with a byte order mark, which is how
// spreadsheets know it, commas, CRLF (RFC 4180), one heading line. Text is
// always in quotes, so that codes of digits stay text; a null is nothing at all.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "csv" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".csv"} }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "text/csv" }

// Create implements importers.Exporter. It uses no scratch space. The id comes
// first where no field repeats it, the geometry last.
func (Exporter) Create(ctx context.Context, w io.Writer, _ string, h *importers.Header) (importers.Writer, error) {
	out := &writer{ctx: ctx, w: bufio.NewWriterSize(w, 64<<10), h: *h}
	out.withID = h.IDKind != "" && h.IDField == ""
	used := map[string]bool{}
	for _, f := range h.Fields {
		used[strings.ToLower(f.Name)] = true
	}
	free := func(names ...string) string {
		for _, n := range names {
			if !used[n] {
				return n
			}
		}
		return names[0] + "_gisd"
	}
	var names []string
	if out.withID {
		names = append(names, free("id", "fid", "feature_id"))
	}
	for _, f := range h.Fields {
		names = append(names, f.Name)
	}
	if h.Geometry != spatial.GeometryNone {
		names = append(names, free("geometry", "wkt", "geom"))
	}
	out.line = append(out.line, "\xef\xbb\xbf"...)
	for i, n := range names {
		if i > 0 {
			out.line = append(out.line, ',')
		}
		out.line = appendQuoted(out.line, []byte(n))
	}
	return out, out.flush()
}

type writer struct {
	ctx    context.Context
	w      *bufio.Writer
	h      importers.Header
	withID bool
	line   []byte
	n      int
}

func (w *writer) flush() error {
	w.line = append(w.line, "\r\n"...)
	_, err := w.w.Write(w.line)
	w.line = w.line[:0]
	if err != nil {
		return fmt.Errorf("csv: export: %w", err)
	}
	return nil
}

// Write implements importers.Writer.
func (w *writer) Write(r *importers.Record) error {
	if w.n++; w.n&1023 == 0 && w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if w.withID {
		t := spatial.FieldInteger
		if w.h.IDKind == spatial.IDText {
			t = spatial.FieldString
		}
		w.line = append(appendValue(w.line, t, &r.ID), ',')
	}
	for i := range w.h.Fields {
		w.line = append(appendValue(w.line, w.h.Fields[i].Type, &r.Values[i]), ',')
	}
	if w.h.Geometry == spatial.GeometryNone {
		if len(w.line) > 0 {
			w.line = w.line[:len(w.line)-1]
		}
	} else if len(r.Geometry) > 0 {
		var err error
		w.line = append(w.line, '"') // WKT holds no quotes
		if w.line, err = wkb.AppendText(w.line, r.Geometry, w.h.Dimensions); err != nil {
			return fmt.Errorf("csv: export: record %d: %w", r.Number, err)
		}
		w.line = append(w.line, '"')
	}
	if len(w.line) == 0 {
		w.line = append(w.line, `""`...) // an empty line would be no record
	}
	return w.flush()
}

// Close implements importers.Writer.
func (w *writer) Close() error {
	if err := w.w.Flush(); err != nil {
		return fmt.Errorf("csv: export: %w", err)
	}
	return nil
}

func appendValue(dst []byte, t spatial.FieldType, v *importers.Value) []byte {
	if !v.Valid {
		return dst
	}
	switch t {
	case spatial.FieldInteger:
		return strconv.AppendInt(dst, v.Int, 10)
	case spatial.FieldNumber:
		return wkb.AppendDecimal(dst, v.Float)
	case spatial.FieldBoolean:
		return strconv.AppendBool(dst, v.Int != 0)
	case spatial.FieldDate, spatial.FieldDateTime:
		return append(dst, importers.ValueText(t, v)...)
	}
	return appendQuoted(dst, v.Bytes)
}

func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
