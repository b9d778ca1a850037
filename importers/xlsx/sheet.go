package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"gisd/importers/table"
	"gisd/importers/wkb"
)

const (
	maxRow = 1 << 20 // rows of a sheet (ECMA-376 Part 1 §18.3.1.73, as Excel bounds it)
	// maxColumn is what a table can have; cells beyond it that are only
	// formatted do not count.
	maxColumn = 1500
)

// sheet reads the rows of one sheet that have a value.
type sheet struct {
	w     *workbook
	part  io.ReadCloser
	t     *tokens
	cells []table.Cell // of the current row, valid until the next
	row   int          // its number
	bytes []byte       // backs the cells
	raw   []byte       // the value of the current cell as it stands
	done  bool
	value bool // the row has one
}

func (w *workbook) sheet(part string) (*sheet, error) {
	r, err := w.part(part)
	if err != nil {
		return nil, err
	}
	return &sheet{w: w, part: r, t: newTokens(r)}, nil
}

func (s *sheet) close() error { return s.part.Close() }

// next reads up to the end of the next row with a value; ok is false at the end.
func (s *sheet) next() (ok bool, err error) {
	for !s.done {
		err := s.t.next()
		if errors.Is(err, io.EOF) {
			s.done = true
			break
		}
		if err != nil {
			return false, err
		}
		switch string(s.t.name) {
		case "sheetData":
			s.done = s.t.end
		case "row":
			if s.t.end {
				continue
			}
			s.row++
			if n, err := strconv.Atoi(string(s.t.attr("r"))); err == nil && n >= s.row {
				s.row = n
			}
			if s.row > maxRow {
				return false, fmt.Errorf("row %d is beyond the last row of a sheet", s.row)
			}
			if s.t.empty {
				continue
			}
			if err := s.readRow(); err != nil {
				return false, err
			}
			if s.value {
				return true, nil
			}
		}
	}
	return false, nil
}

func (s *sheet) readRow() error {
	s.cells, s.bytes, s.value = s.cells[:0], s.bytes[:0], false
	column := -1
	for {
		if err := s.t.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
		switch {
		case string(s.t.name) == "row" && s.t.end:
			return nil
		case string(s.t.name) != "c" || s.t.end:
			continue
		}
		column++
		if n, ok := columnOf(s.t.attr("r")); ok && n >= column {
			column = n
		}
		cell, err := s.readCell()
		if err != nil {
			return err
		}
		if empty := len(bytes.TrimSpace(cell.Text)) == 0; empty && (!cell.Void || column >= maxColumn) {
			continue
		} else if !empty {
			s.value = true
		}
		if column >= maxColumn {
			return fmt.Errorf("row %d has a value in column %d; a table can have %d columns", s.row, column+1, maxColumn)
		}
		for len(s.cells) < column {
			s.cells = append(s.cells, table.Cell{})
		}
		s.cells = append(s.cells[:column], cell)
	}
}

// columnOf reads the letters of a reference: "AB12" is 27.
func columnOf(ref []byte) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, i > 0 && n <= 1<<14
}

func (s *sheet) readCell() (table.Cell, error) {
	kind := string(s.t.attr("t"))
	style := -1
	if n, err := strconv.Atoi(string(s.t.attr("s"))); err == nil {
		style = n
	}
	s.raw = s.raw[:0]
	if s.t.empty {
		return table.Cell{}, nil
	}
	wanted, phonetic, formula, stored := false, false, false, false
	for {
		if err := s.t.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return table.Cell{}, io.ErrUnexpectedEOF
			}
			return table.Cell{}, err
		}
		if wanted {
			if s.raw = append(s.raw, s.t.text...); len(s.raw) > maxToken {
				return table.Cell{}, fmt.Errorf("a cell of row %d is longer than any cell may be", s.row)
			}
		}
		switch string(s.t.name) {
		case "c":
			if s.t.end {
				if formula && len(s.raw) == 0 && (kind != "str" || !stored) { // empty text is a value
					return table.Cell{Void: true}, nil
				}
				return s.cell(kind, style), nil
			}
		case "v", "t":
			stored = true
			wanted = !s.t.end && !s.t.empty && !phonetic
		case "rPh":
			phonetic = !s.t.end && !s.t.empty
		case "f":
			wanted, formula = false, true
		}
	}
}

// cell turns what a cell stores into text (ECMA-376 Part 1 §18.18.11).
func (s *sheet) cell(kind string, style int) table.Cell {
	from := len(s.bytes)
	switch kind {
	case "s":
		i, err := strconv.Atoi(string(bytes.TrimSpace(s.raw)))
		if err != nil {
			return table.Cell{}
		}
		text, ok := s.w.texts.at(i)
		if !ok {
			return table.Cell{Text: []byte("#REF!"), Fault: true}
		}
		s.bytes = append(s.bytes, text...)
	case "str", "inlineStr":
		s.bytes = appendText(s.bytes, s.raw)
	case "b":
		word := "FALSE"
		if string(bytes.TrimSpace(s.raw)) == "1" {
			word = "TRUE"
		}
		return table.Cell{Text: []byte(word)}
	case "e":
		return table.Cell{Text: appendText(nil, s.raw), Fault: true}
	case "d":
		s.bytes = appendText(s.bytes, s.raw)
		return table.Cell{Text: s.bytes[from:]}
	default:
		quoted := s.number(style)
		return table.Cell{Text: s.bytes[from:], Quoted: quoted}
	}
	return table.Cell{Text: s.bytes[from:], Quoted: true}
}

// number appends a number as its format means it: a date, a code with leading
// zeros (which is text), or a number in its shortest form.
func (s *sheet) number(style int) (text bool) {
	raw := bytes.TrimSpace(s.raw)
	f := format{}
	if style >= 0 && style < len(s.w.formats) {
		f = s.w.formats[style]
	}
	if !f.date && !f.clock && f.zeros == 0 && len(raw) <= 15 && bytes.IndexByte(raw, 'E') < 0 {
		s.bytes = append(s.bytes, raw...)
		return false
	}
	v, n := wkb.ParseFloat(raw)
	if n == 0 || n != len(raw) {
		s.bytes = append(s.bytes, raw...)
		return false
	}
	if f.date || f.clock {
		if out, ok := appendSerial(s.bytes, v, f, s.w.since); ok {
			s.bytes = out
			return false
		}
	}
	if f.zeros > 0 && v >= 0 && v < 1e15 && v == float64(int64(v)) {
		digits := strconv.FormatInt(int64(v), 10)
		for i := len(digits); i < f.zeros; i++ {
			s.bytes = append(s.bytes, '0')
		}
		s.bytes = append(s.bytes, digits...)
		return len(digits) < f.zeros
	}
	s.bytes = wkb.AppendDecimal(s.bytes, v)
	return false
}
