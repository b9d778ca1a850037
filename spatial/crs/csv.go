package crs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"gisd/spatial"
)

// CSVOptions say how a table of positions is read. The zero value finds the
// columns by itself.
type CSVOptions struct {
	// XColumn and YColumn name the columns of easting or longitude and of
	// northing or latitude. Empty: by the usual names in the header, else the
	// first two columns.
	XColumn, YColumn string
	// SwapXY: the columns found hold northing first, as surveys in Vietnam name
	// them (X is the northing).
	SwapXY bool
	// MaxRows bounds the data rows; one more is an error of code too_large. 0 is
	// no bound.
	MaxRows int64
	// Reject hears of each row that is not converted; nil ignores them.
	Reject func(line int, reason string)
}

// maxColumns bounds the width of a table: short rows are padded to it.
const maxColumns = 1000

// CSVReport is what was done.
type CSVReport struct {
	Rows     int64  // data rows, rejected ones included
	Rejected int64  // rows written without new coordinates
	X, Y     string // the columns used, by name, or by number from 1 without a header
}

// CSV copies a table from r to w and adds two columns with the position in the
// target system, with its usual decimals: lon, lat or easting, northing or x,
// y, with the SRID behind where the table has such columns already. The
// delimiter (comma, semicolon, tab) and the header are recognised; numbers may
// have a decimal comma where the delimiter is another. A row whose position
// does not pass Checked gets empty columns and is reported.
//
// It streams: memory is that of one row. An error of code invalid means that
// the table as such cannot be read; other errors come from r, w and ctx.
func (t *Transform) CSV(ctx context.Context, r io.Reader, w io.Writer, o CSVOptions) (CSVReport, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	comma, err := sniff(in)
	if err != nil {
		return CSVReport{}, fmt.Errorf("crs: read table: %w", err)
	}
	table := &table{transform: t, options: o, reader: csv.NewReader(in), out: csv.NewWriter(w), decimalComma: comma != ','}
	table.reader.Comma, table.out.Comma = comma, comma
	table.reader.FieldsPerRecord, table.reader.ReuseRecord = -1, true
	first, err := table.reader.Read()
	if errors.Is(err, io.EOF) {
		return CSVReport{}, spatial.Invalid("crs: read table", "The table is empty.")
	}
	if err != nil {
		return CSVReport{}, tableError(err)
	}
	header, err := table.columns(first)
	if err != nil {
		return CSVReport{}, err
	}
	if header {
		table.writeHeader(first)
	} else {
		table.writeRow(first)
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return table.report, ctx.Err()
		}
		row, err := table.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return table.report, tableError(err)
		}
		if o.MaxRows > 0 && table.report.Rows >= o.MaxRows {
			return table.report, &spatial.Error{Code: spatial.CodeTooLarge, Op: "crs: read table", Message: fmt.Sprintf("The table has more than %d rows.", o.MaxRows)}
		}
		table.writeRow(row)
		if err := table.out.Error(); err != nil {
			return table.report, fmt.Errorf("crs: write table: %w", err)
		}
	}
	table.out.Flush()
	if err := table.out.Error(); err != nil {
		return table.report, fmt.Errorf("crs: write table: %w", err)
	}
	return table.report, nil
}

func tableError(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return spatial.Invalid("crs: read table", fmt.Sprintf("Line %d of the table cannot be read: %v.", parse.Line, parse.Err))
	}
	return fmt.Errorf("crs: read table: %w", err)
}

// sniff drops a byte order mark and finds the delimiter: the one that occurs
// most in the first line.
func sniff(in *bufio.Reader) (rune, error) {
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return 0, err
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		if _, err := in.Discard(3); err != nil {
			return 0, err
		}
		head = head[3:]
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{'\t', ';', ','} {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best, nil
}

// table is one run over a table.
type table struct {
	transform    *Transform
	options      CSVOptions
	reader       *csv.Reader
	out          *csv.Writer
	decimalComma bool
	x, y         int // columns
	width        int // of the header, 0 without
	report       CSVReport
	row          []string
}

// columns finds the columns of x and y and whether the first row is a header.
func (t *table) columns(first []string) (header bool, err error) {
	if len(first) > maxColumns {
		return false, spatial.Invalid("crs: read table", fmt.Sprintf("The table has more than %d columns.", maxColumns))
	}
	x, y := t.options.XColumn, t.options.YColumn
	if (x == "") != (y == "") {
		return false, spatial.Invalid("crs: read table", "Name both columns or none.")
	}
	if x != "" {
		if t.x, t.y = indexFold(first, x), indexFold(first, y); t.x < 0 || t.y < 0 {
			return false, spatial.Invalid("crs: read table", fmt.Sprintf("The header has no columns %q and %q.", x, y))
		}
		header = true
	} else {
		for _, pair := range columnNames() {
			if i, j := indexFold(first, pair[0]), indexFold(first, pair[1]); i >= 0 && j >= 0 {
				t.x, t.y, header = i, j, true
				break
			}
		}
	}
	if !header {
		if len(first) < 2 {
			return false, spatial.Invalid("crs: read table", "The table has one column only; two are needed.")
		}
		_, okX := t.number(first[0])
		_, okY := t.number(first[1])
		if !okX || !okY {
			return false, spatial.Invalid("crs: read table",
				"No columns of positions were recognised; name them easting and northing, lon and lat, or x and y.")
		}
		t.x, t.y = 0, 1
	}
	if t.options.SwapXY {
		t.x, t.y = t.y, t.x
	}
	t.report.X, t.report.Y = strconv.Itoa(t.x+1), strconv.Itoa(t.y+1)
	if header {
		t.report.X, t.report.Y, t.width = first[t.x], first[t.y], len(first)
	}
	return header, nil
}

// columnNames are pairs of names for x and y, the clearest first.
func columnNames() [][2]string {
	return [][2]string{
		{"easting", "northing"}, {"lon", "lat"}, {"longitude", "latitude"}, {"long", "lat"}, {"lng", "lat"},
		{"kinh_do", "vi_do"}, {"kinhdo", "vido"}, {"kinh độ", "vĩ độ"}, {"x", "y"}, {"e", "n"}, {"east", "north"},
		{"point_x", "point_y"}, {"coord_x", "coord_y"}, {"x_coord", "y_coord"},
	}
}

func indexFold(fields []string, name string) int {
	for i, f := range fields {
		if strings.EqualFold(strings.TrimSpace(f), name) {
			return i
		}
	}
	return -1
}

// number reads a coordinate; blanks around it are allowed.
func (t *table) number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if t.decimalComma && strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	if s == "" || strings.Trim(s, "0123456789.+-eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func (t *table) writeHeader(first []string) {
	x, y := t.transform.to.Axes()
	if indexFold(first, x) >= 0 || indexFold(first, y) >= 0 {
		suffix := "_" + strconv.Itoa(int(t.transform.to.SRID))
		x, y = x+suffix, y+suffix
	}
	t.write(first, x, y)
}

func (t *table) writeRow(row []string) {
	t.report.Rows++
	u, v, reason := t.convert(row)
	if reason != "" {
		t.report.Rejected++
		if t.options.Reject != nil {
			line, _ := t.reader.FieldPos(0)
			t.options.Reject(line, reason)
		}
	}
	t.write(row, u, v)
}

func (t *table) convert(row []string) (u, v, reason string) {
	if t.x >= len(row) || t.y >= len(row) {
		return "", "", fmt.Sprintf("the row has %d columns only", len(row))
	}
	x, okX := t.number(row[t.x])
	y, okY := t.number(row[t.y])
	if !okX || !okY {
		return "", "", fmt.Sprintf("%q %q is not a pair of numbers", clip(row[t.x]), clip(row[t.y]))
	}
	x, y, err := t.transform.Checked(x, y)
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return "", "", e.Message
	}
	decimals := t.transform.to.Decimals()
	return string(AppendNumber(nil, x, decimals)), string(AppendNumber(nil, y, decimals)), ""
}

// write puts the new columns behind the header's width, so that a short row
// does not shift them.
func (t *table) write(row []string, x, y string) {
	t.row = append(t.row[:0], row...)
	for len(t.row) < t.width {
		t.row = append(t.row, "")
	}
	t.row = append(t.row, x, y)
	// The writer keeps its first error, which the caller reads.
	_ = t.out.Write(t.row)
}
