package table

import (
	"fmt"
	"math"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/geojson"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Builder makes records of rows. One record is alive at a time.
type Builder struct {
	l       *Layout
	decs    []*encodings.Decoder // of each field; nil where the text is UTF-8 in NFC
	utf8    []bool
	emit    func(*importers.Record) error
	rec     importers.Record
	values  []importers.Value
	lost    []importers.RecordError
	text    []byte // backs the Bytes of the current record
	geom    []byte
	scratch []byte
	wkt     wkb.TextReader
	json    geojson.Geometry
	group   group
}

// Builder begins a pass over the rows. Records go to emit.
func (l *Layout) Builder(emit func(*importers.Record) error) *Builder {
	b := &Builder{l: l, emit: emit, values: make([]importers.Value, len(l.Fields)), decs: make([]*encodings.Decoder, len(l.Fields)), scratch: make([]byte, 0, 64)}
	for i := range l.Fields {
		if c := l.Fields[i].Text; c != nil {
			b.decs[i] = c.Decoder()
		} else {
			b.decs[i] = encodings.UTF8()
		}
		b.utf8 = append(b.utf8, b.decs[i].Name() == "utf-8")
	}
	return b
}

// isSettled tells UTF-8 that is in normal form C beyond doubt: ASCII without
// NUL, U+0080 to U+02FF and U+1E00 to U+1EFF, which hold every letter of
// Vietnamese. What it refuses may still be.
func isSettled(b []byte) bool {
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c < 0x80 && c != 0:
			i++
		case c >= 0xc2 && c <= 0xcb && i+1 < len(b) && b[i+1]&0xc0 == 0x80:
			i += 2
		case c == 0xe1 && i+2 < len(b) && b[i+1]&^3 == 0xb8 && b[i+2]&0xc0 == 0x80:
			i += 3
		default:
			return false
		}
	}
	return true
}

// Row takes the next row; number is its place in the source. Rows of a list of
// corners come out as one record per parcel.
func (b *Builder) Row(number int64, cells []Cell) error {
	if b.l.mode == modeCorners {
		return b.corner(number, cells)
	}
	b.rec = importers.Record{Number: number, Values: b.values}
	if fault := b.l.surplus(cells); fault != nil {
		clear(b.values)
		fault.Whole = b.listed(cells)
		b.rec.Err = fault
		return b.emit(&b.rec)
	}
	b.text, b.lost = b.text[:0], b.lost[:0]
	b.fill(cells)
	switch b.l.mode {
	case modeText:
		b.textGeometry(at(cells, b.l.roles.Geometry))
		if e := b.rec.Err; e != nil {
			e.Whole = b.named(b.l.names[b.l.roles.Geometry], b.said(b.l.roles.Geometry, at(cells, b.l.roles.Geometry)))
		}
	case modePoints:
		b.point(cells)
	case modePositions:
		b.place(at(cells, b.l.position))
	}
	b.rec.Lost = b.lost
	return b.emit(&b.rec)
}

// Broken reports a row that could not be told apart from its neighbours; cells
// are what was read of it.
func (b *Builder) Broken(number int64, cells []Cell, e importers.RecordError) error {
	if b.group.open {
		b.group.fault = &e // the parcel it belongs to is not whole
		return nil
	}
	clear(b.values)
	e.Whole = b.listed(cells)
	b.rec = importers.Record{Number: number, Values: b.values, Err: &e}
	return b.emit(&b.rec)
}

// Close hands over what the last rows left open.
func (b *Builder) Close() error {
	if b.l.mode == modeCorners && b.group.open {
		return b.parcel()
	}
	return nil
}

// surplus refuses a row with more values than there are columns: which of them
// is the one too many cannot be known.
func (l *Layout) surplus(cells []Cell) *importers.RecordError {
	if !l.strict || len(cells) <= len(l.readings) {
		return nil
	}
	for i := len(l.readings); i < len(cells); i++ {
		if raw := at(cells, i); len(raw) > 0 {
			return &importers.RecordError{Raw: importers.Shorten(raw), Reason: spatial.Text{
				VI: fmt.Sprintf("dòng có %d giá trị cho %d cột; có thể một giá trị chứa dấu phân cách mà không đặt trong dấu nháy", len(cells), len(l.readings)),
				EN: fmt.Sprintf("the row has %d values for %d columns; a value may hold the delimiter without quotes around it", len(cells), len(l.readings)),
			}}
		}
	}
	return nil
}

func (b *Builder) fill(cells []Cell) {
	for i, column := range b.l.columns {
		v := &b.values[i]
		*v = importers.Value{}
		if column >= len(cells) || len(cells[column].Text) == 0 {
			continue
		}
		c := &cells[column]
		if c.Fault || !b.value(v, i, c.Text) {
			b.lose(i, c)
		}
	}
}

func (b *Builder) lose(field int, c *Cell) {
	f := &b.l.Fields[field]
	e := importers.RecordError{Field: f.Name, Raw: importers.Shorten(c.Text), Reason: spatial.Text{
		VI: "giá trị không phải kiểu " + string(f.Type), EN: "the value is no " + string(f.Type),
	}}
	if c.Fault {
		e.Reason = faultOf(c.Text)
	}
	if column := b.l.columns[field]; b.l.mode == modePoints && (column == b.l.roles.X || column == b.l.roles.Y) {
		e.Reason.VI += ", nên bản ghi không có hình học"
		e.Reason.EN += ", so the record has no geometry"
	} else {
		e.Reason.VI += ", để trống"
		e.Reason.EN += "; left empty"
	}
	b.lost = append(b.lost, e)
}

// faultOf names an error as a spreadsheet shows it.
func faultOf(text []byte) spatial.Text {
	name := importers.Shorten(trim(text))
	return spatial.Text{VI: "lỗi Excel " + name, EN: "Excel error " + name}
}

func (b *Builder) value(v *importers.Value, field int, raw []byte) bool {
	r := &b.l.readings[b.l.columns[field]]
	if r.kind == spatial.FieldString {
		from := len(b.text)
		if b.utf8[field] && isSettled(raw) {
			b.text = append(b.text, raw...)
		} else {
			b.text = b.decs[field].Append(b.text, raw)
		}
		v.Bytes, v.Valid = b.text[from:len(b.text):len(b.text)], true
		return true
	}
	raw = trim(raw)
	if isVoid(raw) {
		return true
	}
	switch r.kind {
	case spatial.FieldInteger:
		v.Int, v.Valid = b.integer(raw, r.style)
	case spatial.FieldNumber:
		f, ok := b.number(raw, r)
		v.Float, v.Valid = f, ok && !math.IsNaN(f) && !math.IsInf(f, 0)
	case spatial.FieldBoolean:
		yes, ok := looseBoolean(raw)
		if v.Valid = ok; yes {
			v.Int = 1
		}
	case spatial.FieldDate, spatial.FieldDateTime:
		m, ok := readMoment(raw)
		if !ok || m.orders&r.order == 0 {
			return false
		}
		v.Valid, v.Int = true, m.days(r.order)
		if r.kind == spatial.FieldDateTime {
			v.Int = m.micros(r.order)
		}
	}
	return v.Valid
}

func (b *Builder) number(raw []byte, r *reading) (float64, bool) {
	v, ok := parseNumber(b.scratch, raw, r.style)
	if !ok && r.angle {
		return parseAngle(raw)
	}
	return v, ok
}

func (b *Builder) integer(raw []byte, s style) (int64, bool) {
	if n, ok := parseInteger(raw); ok {
		return n, true
	}
	n, ok := parseInteger(canonical(b.scratch[:0], raw, s))
	if ok {
		return n, true
	}
	f, ok := parseNumber(b.scratch, raw, s)
	if !ok || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// looseBoolean takes what a column that is declared as boolean may hold.
func looseBoolean(b []byte) (value, ok bool) {
	if v, ok := readBoolean(b); ok {
		return v, true
	}
	if len(b) == 1 {
		switch b[0] | 0x20 {
		case '1' | 0x20, 't', 'y':
			return true, true
		case '0' | 0x20, 'f', 'n':
			return false, true
		}
	}
	switch string(b) {
	case "yes", "Yes", "YES":
		return true, true
	case "no", "No", "NO":
		return false, true
	}
	return false, false
}

func (b *Builder) textGeometry(raw []byte) {
	if isVoid(raw) {
		return
	}
	var err error
	b.geom = b.geom[:0]
	info, f, ok := wkb.TextInfo{}, formOf(raw), true
	if f == formHex || raw[0]|0x20 == 's' {
		info, _, ok = inspectGeometry(raw)
	}
	switch {
	case !ok:
		err = wkb.ErrMalformed
	case info.SRID != b.l.srid && info.SRID != 0:
		b.rec.Err = &importers.RecordError{Raw: importers.Shorten(raw), Reason: spatial.Text{
			VI: fmt.Sprintf("hình học ở hệ tọa độ SRID %d, các bản ghi khác ở SRID %d", info.SRID, b.l.srid),
			EN: fmt.Sprintf("the geometry is in SRID %d, others of the file in SRID %d", info.SRID, b.l.srid),
		}}
		return
	case f == formHex:
		b.geom, err = b.wkt.AppendHex(b.geom, raw, b.l.Dimensions)
	case f == formJSON:
		b.geom, err = b.json.Append(b.geom, raw, b.l.Dimensions)
	default:
		b.geom, err = b.wkt.Append(b.geom, raw, b.l.Dimensions)
	}
	if err != nil {
		b.rec.Err = &importers.RecordError{Field: b.l.names[b.l.roles.Geometry], Raw: importers.Shorten(raw), Reason: spatial.Text{
			VI: "hình học không đọc được: " + err.Error(), EN: "the geometry cannot be read: " + err.Error(),
		}}
		return
	}
	if len(b.geom) > 0 {
		b.rec.Geometry = b.geom
	}
}

func (b *Builder) point(cells []Cell) {
	x, y, ok := b.position(cells)
	if !ok {
		return
	}
	b.geom = wkb.AppendHeader(b.geom[:0], wkb.Point, b.l.Dimensions)
	b.geom = wkb.AppendFloat(wkb.AppendFloat(b.geom, x), y)
	if z := b.l.roles.Z; z >= 0 {
		v, ok := parseNumber(b.scratch, at(cells, z), b.l.readings[z].style)
		if !ok {
			v = 0
		}
		b.geom = wkb.AppendFloat(b.geom, v)
	}
	b.rec.Geometry = b.geom
}

// position reads easting and northing, or longitude and latitude; ok is false
// where one of them is missing or no number.
func (b *Builder) position(cells []Cell) (x, y float64, ok bool) {
	r := &b.l.roles
	x, okX := b.number(at(cells, r.X), &b.l.readings[r.X])
	y, okY := b.number(at(cells, r.Y), &b.l.readings[r.Y])
	if b.l.exchange {
		x, y = y, x
	}
	return x, y, okX && okY && x-x == 0 && y-y == 0
}
