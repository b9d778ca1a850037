package shapefile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"gisd/importers"
	"gisd/spatial"
)

const (
	maxText   = 254 // bytes of a character field
	maxNumber = 24  // digits of a number before it is written with an exponent
)

// dbfField is one column of a table that is being written.
type dbfField struct {
	name     string // at most 10 bytes
	from     string // as the layer has it
	kind     spatial.FieldType
	width    int // widest value so far
	decimals int
	cut      int64 // texts that were cut
	dropped  int64 // dates and numbers that have no notation
}

// letter is the dBASE type.
func (f *dbfField) letter() byte {
	switch f.kind {
	case spatial.FieldInteger, spatial.FieldNumber:
		return 'N'
	case spatial.FieldBoolean:
		return 'L'
	case spatial.FieldDate:
		return 'D'
	}
	return 'C'
}

// settle fixes width and decimals after the last row. A column of numbers that
// are all whole keeps one decimal in its header, which is what tells it from
// integers.
func (f *dbfField) settle() {
	switch f.letter() {
	case 'L':
		f.width = 1
	case 'D':
		f.width = 8
	}
	f.width = max(f.width, 1)
	if f.kind == spatial.FieldNumber {
		f.decimals = min(max(f.decimals, 1), 15)
		f.width = max(f.width, f.decimals+2)
	}
}

// dbfFile collects rows as texts in a spool file, because widths stand in the
// header, and writes the table from it.
type dbfFile struct {
	path   string
	fields []dbfField
	spool  *os.File
	out    *bufio.Writer
	rows   int64
	row    []byte
	text   []byte
}

func createDbf(path string, fields []dbfField) (*dbfFile, error) {
	f, err := os.Create(path + ".rows")
	if err != nil {
		return nil, fmt.Errorf("shapefile: write: %w", err)
	}
	return &dbfFile{path: path, fields: append([]dbfField(nil), fields...), spool: f, out: bufio.NewWriterSize(f, 256<<10)}, nil
}

// add spools a row: a byte of length, then the text, for each field.
func (d *dbfFile) add(values []*importers.Value) error {
	d.row = d.row[:0]
	for i := range d.fields {
		f := &d.fields[i]
		d.text = d.text[:0]
		if v := values[i]; v != nil && v.Valid {
			d.text = f.append(d.text, v)
		}
		f.width = max(f.width, len(d.text))
		d.row = append(append(d.row, byte(len(d.text))), d.text...)
	}
	d.rows++
	if _, err := d.out.Write(d.row); err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

// append appends the value as its column shows it.
func (f *dbfField) append(dst []byte, v *importers.Value) []byte {
	switch f.kind {
	case spatial.FieldInteger:
		return strconv.AppendInt(dst, v.Int, 10)
	case spatial.FieldNumber:
		return f.appendNumber(dst, v.Float)
	case spatial.FieldBoolean:
		if v.Int != 0 {
			return append(dst, 'T')
		}
		return append(dst, 'F')
	case spatial.FieldDate:
		t := v.Day()
		if t.Year() < 1 || t.Year() > 9999 {
			f.dropped++
			return dst
		}
		return t.AppendFormat(dst, "20060102")
	case spatial.FieldDateTime:
		return v.Time().AppendFormat(dst, time.RFC3339Nano)
	}
	text := v.Bytes
	if len(text) > maxText {
		text = cutText(text, maxText)
		f.cut++
	}
	return append(dst, text...)
}

func (f *dbfField) appendNumber(dst []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		f.dropped++
		return dst
	}
	at := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
	if len(dst)-at > maxNumber {
		return strconv.AppendFloat(dst[:at], v, 'e', -1, 64)
	}
	if point := bytes.IndexByte(dst[at:], '.'); point >= 0 {
		f.decimals = max(f.decimals, len(dst)-at-point-1)
	}
	return dst
}

// cutText cuts at the edge of a letter with its marks.
func cutText(b []byte, n int) []byte {
	for n > 0 {
		r, _ := utf8.DecodeRune(b[n:])
		if utf8.RuneStart(b[n]) && !unicode.Is(unicode.Mn, r) {
			break
		}
		n--
	}
	return b[:n]
}

// finish writes the table and removes the spool.
func (d *dbfFile) finish() (err error) {
	defer func() { err = errors.Join(err, d.spool.Close(), os.Remove(d.path+".rows")) }()
	row := 1
	for i := range d.fields {
		d.fields[i].settle()
		row += d.fields[i].width
	}
	head := 32 + 32*len(d.fields) + 1
	switch {
	case row > math.MaxUint16 || head > math.MaxUint16:
		return &spatial.Error{Code: spatial.CodeUnsupported, Op: "shapefile: write",
			Message: fmt.Sprintf("a dBASE table has rows of at most 65535 bytes and at most 2046 fields; this layer needs %d bytes in %d fields. Export to GeoPackage, or fewer fields", row, len(d.fields))}
	case int64(head)+d.rows*int64(row) > maxFile:
		return errFull(".dbf")
	}
	err = d.out.Flush()
	if err == nil {
		_, err = d.spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	out, err := os.Create(d.path + ".dbf")
	if err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	w := bufio.NewWriterSize(out, 256<<10)
	_, err = w.Write(d.header(head, row))
	if err == nil {
		err = d.table(w, row)
	}
	if err = errors.Join(err, w.Flush(), out.Close()); err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

// header is that of dBASE III; the .cpg file says that texts are UTF-8.
func (d *dbfFile) header(head, row int) []byte {
	b := make([]byte, 32, head)
	b[0], b[1], b[2], b[3] = 3, 100, 1, 1 // the date of a change is not kept: 2000-01-01
	binary.LittleEndian.PutUint32(b[4:], uint32(d.rows))
	binary.LittleEndian.PutUint16(b[8:], uint16(head))
	binary.LittleEndian.PutUint16(b[10:], uint16(row))
	for i := range d.fields {
		f := &d.fields[i]
		var field [32]byte
		copy(field[:10], f.name)
		field[11], field[16], field[17] = f.letter(), byte(f.width), byte(f.decimals)
		b = append(b, field[:]...)
	}
	return append(b, 0x0d)
}

// table pads the spooled texts: numbers to the right, others to the left.
func (d *dbfFile) table(w *bufio.Writer, size int) error {
	in := bufio.NewReaderSize(d.spool, 256<<10)
	row := make([]byte, size)
	for range d.rows {
		for i := range row {
			row[i] = ' '
		}
		at := 1
		for i := range d.fields {
			f := &d.fields[i]
			n, err := in.ReadByte()
			if err != nil {
				return err
			}
			from := at
			if f.letter() == 'N' {
				from = at + f.width - int(n)
			}
			if _, err := io.ReadFull(in, row[from:from+int(n)]); err != nil {
				return err
			}
			at += f.width
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return w.WriteByte(0x1a)
}
