package csv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/table"
	"gisd/spatial"
)

// headRows are kept to find the heading among.
const headRows = 60

// parts are a table and the files that belong to it; paths, "" for none.
type parts struct {
	file      importers.File
	form      form
	csvt, prj string
}

// source reads one file. A first pass over all of it settles the schema.
type source struct {
	parts   parts
	heading table.Heading
	layout  *table.Layout
	schema  importers.Schema
	scan    atomic.Pointer[scanner]
	nuls    int64 // left out in the pass under way
}

func open(ctx context.Context, p parts, o importers.SourceOptions) (importers.Source, error) {
	s := &source{parts: p}
	if err := s.survey(ctx, o); err != nil {
		return nil, s.fail(err)
	}
	return s, nil
}

func (s *source) fail(err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return invalid(s.parts.file.Name, err)
}

// begin opens the file at its first record, for one pass.
func (s *source) begin() (*scanner, io.Closer, error) {
	f, err := os.Open(s.parts.file.Path)
	if err != nil {
		return nil, nil, err
	}
	if _, err := f.Seek(s.parts.form.skip, io.SeekStart); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	s.nuls = 0
	return newScanner(s.parts.form.text(f, &s.nuls), s.parts.form.d), f, nil
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return nil }

// Position implements importers.Positioned.
func (s *source) Position() int64 {
	if sc := s.scan.Load(); sc != nil {
		return min(sc.used.Load(), s.parts.file.Size)
	}
	return 0
}

// Read implements importers.Source.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	sc, file, err := s.begin()
	if err != nil {
		return s.fail(err)
	}
	defer file.Close()
	s.scan.Store(sc)
	var refused error // the receiver's error passes as it is
	b := s.layout.Builder(func(r *importers.Record) error {
		refused = emit(r)
		return refused
	})
	err = s.rows(ctx, sc, b)
	if err == nil {
		err = b.Close()
	}
	if refused != nil {
		return refused
	}
	if err != nil {
		return s.fail(err)
	}
	return nil
}

func (s *source) rows(ctx context.Context, sc *scanner, b *table.Builder) error {
	skip := s.heading.First + s.heading.Rows + s.heading.Skip
	for n := 0; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := sc.next()
		if err != nil || !ok {
			return err
		}
		if n < skip {
			continue
		}
		if fault := broken(sc); fault != nil {
			err = b.Broken(sc.line, sc.cells, *fault)
		} else {
			err = b.Row(sc.line, sc.cells)
		}
		if err != nil {
			return err
		}
	}
}

func nulNote(n int64) spatial.Text {
	return spatial.Text{
		VI: fmt.Sprintf("tệp có %d byte NUL, là byte không văn bản nào có, và chúng bị bỏ đi; có thể tệp chưa được ghi xong hoặc bị hỏng khi chép", n),
		EN: fmt.Sprintf("the file has NUL bytes, which no text has, and they are left out: %d; it may not have been written to its end, or was damaged in copying", n),
	}
}

// broken says why a record cannot be taken; nil is none. A quote that is never
// closed swallows lines that were meant as records.
func broken(sc *scanner) *importers.RecordError {
	switch {
	case sc.tooLong:
		return &importers.RecordError{Raw: importers.Shorten(sc.cells[0].Text), Reason: spatial.Text{
			VI: fmt.Sprintf("bản ghi bắt đầu ở dòng %d dài hơn %d MiB; có thể thiếu dấu nháy đóng", sc.line, maxRecord>>20),
			EN: fmt.Sprintf("the record that begins in line %d is longer than %d MiB; a closing quote may be missing", sc.line, maxRecord>>20),
		}}
	case sc.crowded:
		return &importers.RecordError{Reason: spatial.Text{
			VI: fmt.Sprintf("bản ghi có hơn %d giá trị", maxCells), EN: fmt.Sprintf("the record has more than %d values", maxCells),
		}}
	case sc.open && sc.lines > sc.line:
		return &importers.RecordError{Raw: importers.Shorten(sc.cells[len(sc.cells)-1].Text), Reason: spatial.Text{
			VI: fmt.Sprintf("dấu nháy mở ở bản ghi dòng %d không được đóng đến hết tệp", sc.line),
			EN: fmt.Sprintf("a quote opened in the record of line %d is not closed to the end of the file", sc.line),
		}}
	}
	return nil
}

// spatial tells from the beginning of the file whether there is geometry.
func (p parts) spatial() bool {
	s := &source{parts: p}
	sc, file, err := s.begin()
	if err != nil {
		return false
	}
	defer file.Close()
	rows, err := firstRows(sc)
	if err != nil || len(rows) == 0 {
		return false
	}
	s.findHeading(rows)
	survey := table.NewSurvey(s.heading.Names, table.Hints{}, false)
	for _, r := range rows[s.heading.First+s.heading.Rows+s.heading.Skip:] {
		survey.Row(r)
	}
	return survey.Settle(table.Settings{PreferComma: p.form.d.delimiter != ','}).Geometry != spatial.GeometryNone
}

// firstRows copies the first records, up to 8 MiB of them.
func firstRows(sc *scanner) (rows [][]table.Cell, err error) {
	for size := 0; len(rows) < headRows && size < 8<<20; {
		ok, err := sc.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if broken(sc) != nil {
			rows = append(rows, nil) // keeps its place
			continue
		}
		row := make([]table.Cell, len(sc.cells))
		for i, c := range sc.cells {
			row[i] = table.Cell{Text: append([]byte(nil), c.Text...), Quoted: c.Quoted}
			size += len(c.Text)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// survey is the first pass.
func (s *source) survey(ctx context.Context, o importers.SourceOptions) error {
	sc, file, err := s.begin()
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := firstRows(sc)
	if err != nil {
		return err
	}
	s.findHeading(rows)
	if len(s.heading.Names) > 1500 {
		return fmt.Errorf("the first rows have %d values; a table can have 1500 columns", len(s.heading.Names))
	}
	text := newTexts(len(s.heading.Names), s.parts.form, o.Encoding)
	if err := s.headingNames(text, rows); err != nil {
		return err
	}
	hints := table.Hints{X: o.XColumn, Y: o.YColumn, Geometry: o.GeometryColumn, AsNamed: o.AxesAsNamed}
	v := table.NewSurvey(s.heading.Names, hints, false)
	if missing := v.Missing(); len(missing) > 0 {
		return spatial.Invalid("csv: open", fmt.Sprintf("%s has no column %q; its columns are %s", s.parts.file.Name, missing[0], strings.Join(v.Names(), ", ")))
	}
	for _, r := range rows[min(len(rows), s.heading.First+s.heading.Rows+s.heading.Skip):] {
		if r == nil {
			v.Skip()
			continue
		}
		v.Row(r)
		text.see(r)
	}
	for n := 0; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		ok, err := sc.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if broken(sc) != nil {
			v.Skip()
			continue
		}
		v.Row(sc.cells)
		text.see(sc.cells)
	}
	return s.settle(v, text)
}

// headingNames decodes the names, which may be in another encoding than ASCII.
func (s *source) headingNames(t *texts, rows [][]table.Cell) error {
	h := &s.heading
	if h.Rows == 0 {
		return nil
	}
	raw := rows[h.First : h.First+h.Rows]
	for _, r := range raw {
		for i := range r {
			t.heading = append(append(t.heading, ' '), r[i].Text...)
		}
	}
	dec := t.headingDecoder()
	for _, r := range raw {
		for i := range r {
			r[i].Text = dec.Append(nil, r[i].Text)
		}
	}
	s.findHeading(rows)
	return nil
}

// findHeading bounds the columns by the names there are, or by what most records
// have: a longer record is at fault.
func (s *source) findHeading(rows [][]table.Cell) {
	s.heading = table.FindHeading(rows, true)
	h := &s.heading
	if h.Rows == 0 {
		return
	}
	width := s.parts.form.columns
	for _, r := range rows[h.First : h.First+h.Rows] {
		width = max(width, len(r))
	}
	for len(h.Names) < width {
		h.Names = append(h.Names, "")
	}
	h.Names = h.Names[:width]
}

func (s *source) settle(v *table.Survey, t *texts) error {
	o := table.Settings{PreferComma: s.parts.form.d.delimiter != ','}
	var err error
	if s.parts.csvt != "" {
		if o.Types, err = readTypes(s.parts.csvt); err != nil {
			return err
		}
	}
	o.Choices = t.choices()
	l := v.Settle(o)
	s.layout = l
	s.schema = importers.Schema{Layer: s.parts.file.Base(), Format: "csv", GeometryType: l.Geometry, Dimensions: l.Dimensions,
		CRS: l.CRS, Fields: l.Fields, Count: l.Records, Bytes: s.parts.file.Size, Notes: l.Notes}
	if s.nuls > 0 {
		s.schema.Notes = append(s.schema.Notes, nulNote(s.nuls))
	}
	s.schema.Encoding, s.schema.EncodingReason = t.summary(l.Fields)
	if s.parts.prj != "" && l.CRS.SRID == 0 && l.Geometry != spatial.GeometryNone {
		wkt, err := os.ReadFile(s.parts.prj)
		if err != nil {
			return err
		}
		if len(wkt) < 64<<10 {
			s.schema.CRS.WKT = strings.TrimSpace(strings.TrimPrefix(string(wkt), "\ufeff"))
		}
	}
	return nil
}
