package shapefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// dbf is an attribute table.
type dbf struct {
	w       *window
	rows    int
	stated  int64 // rows by the header, which a cut file does not hold
	headLen int64
	rowLen  int
	ldid    byte
	cols    []column
	memo    *memo // nil where there is no file of long texts
}

// column is one field of a dBASE table.
type column struct {
	rawName  []byte
	kind     byte // C N F D L I O B, as in the file
	from, to int  // bytes within the row
	decimals int
	fraction bool // the sample holds numbers that are not whole
	field    importers.FieldInfo
	choice   encodings.Choice // how text is decoded
	dec      *encodings.Decoder
}

const maxColumns = 1600 // what a PostgreSQL table can hold, about

func openDbf(path string) (*dbf, error) {
	w, err := openWindow(path)
	if err != nil {
		return nil, err
	}
	d := &dbf{w: w}
	if err := d.readHeader(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return d, nil
}

func (d *dbf) readHeader() error {
	head, err := d.w.at(0, 32)
	if err != nil {
		return fmt.Errorf("the .dbf header is cut short: %w", err)
	}
	rows := binary.LittleEndian.Uint32(head[4:])
	d.headLen = int64(binary.LittleEndian.Uint16(head[8:]))
	d.rowLen = int(binary.LittleEndian.Uint16(head[10:]))
	d.ldid = head[29]
	if d.headLen < 33 || d.rowLen < 1 {
		return errors.New("the .dbf header makes no sense")
	}
	fields, err := d.w.at(32, int(min(d.headLen, d.w.size)-32))
	if err != nil {
		return fmt.Errorf("the .dbf header is cut short: %w", err)
	}
	at := 1 // byte 0 of a row is the deletion mark
	for len(fields) >= 32 && fields[0] != 0x0d && fields[0] != 0 {
		c := column{kind: fields[11], from: at, decimals: int(fields[17])}
		name, _, _ := bytes.Cut(fields[:11], []byte{0})
		c.rawName = bytes.Clone(bytes.TrimSpace(name))
		at += int(fields[16])
		c.to = at
		if c.to > d.rowLen {
			return fmt.Errorf("field %d of the .dbf lies outside its rows", len(d.cols)+1)
		}
		d.cols = append(d.cols, c)
		fields = fields[32:]
	}
	if len(d.cols) > maxColumns {
		return fmt.Errorf("the .dbf has %d fields; at most %d are read", len(d.cols), maxColumns)
	}
	d.stated = int64(rows)
	d.rows = int(max(0, min(d.stated, (d.w.size-d.headLen)/int64(d.rowLen))))
	return nil
}

// whole refuses a table that ends before its last row: its features would stand
// there without attributes.
func (d *dbf) whole(withShapes bool) error {
	if int64(d.rows) == d.stated {
		return nil
	}
	advice := "copy it again"
	if withShapes {
		advice += ", or take it out of the folder to import the geometry alone"
	}
	return fmt.Errorf("the .dbf file is cut short: it holds %d of %d rows; %s", d.rows, d.stated, advice)
}

func (d *dbf) hasMemos() bool {
	return slices.ContainsFunc(d.cols, func(c column) bool { return c.isMemo() })
}

// row returns row i (0-based), nil past the end; deleted tells its mark.
func (d *dbf) row(i int) (row []byte, deleted bool, err error) {
	if i >= d.rows {
		return nil, false, nil
	}
	row, err = d.w.at(d.headLen+int64(i)*int64(d.rowLen), d.rowLen)
	if err != nil {
		return nil, false, fmt.Errorf("the .dbf file cannot be read at row %d: %w", i+1, err)
	}
	return row, row[0] == '*', nil
}

// settle decides encodings and types from the header and a sample of rows.
func (d *dbf) settle(declared, forced string) error {
	if forced != "" && forced != "auto" {
		if _, ok := encodings.Lookup(forced); !ok {
			return &spatial.Error{Code: spatial.CodeInvalid, Op: "shapefile: open", Message: fmt.Sprintf("encoding %q is unknown", forced)}
		}
	}
	if declared == "" {
		declared = languageDriver(d.ldid)
	}
	texts := encodings.NewSampler(len(d.cols)+1, encodings.SamplerOptions{Declared: declared, Forced: forced})
	if err := d.sample(texts); err != nil {
		return err
	}
	choices := texts.Choices()
	names := choices[len(d.cols)].Decoder()
	for i := range d.cols {
		c := &d.cols[i]
		c.choice = choices[i]
		c.dec = c.choice.Decoder()
		c.field.Name = string(names.Append(nil, c.rawName))
		if c.field.Name == "" {
			c.field.Name = "field_" + strconv.Itoa(i+1)
		}
		var err error
		if c.field.Type, err = d.typeOf(c); err != nil {
			return err
		}
		if c.field.Type == spatial.FieldString {
			c.field.Text = &c.choice
		}
	}
	uniqueNames(d.cols)
	return nil
}

// encoding names that of the whole table.
func (d *dbf) encoding() (name, reason string) {
	var texts []encodings.Choice
	for i := range d.cols {
		if d.cols[i].kind == 'C' || d.texts(&d.cols[i]) {
			texts = append(texts, d.cols[i].choice)
		}
	}
	return encodings.Summary(texts)
}

// uniqueNames numbers names that came out equal after the cut at ten letters.
func uniqueNames(cols []column) {
	seen := map[string]bool{}
	for i := range cols {
		f := &cols[i].field
		name := f.Name
		for n := 2; seen[f.Name]; n++ {
			f.Name = fmt.Sprintf("%s_%d", name, n)
		}
		seen[f.Name] = true
	}
}

// The sample is all rows of a small table, else blocks from all over it.
const (
	sampleRows  = 20_000
	sampleBlock = 100 // rows
)

// sample shows the sampler the names of the fields, as its last column, and
// texts; it notes which whole numbers are none.
func (d *dbf) sample(texts *encodings.Sampler) error {
	open := make([]bool, len(d.cols)) // more of the column would help
	d.memo.begin()
	for i := range d.cols {
		texts.Add(len(d.cols), d.cols[i].rawName)
		open[i] = true
	}
	block, step := d.rows, max(1, d.rows)
	if d.rows > sampleRows {
		block, step = sampleBlock, d.rows/(sampleRows/sampleBlock)
	}
	perRead := max(1, min(block, windowSize/4/d.rowLen))
	buf := make([]byte, perRead*d.rowLen)
	for from := 0; from < d.rows; from += step {
		for i, n := from, 0; i < min(from+block, d.rows); i += n {
			n = min(perRead, min(from+block, d.rows)-i)
			rows := buf[:n*d.rowLen]
			if _, err := d.w.f.ReadAt(rows, d.headLen+int64(i)*int64(d.rowLen)); err != nil {
				return fmt.Errorf("the .dbf file cannot be read at row %d: %w", i+1, err)
			}
			for ; len(rows) > 0; rows = rows[d.rowLen:] {
				if rows[0] != '*' {
					d.show(rows[:d.rowLen], texts, open)
				}
			}
		}
	}
	return nil
}

func (d *dbf) show(row []byte, texts *encodings.Sampler, open []bool) {
	for i := range d.cols {
		c := &d.cols[i]
		switch raw := row[c.from:c.to]; {
		case c.kind == 'C' && open[i]:
			if text := textOf(raw); len(text) > 0 {
				open[i] = texts.Add(i, text)
			}
		case d.texts(c) && open[i]:
			if text, err := d.memoOf(raw); err == nil && len(text) > 0 {
				open[i] = texts.Add(i, text)
			}
		case c.kind == 'N' && c.decimals == 0 && !c.fraction:
			c.fraction = bytes.ContainsAny(trim(raw), ".,eE")
		}
	}
}

// typeOf maps a dBASE type. A numeric field without decimals is an integer,
// unless the sample holds fractions; one wider than 18 digits is what all of
// its values are.
func (d *dbf) typeOf(c *column) (spatial.FieldType, error) {
	switch c.kind {
	case 'N', 'F':
		if c.decimals > 0 || c.kind == 'F' {
			return spatial.FieldNumber, nil
		}
		if c.to-c.from > 18 {
			return d.wideType(c)
		}
		if c.fraction {
			return spatial.FieldNumber, nil
		}
		return spatial.FieldInteger, nil
	case 'I', '+':
		if c.to-c.from == 4 {
			return spatial.FieldInteger, nil
		}
	case 'O', 'B':
		if c.to-c.from == 8 {
			return spatial.FieldNumber, nil
		}
	case 'D':
		return spatial.FieldDate, nil
	case 'L':
		return spatial.FieldBoolean, nil
	}
	return spatial.FieldString, nil
}

// wideType reads the whole column: integers where all fit 64 bits, text where
// digits would be lost otherwise, else numbers.
func (d *dbf) wideType(c *column) (spatial.FieldType, error) {
	integers, exact := true, true
	for i := range d.rows {
		row, _, err := d.row(i)
		if err != nil {
			return "", err
		}
		v := trim(row[c.from:c.to])
		if len(v) == 0 || v[0] == '*' {
			continue
		}
		if _, ok := parseInt(v); !ok {
			integers = false
			if !bytes.ContainsAny(v, ".,eE") && len(v) > 15 {
				exact = false
			}
		}
	}
	switch {
	case integers:
		return spatial.FieldInteger, nil
	case exact:
		return spatial.FieldNumber, nil
	}
	return spatial.FieldString, nil
}

// languageDriver names the code page of a dBASE language driver id.
func languageDriver(id byte) string {
	pages := map[byte]string{
		0x01: "437", 0x02: "850", 0x03: "1252", 0x08: "865", 0x09: "437", 0x0a: "850", 0x0b: "437",
		0x0d: "437", 0x0e: "850", 0x0f: "437", 0x10: "850", 0x11: "437", 0x12: "850", 0x13: "932",
		0x14: "850", 0x15: "437", 0x16: "850", 0x17: "865", 0x18: "437", 0x19: "437", 0x1a: "850",
		0x1b: "437", 0x1c: "863", 0x1d: "850", 0x1f: "852", 0x22: "852", 0x23: "852", 0x24: "860",
		0x25: "850", 0x26: "866", 0x37: "850", 0x40: "852", 0x4d: "936", 0x4e: "949", 0x4f: "950",
		0x50: "874", 0x57: "1252", 0x58: "1252", 0x59: "1252", 0x64: "852", 0x65: "866", 0x66: "865",
		0x78: "950", 0x79: "949", 0x7a: "936", 0x7b: "932", 0x7c: "874", 0x86: "1254", 0x87: "852",
		0xc8: "1250", 0xc9: "1251", 0xca: "1254", 0xcb: "1253", 0xcc: "1257",
	}
	return pages[id]
}
