package shapefile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// parts are the files of one Shapefile; shp or dbf may be missing.
type parts struct {
	name          string // base name
	file          string // the name to show
	shp, shx, dbf string // paths
	prj, cpg      string
	memo          string // .dbt or .fpt
	bytes         int64
}

// source reads one Shapefile or dBASE table.
type source struct {
	parts  parts
	shp    *shp // nil for a table
	dbf    *dbf // nil without attributes
	schema importers.Schema
}

func open(p parts, o importers.SourceOptions) (importers.Source, error) {
	s := &source{parts: p}
	if err := s.open(o); err != nil {
		return nil, errors.Join(fail(p.file, err), s.Close())
	}
	return s, nil
}

func fail(file string, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "shapefile: read", Message: fmt.Sprintf("%s: %v", file, err), Err: err}
}

func (s *source) open(o importers.SourceOptions) error {
	s.schema = importers.Schema{Layer: s.parts.name, Format: "shapefile", GeometryType: spatial.GeometryNone,
		Dimensions: spatial.XY, Encoding: "none", Count: -1, Bytes: s.parts.bytes}
	var err error
	if s.parts.shp != "" {
		if s.shp, err = openShp(s.parts.shp, s.parts.shx); err != nil {
			return err
		}
		s.schema.GeometryType = geometryOf(s.shp.kind)
		if s.schema.Dimensions, err = s.shp.dimensions(); err != nil {
			return err
		}
		s.schema.Count = int64(s.shp.count)
	}
	if s.parts.prj != "" {
		wkt, err := os.ReadFile(s.parts.prj)
		if err != nil {
			return err
		}
		s.schema.CRS.WKT = strings.TrimSpace(strings.TrimPrefix(string(wkt), "\ufeff"))
	}
	if s.parts.dbf == "" {
		s.schema.Notes = append(s.schema.Notes, spatial.Text{VI: "không có tệp .dbf: chỉ có hình học", EN: "no .dbf: geometry alone"})
		return nil
	}
	if s.dbf, err = openDbf(s.parts.dbf); err != nil {
		return err
	}
	if err := s.dbf.whole(s.shp != nil); err != nil {
		return err
	}
	if s.parts.memo != "" && s.dbf.hasMemos() {
		if s.dbf.memo, err = openMemo(s.parts.memo); err != nil {
			return err
		}
	}
	if err := s.dbf.settle(declaredEncoding(s.parts.cpg), o.Encoding); err != nil {
		return err
	}
	s.schema.Encoding, s.schema.EncodingReason = s.dbf.encoding()
	for i := range s.dbf.cols {
		c := &s.dbf.cols[i]
		s.schema.Fields = append(s.schema.Fields, c.field)
		if c.isMemo() && !s.dbf.texts(c) {
			s.schema.Notes = append(s.schema.Notes, memoNote(c, s.dbf.memo == nil))
		}
	}
	if s.shp == nil {
		s.schema.Count = int64(s.dbf.rows)
	}
	return nil
}

func declaredEncoding(path string) string {
	if path == "" {
		return ""
	}
	b, err := os.ReadFile(path)
	if err != nil || len(b) > 200 {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(string(b), "\ufeff"))
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error {
	var errs []error
	if s.shp != nil {
		errs = append(errs, s.shp.close())
	}
	if s.dbf != nil {
		errs = append(errs, s.dbf.w.close(), s.dbf.memo.close())
	}
	return errors.Join(errs...)
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	r := reader{s: s, emit: emit, build: builder{dims: s.schema.Dimensions}}
	if s.dbf != nil {
		s.dbf.memo.begin()
		r.values = values{d: s.dbf, out: make([]importers.Value, len(s.dbf.cols))}
	}
	if s.shp == nil {
		return r.table(ctx)
	}
	if err := r.shapes(ctx); err != nil {
		return r.explain(err)
	}
	return nil
}

// explain names the file in errors that are the file's; the receiver's own pass.
func (r *reader) explain(err error) error {
	if r.emitErr != nil {
		return r.emitErr
	}
	return fail(r.s.parts.file, err)
}

type reader struct {
	s       *source
	emit    func(*importers.Record) error
	emitErr error
	build   builder
	values  values
	geom    []byte
	rec     importers.Record
}

func (r *reader) shapes(ctx context.Context) error {
	c := r.s.shp.begin()
	for i := 0; ; i++ {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		content, ok, err := c.next()
		if err != nil {
			return err
		}
		if !ok {
			return r.complete(i)
		}
		if err := r.record(i, content); err != nil {
			return err
		}
	}
}

// complete notices a .shp that ends before its table does: without an index a
// file cut between two records looks whole otherwise.
func (r *reader) complete(read int) error {
	d := r.s.dbf
	if r.s.shp.index != nil || d == nil || d.rows <= read {
		return nil
	}
	return fmt.Errorf("the .shp file ends after %d records, its table has %d: %w", read, d.rows, errShort)
}

func (r *reader) record(i int, content []byte) error {
	r.rec = importers.Record{Number: int64(i) + 1}
	if d := r.s.dbf; d != nil {
		row, deleted, err := d.row(i)
		if err != nil {
			return err
		}
		if deleted {
			return nil
		}
		r.values.row(row)
		r.rec.Values, r.rec.Lost = r.values.out, r.values.lost
		if row == nil && len(d.cols) > 0 {
			r.rec.Lost = append(r.rec.Lost, importers.RecordError{Reason: spatial.Text{
				VI: "bảng .dbf không có hàng cho bản ghi này, thuộc tính để trống",
				EN: "the .dbf has no row for this record; its attributes are left empty",
			}})
		}
	}
	sh, err := parseShape(content)
	if err == nil {
		r.geom, err = r.build.append(r.geom[:0], &sh)
	}
	if err != nil {
		r.rec.Err = &importers.RecordError{Reason: spatial.Text{VI: "hình học hỏng: " + err.Error(), EN: "the geometry is damaged: " + err.Error()}}
	} else if len(r.geom) > 0 {
		r.rec.Geometry = r.geom
	}
	r.emitErr = r.emit(&r.rec)
	return r.emitErr
}

func (r *reader) table(ctx context.Context) error {
	for i := range r.s.dbf.rows {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		row, deleted, err := r.s.dbf.row(i)
		if err != nil {
			return fail(r.s.parts.file, err)
		}
		if deleted {
			continue
		}
		r.values.row(row)
		r.rec = importers.Record{Number: int64(i) + 1, Values: r.values.out, Lost: r.values.lost}
		if err := r.emit(&r.rec); err != nil {
			return err
		}
	}
	return nil
}
