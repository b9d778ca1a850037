package xlsx

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/table"
	"gisd/spatial"
)

// headRows are kept to find the heading among.
const headRows = 60

// source reads one sheet. A first pass over all of it settles the schema.
type source struct {
	file    importers.File
	info    sheetInfo
	book    *workbook
	heading table.Heading
	first   int // number of the first row of the table
	last    int // of the last
	layout  *table.Layout
	schema  importers.Schema
	rows    atomic.Int64
	total   int64
}

func open(ctx context.Context, f importers.File, info sheetInfo, o importers.SourceOptions) (importers.Source, error) {
	s := &source{file: f, info: info}
	var err error
	if s.book, err = openWorkbook(f.Path); err == nil {
		err = s.book.load()
	}
	if err == nil {
		err = s.survey(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(fail(f.Name, err), s.Close())
	}
	return s, nil
}

func fail(file string, err error) error {
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return &spatial.Error{Code: e.Code, Op: e.Op, Message: file + ": " + e.Message, Err: e.Err}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "xlsx: read", Message: fmt.Sprintf("%s: %v", file, err), Err: err}
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error {
	if s.book == nil {
		return nil
	}
	return s.book.close()
}

// Position implements importers.Positioned: the share of rows, as bytes.
func (s *source) Position() int64 {
	if s.total == 0 {
		return 0
	}
	return int64(float64(s.file.Size) * float64(s.rows.Load()) / float64(s.total))
}

// firstRows copies the first rows of a sheet.
func firstRows(sh *sheet) (rows []heldRow, err error) {
	for len(rows) < headRows {
		ok, err := sh.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		var h heldRow
		h.keep(sh.row, sh.cells)
		rows = append(rows, h)
	}
	return rows, nil
}

func headingOf(rows []heldRow) table.Heading {
	cells := make([][]table.Cell, len(rows))
	for i := range rows {
		cells[i] = rows[i].cells
	}
	return table.FindHeading(cells, false)
}

// survey is the first pass.
func (s *source) survey(ctx context.Context, o importers.SourceOptions) error {
	sh, err := s.book.sheet(s.info.part)
	if err != nil {
		return err
	}
	defer sh.close()
	rows, err := firstRows(sh)
	if err != nil {
		return err
	}
	s.heading = headingOf(rows)
	hints := table.Hints{X: o.XColumn, Y: o.YColumn, Geometry: o.GeometryColumn, AsNamed: o.AxesAsNamed}
	v := table.NewSurvey(s.heading.Names, hints, true)
	if missing := v.Missing(); len(missing) > 0 {
		return spatial.Invalid("xlsx: open", fmt.Sprintf("sheet %q has no column %q; its columns are %s", s.info.name, missing[0], strings.Join(v.Names(), ", ")))
	}
	held := tail{}
	add := func(number int, cells []table.Cell) {
		if out := held.push(number, cells); out != nil {
			v.Row(out.cells)
			s.last = out.number
		}
	}
	skip := s.heading.First + s.heading.Rows + s.heading.Skip
	for i := skip; i < len(rows); i++ {
		if s.first == 0 {
			s.first = rows[i].number
		}
		add(rows[i].number, rows[i].cells)
	}
	for n := 0; len(rows) == headRows; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := sh.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		add(sh.row, sh.cells)
	}
	for i := range held.records(len(v.Names())) {
		v.Row(held.get(i).cells)
		s.last = held.get(i).number
	}
	s.settle(v)
	return nil
}

func (s *source) settle(v *table.Survey) {
	l := v.Settle(table.Settings{PreferComma: true, MarkedIsText: true})
	s.layout, s.total = l, v.Rows()
	s.schema = importers.Schema{Layer: s.info.name, Format: "xlsx", GeometryType: l.Geometry, Dimensions: l.Dimensions, CRS: l.CRS,
		Encoding: "utf-8", Fields: l.Fields, Count: l.Records, Bytes: s.file.Size, Notes: l.Notes}
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	sh, err := s.book.sheet(s.info.part)
	if err != nil {
		return fail(s.file.Name, err)
	}
	defer sh.close()
	s.rows.Store(0)
	var refused error // the receiver's error passes as it is
	b := s.layout.Builder(func(r *importers.Record) error {
		refused = emit(r)
		return refused
	})
	err = s.read(ctx, sh, b)
	if err == nil {
		err = b.Close()
	}
	if refused != nil {
		return refused
	}
	if err != nil {
		return fail(s.file.Name, err)
	}
	return nil
}

func (s *source) read(ctx context.Context, sh *sheet, b *table.Builder) error {
	for n := 0; s.last > 0; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := sh.next()
		if err != nil || !ok || sh.row > s.last {
			return err
		}
		if sh.row < s.first {
			continue
		}
		s.rows.Add(1)
		if err := b.Row(int64(sh.row), sh.cells); err != nil {
			return err
		}
	}
	return ctx.Err()
}
