package geoparquet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

const (
	columnBuffer = 64 << 10
	// maxPage bounds what one page of a column unpacks to; writers aim at 1 MiB.
	maxPage = 96 << 20
	// maxFooter bounds the file's directory, which is held in memory.
	maxFooter = 32 << 20
)

// source reads one file.
type source struct {
	file     importers.File
	f        *os.File
	r        *file.Reader
	props    *parquet.ReaderProperties
	geometry *geometryColumn
	geom     *node   // of the geometry, nil without
	columns  []*node // of the fields
	native   *native // nil for WKB and WKT
	schema   importers.Schema
	seen     atomic.Int64
	held     int // bytes of the pages in use
}

func open(ctx context.Context, in importers.File) (importers.Source, error) {
	f, err := os.Open(in.Path)
	if err != nil {
		return nil, fail(in, err)
	}
	s := &source{file: in, f: f}
	if err := s.describe(ctx); err != nil {
		return nil, errors.Join(fail(in, err), f.Close())
	}
	return s, nil
}

func (s *source) describe(ctx context.Context) error {
	if err := tail(s.f, s.file.Size); err != nil {
		return err
	}
	if err := checkFooter(s.f, s.file.Size); err != nil {
		return err
	}
	s.props = parquet.NewReaderProperties(memory.DefaultAllocator)
	s.props.BufferedStreamEnabled, s.props.BufferSize = true, columnBuffer
	s.props.MaxCompressedPageSize, s.props.MaxUncompressedPageSize = maxPage, maxPage
	var top []*node
	err := guard(func() (err error) {
		if s.r, err = file.NewParquetReader(s.f, file.WithReadProps(s.props)); err != nil {
			return err
		}
		if top, err = buildTree(s.r.MetaData().Schema); err != nil {
			return err
		}
		s.geometry = findGeometry(s.r, top)
		return nil
	})
	if err != nil {
		return err
	}
	s.schema = importers.Schema{Layer: s.file.Base(), Format: "geoparquet", GeometryType: spatial.GeometryNone, Dimensions: spatial.XY,
		Encoding: "utf-8", Count: max(s.r.NumRows(), -1), Bytes: s.file.Size}
	if err := s.settleGeometry(ctx, top); err != nil {
		return err
	}
	s.settleFields(top)
	if len(s.columns) == 0 && s.geom == nil {
		return errors.New("the file has no columns")
	}
	return nil
}

// settleFields leaves out what repeats or rivals the geometry.
func (s *source) settleFields(top []*node) {
	used := map[string]bool{}
	for _, n := range top {
		if n == s.geom || s.geometry != nil && (s.geometry.others[n.name] || n.name == s.geometry.covering) {
			continue
		}
		base := norm.NFC.String(string(encodings.UTF8().Append(nil, []byte(n.name))))
		if base == "" {
			base = "field"
		}
		name := base
		for i := 2; used[name]; i++ {
			name = fmt.Sprintf("%s_%d", base, i)
		}
		used[name] = true
		t := spatial.FieldJSON
		if n.form == formLeaf {
			t = n.leaves[0].meaning.fieldType()
		}
		s.columns = append(s.columns, n)
		s.schema.Fields = append(s.schema.Fields, importers.FieldInfo{Name: name, Type: t})
	}
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return s.f.Close() }

// Position implements importers.Positioned.
func (s *source) Position() int64 { return s.seen.Load() }

// each goes through the rows of all row groups with the leaves of the nodes.
func (s *source) each(ctx context.Context, nodes []*node, visit func(row int64) error) (err error) {
	defer func() {
		for _, n := range nodes {
			for _, l := range n.leaves {
				err = errors.Join(err, l.close())
			}
		}
	}()
	row, total := int64(0), max(s.r.NumRows(), 1)
	s.seen.Store(0)
	for g := range s.r.NumRowGroups() {
		rows := int64(0)
		err := guard(func() error {
			rows = s.r.MetaData().RowGroup(g).NumRows()
			return nil
		})
		if err != nil {
			return err
		}
		if rows == 0 {
			continue
		}
		s.held = 0
		for _, n := range nodes {
			for _, l := range n.leaves {
				if err := l.open(s, g); err != nil {
					return err
				}
			}
		}
		for range rows {
			if row++; row&1023 == 1 {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				s.seen.Store(int64(float64(s.file.Size) * (float64(row) / float64(total))))
			}
			if err := visit(row); err != nil {
				return err
			}
		}
	}
	s.seen.Store(s.file.Size)
	return nil
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	dec := encodings.UTF8()
	r := reader{s: s, values: make([]importers.Value, len(s.columns)), decoder: decoder{dec: dec}, json: nested{decoder: decoder{dec: dec}}}
	nodes := s.columns
	if s.geom != nil {
		nodes = append(nodes[:len(nodes):len(nodes)], s.geom)
	}
	var failed error
	err := s.each(ctx, nodes, func(row int64) error {
		r.rec = importers.Record{Number: row, Values: r.values}
		if err := r.fill(); err != nil {
			return err
		}
		failed = emit(&r.rec)
		return failed
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return fail(s.file, err)
	}
	return nil
}
