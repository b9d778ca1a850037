package geoparquet

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// A row group ends at so many rows or bytes, whichever comes first.
const (
	groupRows  = 64 << 10
	groupBytes = 24 << 20
)

// Exporter writes GeoParquet 1.1: geometry as WKB, compressed with zstd.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "geoparquet" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".parquet", ".geoparquet"} }

// MediaType implements importers.Exporter (registered with IANA, 2024).
func (Exporter) MediaType() string { return "application/vnd.apache.parquet" }

// WithoutIDs implements importers.WithoutIDs.
func (Exporter) WithoutIDs() {}

// Create implements importers.Exporter. Memory is one row group; scratch is not
// used. A collection without geometry becomes plain Parquet.
func (Exporter) Create(ctx context.Context, w io.Writer, _ string, h *importers.Header) (importers.Writer, error) {
	out := &writer{ctx: ctx, h: *h, box: spatial.EmptyEnvelope(h.SRID)}
	var nodes schema.FieldList
	add := func(name string, t spatial.FieldType) error {
		n, err := nodeOf(name, t)
		if err == nil {
			nodes = append(nodes, n)
			out.columns = append(out.columns, &column{kind: t})
		}
		return err
	}
	used := map[string]bool{}
	for _, f := range h.Fields {
		used[f.Name] = true
		if err := add(f.Name, f.Type); err != nil {
			return nil, fmt.Errorf("geoparquet: export: %w", err)
		}
	}
	if h.Geometry != spatial.GeometryNone {
		out.geometry = "geometry"
		for used[out.geometry] {
			out.geometry += "_"
		}
		if err := add(out.geometry, ""); err != nil {
			return nil, fmt.Errorf("geoparquet: export: %w", err)
		}
	}
	if len(nodes) == 0 {
		return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "geoparquet: export", Message: "Parquet needs a column; the collection has neither fields nor geometry"}
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	if err != nil {
		return nil, fmt.Errorf("geoparquet: export: %w", err)
	}
	options := []parquet.WriterProperty{parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCreatedBy("gisd"),
		parquet.WithVersion(parquet.V2_LATEST), parquet.WithDictionaryPageSizeLimit(256 << 10)}
	if out.geometry != "" { // each is another, and their order says nothing
		options = append(options, parquet.WithDictionaryFor(out.geometry, false), parquet.WithStatsFor(out.geometry, false))
	}
	out.w, err = file.NewParquetWriterWithError(struct{ io.Writer }{w}, root, // the library would close w
		file.WithWriterProps(parquet.NewWriterProperties(options...)),
		file.WithWriteMetadata(metadata.NewKeyValueMetadata()))
	if err != nil {
		return nil, fmt.Errorf("geoparquet: export: %w", err)
	}
	return out, nil
}

type writer struct {
	ctx      context.Context //nolint:containedctx // Create's context bounds the whole file
	w        *file.Writer
	h        importers.Header
	columns  []*column // of the fields, then the geometry
	geometry string    // name of its column, "" without
	kinds    uint32    // bit set of the geometry types
	box      spatial.Envelope
	rows     int
	bytes    int
	iso      []byte
	err      error
}

// Write implements importers.Writer.
func (w *writer) Write(r *importers.Record) error {
	if w.err == nil {
		w.err = w.write(r)
	}
	return w.err
}

func (w *writer) write(r *importers.Record) error {
	for i := range r.Values {
		w.columns[i].add(&r.Values[i])
		w.bytes += 16 + len(r.Values[i].Bytes)
	}
	if w.geometry != "" {
		var v importers.Value
		if len(r.Geometry) > 0 {
			var in wkb.Info
			if err := wkb.Inspect(r.Geometry, w.h.Dimensions, &in); err != nil {
				return fmt.Errorf("geoparquet: export record %d: %w", r.Number, err)
			}
			w.kinds |= 1 << in.Kind
			if !in.Empty() && in.MinX <= in.MaxX {
				w.box = w.box.Extend(in.MinX, in.MinY).Extend(in.MaxX, in.MaxY)
			}
			w.iso = appendISO(w.iso[:0], r.Geometry, wkb.Stride(w.h.Dimensions))
			v = importers.Value{Valid: true, Bytes: w.iso}
		}
		w.columns[len(w.columns)-1].add(&v)
		w.bytes += 16 + len(v.Bytes)
	}
	w.rows++
	if w.rows >= groupRows || w.bytes >= groupBytes {
		return w.flush()
	}
	return nil
}

// flush writes a row group.
func (w *writer) flush() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.rows == 0 {
		return nil
	}
	group, err := w.w.AppendRowGroupChecked()
	if err != nil {
		return fmt.Errorf("geoparquet: export: %w", err)
	}
	for _, c := range w.columns {
		out, err := group.NextColumn()
		if err == nil {
			err = c.write(out)
		}
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			return fmt.Errorf("geoparquet: export: %w", err)
		}
	}
	w.rows, w.bytes = 0, 0
	if err := group.Close(); err != nil {
		return fmt.Errorf("geoparquet: export: %w", err)
	}
	return nil
}

// Close implements importers.Writer.
func (w *writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.flush(); err != nil {
		return err
	}
	if w.geometry != "" {
		if err := w.writeMetadata(); err != nil {
			return fmt.Errorf("geoparquet: export: %w", err)
		}
	}
	if err := w.w.Close(); err != nil {
		return fmt.Errorf("geoparquet: export: %w", err)
	}
	return nil
}

// writeMetadata writes the member geo (GeoParquet 1.1), which knows all of the
// file by now.
func (w *writer) writeMetadata() error {
	c := object{"encoding": "WKB", "geometry_types": w.types()}
	text, absent := projjson(w.h.SRID)
	if !absent {
		c["crs"] = text
	}
	if string(text) == "null" {
		if w.h.SRID > 0 && w.h.SRID < 990000 {
			if err := w.w.AppendKeyValueMetadata(keyCRS, w.h.SRID.String()); err != nil {
				return err
			}
		}
		if w.h.WKT != "" {
			if err := w.w.AppendKeyValueMetadata(keyWKT, w.h.WKT); err != nil {
				return err
			}
		}
	}
	if !w.box.Empty() {
		c["bbox"] = []float64{w.box.MinX, w.box.MinY, w.box.MaxX, w.box.MaxY}
	}
	b, err := json.Marshal(object{"version": "1.1.0", "primary_column": w.geometry, "columns": object{w.geometry: c}})
	if err != nil {
		return err
	}
	return w.w.AppendKeyValueMetadata("geo", string(b))
}

// types lists the geometry types that occur: "Polygon", "MultiPolygon Z".
func (w *writer) types() []string {
	names := []string{"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}
	suffix := ""
	if d := string(w.h.Dimensions); len(d) > 2 {
		suffix = " " + d[2:]
	}
	found := []string{}
	for kind := wkb.Point; kind <= wkb.GeometryCollection; kind++ {
		if w.kinds&(1<<kind) != 0 {
			found = append(found, names[kind]+suffix)
		}
	}
	slices.Sort(found)
	return found
}

// appendISO appends an inspected EWKB geometry as ISO WKB: the flags of the type
// word become thousands (OGC 06-103r4 §8.2.3).
func appendISO(dst, ewkb []byte, stride int) []byte {
	from := len(dst)
	dst = append(dst, ewkb...)
	if stride > 2 {
		b := dst[from:]
		rewrite(&b, 8*stride)
	}
	return dst
}

// rewrite goes through one geometry and moves b behind it.
func rewrite(b *[]byte, position int) {
	word := binary.LittleEndian.Uint32((*b)[1:])
	kind := word & 0xff
	iso := kind
	if word&wkb.FlagZ != 0 {
		iso += 1000
	}
	if word&wkb.FlagM != 0 {
		iso += 2000
	}
	binary.LittleEndian.PutUint32((*b)[1:], iso)
	*b = (*b)[5:]
	if kind == wkb.Point {
		*b = (*b)[position:]
		return
	}
	n := int(binary.LittleEndian.Uint32(*b))
	*b = (*b)[4:]
	switch kind {
	case wkb.LineString:
		*b = (*b)[n*position:]
	case wkb.Polygon:
		for range n {
			points := int(binary.LittleEndian.Uint32(*b))
			*b = (*b)[4+points*position:]
		}
	default:
		for range n {
			rewrite(b, position)
		}
	}
}
