package flatgeobuf

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Exporter writes FlatGeobuf with a spatial index.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "flatgeobuf" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".fgb"} }

// MediaType implements importers.Exporter; the format has registered none.
func (Exporter) MediaType() string { return "application/vnd.flatgeobuf" }

// WithoutIDs implements importers.WithoutIDs.
func (Exporter) WithoutIDs() {}

// Create implements importers.Exporter. The features are collected in scratch,
// which holds about as much as the file will: the index comes before them and
// their order is that of the index. Memory is some eleven bytes a feature.
func (Exporter) Create(ctx context.Context, w io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	if len(h.Fields) > maxFields {
		return nil, unsupported(fmt.Sprintf("%d columns are written at most, the collection has %d", maxFields, len(h.Fields)))
	}
	features, err := os.Create(filepath.Join(scratch, "features"))
	if err != nil {
		return nil, fmt.Errorf("flatgeobuf: export: %w", err)
	}
	leaves, err := os.Create(filepath.Join(scratch, "leaves"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("flatgeobuf: export: %w", err), features.Close())
	}
	sorted, err := os.Create(filepath.Join(scratch, "sorted"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("flatgeobuf: export: %w", err), features.Close(), leaves.Close())
	}
	return &writer{ctx: ctx, w: w, h: *h, enc: newEncoder(h.Dimensions), extent: emptyBox(),
		features: features, leaves: leaves, sorted: sorted,
		toFeatures: bufio.NewWriterSize(features, 256<<10), toLeaves: bufio.NewWriterSize(leaves, 64<<10)}, nil
}

func unsupported(message string) error {
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: "flatgeobuf: export", Message: message}
}

func headerKind(t spatial.GeometryType) byte {
	switch t {
	case spatial.GeometryPoint:
		return wkb.Point
	case spatial.GeometryLineString:
		return wkb.LineString
	case spatial.GeometryPolygon:
		return wkb.Polygon
	case spatial.GeometryMultiPoint:
		return wkb.MultiPoint
	case spatial.GeometryMultiLineString:
		return wkb.MultiLineString
	case spatial.GeometryMultiPolygon:
		return wkb.MultiPolygon
	}
	return 0
}

func appendTime(b []byte, t spatial.FieldType, v *importers.Value) []byte {
	if t == spatial.FieldDate {
		return v.Day().AppendFormat(b, time.DateOnly)
	}
	return v.Time().AppendFormat(b, "2006-01-02T15:04:05.999999Z07:00")
}

type writer struct {
	ctx      context.Context //nolint:containedctx // Create's context bounds the whole file
	w        io.Writer
	h        importers.Header
	enc      *encoder
	features *os.File
	leaves   *os.File // in the order they came
	sorted   *os.File // in the order of the index

	toFeatures, toLeaves *bufio.Writer

	extent node
	count  int
	at     uint64
	kinds  uint32 // bit set of the geometry types
	line   []byte
	err    error
}

// Write implements importers.Writer.
func (w *writer) Write(r *importers.Record) error {
	if w.err == nil {
		w.err = w.write(r)
	}
	return w.err
}

func (w *writer) write(r *importers.Record) error {
	if w.count&1023 == 0 {
		if err := w.ctx.Err(); err != nil {
			return err
		}
	}
	box := emptyBox()
	if len(r.Geometry) > 0 {
		var in wkb.Info
		if err := wkb.Inspect(r.Geometry, w.h.Dimensions, &in); err != nil {
			return fmt.Errorf("flatgeobuf: export record %d: %w", r.Number, err)
		}
		box = boxOf(&in)
		w.kinds |= 1 << in.Kind
		w.extent.add(&box)
	}
	b := w.enc.feature(r.Geometry, w.h.Fields, r.Values)
	if len(b) > maxFeature || w.count == math.MaxInt32 {
		return unsupported("a feature is larger than 64 MiB, or there are too many")
	}
	box.offset = w.at
	w.line = binary.LittleEndian.AppendUint64(box.appendTo(w.line[:0]), uint64(len(b)))
	if _, err := w.toLeaves.Write(w.line); err != nil {
		return fmt.Errorf("flatgeobuf: export: %w", err)
	}
	if _, err := w.toFeatures.Write(b); err != nil {
		return fmt.Errorf("flatgeobuf: export: %w", err)
	}
	w.at += uint64(len(b))
	w.count++
	return nil
}

// Close implements importers.Writer.
func (w *writer) Close() error {
	err := w.err
	if err == nil {
		if err = w.finish(); err != nil {
			err = fmt.Errorf("flatgeobuf: export: %w", err)
		}
	}
	return errors.Join(err, w.features.Close(), w.leaves.Close(), w.sorted.Close())
}

func (w *writer) finish() error {
	if err := errors.Join(w.toLeaves.Flush(), w.toFeatures.Flush()); err != nil {
		return err
	}
	w.settleKind()
	if err := w.sortLeaves(); err != nil {
		return err
	}
	index := w.count > 0 && !w.extent.empty()
	out := bufio.NewWriterSize(w.w, 256<<10)
	if _, err := out.WriteString(magic + "\x01"); err != nil {
		return err
	}
	if _, err := out.Write(encodeHeader(&w.h, &w.extent, w.count, index)); err != nil {
		return err
	}
	if index {
		if err := w.writeIndex(out); err != nil {
			return err
		}
	}
	if err := w.copyFeatures(out); err != nil {
		return err
	}
	return out.Flush()
}

// settleKind takes back a type that the geometries do not keep: a collection of
// MultiPolygon admits a Polygon, a file's header does not.
func (w *writer) settleKind() {
	if kind := headerKind(w.h.Geometry); kind != 0 && w.kinds&^(1<<kind) != 0 {
		w.h.Geometry = spatial.GeometryAny
	}
}
