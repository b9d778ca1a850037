package dxf

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Exporter writes drawings of version R2007 (AC1021), ASCII with text in UTF-8.
//
// A point is a POINT, a line an LWPOLYLINE, a polygon of one ring a closed
// LWPOLYLINE; a polygon with holes or of several parts is a solid HATCH, so that
// one feature stays one entity. Where heights differ, lines and rings are 3D
// POLYLINEs. Of several points or lines each is an entity with all properties;
// so is each ring of a polygon whose heights differ. The CAD layer is the field
// "layer", else the collection; properties are XDATA of the application GISD.
// XDATA ends at 16 KiB an entity: what is longer is left out and counted in a
// comment at the end of the file. A feature without geometry is counted there,
// too.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return formatName }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".dxf"} }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "image/vnd.dxf" }

// GeometryAlone implements importers.GeometryAlone.
func (Exporter) GeometryAlone() {}

// Create implements importers.Exporter. The entities are collected in scratch:
// the layers they are on stand before them in the file.
func (Exporter) Create(ctx context.Context, w io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	if h.Geometry == spatial.GeometryNone {
		return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "dxf: write",
			Message: fmt.Sprintf("%s has no geometry: a DXF holds only drawings", h.Layer)}
	}
	f, err := os.Create(filepath.Join(scratch, "entities.dxf"))
	if err != nil {
		return nil, fmt.Errorf("dxf: write: %w", err)
	}
	d := &drawer{ctx: ctx, out: w, spool: f, w: bufio.NewWriterSize(f, 256<<10), h: *h,
		layers: map[string]bool{}, handle: firstHandle, box: spatial.EmptyEnvelope(h.SRID), layerField: -1}
	for i, field := range h.Fields {
		if strings.EqualFold(field.Name, "layer") && field.Type == spatial.FieldString {
			d.layerField = i
		}
	}
	d.layer(layerName(h.Layer))
	return d, nil
}

// drawer is the Writer of one drawing.
type drawer struct {
	ctx        context.Context //nolint:containedctx // of Create, for the calls of Write
	out        io.Writer
	spool      *os.File
	w          *bufio.Writer
	h          importers.Header
	layerField int
	layers     map[string]bool
	names      []string
	handle     int64
	box        spatial.Envelope
	n          int64
	empty      int64 // features without geometry
	leftOut    int64 // values that found no room
	err        error
	buf        []byte
	xdata      []byte
	path       []vec
	rings      []int
}

const maxWrittenLayers = 30_000

func (d *drawer) layer(name string) {
	if !d.layers[name] {
		d.layers[name] = true
		d.names = append(d.names, name)
	}
}

// layerName makes a text a valid name of a symbol table.
func layerName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune("<>/\\\":;?*|=`,", r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(s))
	for len(s) > 200 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	if s == "" {
		return "0"
	}
	return s
}

// Write implements importers.Writer.
func (d *drawer) Write(r *importers.Record) error {
	if d.err != nil {
		return d.err
	}
	if d.n++; d.n&1023 == 0 && d.ctx.Err() != nil {
		d.err = d.ctx.Err()
		return d.err
	}
	if len(r.Values) != len(d.h.Fields) {
		d.err = fmt.Errorf("dxf: write: a record has %d values for %d fields", len(r.Values), len(d.h.Fields))
		return d.err
	}
	if len(r.Geometry) == 0 {
		d.empty++
		return nil
	}
	layer := d.names[0]
	if i := d.layerField; i >= 0 && r.Values[i].Valid {
		layer = layerName(string(r.Values[i].Bytes))
		if len(d.names) >= maxWrittenLayers && !d.layers[layer] {
			layer = d.names[0]
		}
		d.layer(layer)
	}
	d.properties(r)
	d.buf = d.buf[:0]
	if err := d.geometry(r.Geometry, layer); err != nil {
		d.err = fmt.Errorf("dxf: write: %w", err)
		return d.err
	}
	if _, err := d.w.Write(d.buf); err != nil {
		d.err = fmt.Errorf("dxf: write: %w", err)
	}
	return d.err
}

// Close implements importers.Writer.
func (d *drawer) Close() error {
	err := d.err
	if err == nil {
		err = d.ctx.Err()
	}
	if err == nil {
		err = d.finish()
	}
	return errors.Join(err, d.spool.Close(), os.Remove(d.spool.Name()))
}

func (d *drawer) finish() error {
	if err := d.w.Flush(); err != nil {
		return fmt.Errorf("dxf: write: %w", err)
	}
	if _, err := d.spool.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("dxf: write: %w", err)
	}
	d.buf = d.head(d.buf[:0])
	if _, err := d.out.Write(d.buf); err != nil {
		return fmt.Errorf("dxf: write: %w", err)
	}
	if _, err := io.Copy(d.out, d.spool); err != nil {
		return fmt.Errorf("dxf: write: %w", err)
	}
	if _, err := d.out.Write(d.tail(d.buf[:0])); err != nil {
		return fmt.Errorf("dxf: write: %w", err)
	}
	return nil
}

// metres tells whether the coordinates are in metres and not in degrees.
func (d *drawer) metres() bool {
	if s, ok := crs.Lookup(d.h.SRID); ok {
		return !s.Geographic
	}
	return d.h.SRID != 0 && !strings.HasPrefix(strings.TrimSpace(d.h.WKT), "GEOGCS")
}

func appendGroup(dst []byte, code int, value string) []byte {
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, '\n')
	dst = append(dst, value...)
	return append(dst, '\n')
}

func appendInt(dst []byte, code int, v int64) []byte {
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, '\n')
	dst = strconv.AppendInt(dst, v, 10)
	return append(dst, '\n')
}

func appendHandle(dst []byte, code int, v int64) []byte {
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, '\n')
	for _, c := range strconv.AppendInt(nil, v, 16) {
		if c >= 'a' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return append(dst, '\n')
}

// appendNumber writes the shortest text that reads back as the same number.
func appendNumber(dst []byte, code int, v float64) []byte {
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, '\n')
	from := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
	whole := true
	for _, c := range dst[from:] {
		whole = whole && c != '.'
	}
	if whole {
		dst = append(dst, ".0"...)
	}
	return append(dst, '\n')
}
