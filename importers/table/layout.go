package table

import (
	"fmt"
	"strconv"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/wkb"
	"gisd/spatial"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Layout is the outcome of a Survey: the fields and where the geometry is.
type Layout struct {
	Fields     []importers.FieldInfo
	Geometry   spatial.GeometryType
	Dimensions spatial.Dimensions
	// CRS has an SRID where the table names one or its columns are longitude and
	// latitude, and a Reason where X and Y are exchanged.
	CRS     importers.CRS
	Records int64 // parcels for a list of corners, else rows
	// Notes are what people should know of the table.
	Notes []spatial.Text

	columns  []int     // of each field
	readings []reading // of each column
	names    []string
	roles    Roles
	form     form
	mode     mode
	srid     spatial.SRID // of every geometry in a text column
	exchange bool         // X and Y
	position int          // column of both, for modePositions
	// strict refuses rows that are longer than the table is wide.
	strict bool
}

// mode is where geometry comes from.
type mode uint8

const (
	modeTable mode = iota
	modeText
	modePoints
	modeCorners
	modePositions
)

// Settings are what else Settle needs to know.
type Settings struct {
	PreferComma bool // a decimal comma where the numbers leave it open
	// MarkedIsText takes digits that are marked as text for text even where
	// everything is marked: a cell's type says more than quotes do.
	MarkedIsText bool
	// Types overrides the inferred type of columns, "" where there is none.
	Types []spatial.FieldType
	// Choices is the decoding of each column's text; nil where it is known.
	Choices []encodings.Choice
}

// Settle decides on fields and geometry.
func (s *Survey) Settle(o Settings) *Layout {
	h := habits{preferComma: o.PreferComma, unquoted: o.MarkedIsText}
	for i := range s.cols {
		h.learn(&s.cols[i])
	}
	l := &Layout{Geometry: spatial.GeometryNone, Dimensions: spatial.XY, Records: s.rows,
		readings: make([]reading, len(s.cols)), names: s.names, roles: s.roles, strict: !s.grow}
	for i := range s.cols {
		l.readings[i] = s.read(i, h, o)
	}
	s.settleGeometry(l)
	if l.mode == modeTable || l.mode == modeText {
		s.settlePlain(l, h, o)
	}
	s.noteVoids(l)
	for i := range s.cols {
		if l.dropped(i) || !s.named[i] && s.cols[i].seen == 0 && (s.grow || s.anyNamed()) {
			continue
		}
		f := importers.FieldInfo{Name: s.names[i], Type: l.readings[i].kind}
		if i < len(o.Choices) && f.Type == spatial.FieldString {
			f.Text = &o.Choices[i]
		}
		l.Fields = append(l.Fields, f)
		l.columns = append(l.columns, i)
	}
	return l
}

func (s *Survey) read(column int, h habits, o Settings) reading {
	r := s.cols[column].settle(h)
	if column < len(o.Types) && o.Types[column] != "" {
		r = force(r, o.Types[column])
	}
	return r
}

// settlePlain reads what is named as a coordinate and makes no point as any other
// column: nothing is lost for the name alone.
func (s *Survey) settlePlain(l *Layout, h habits, o Settings) {
	for _, i := range [...]int{s.roles.X, s.roles.Y, s.roles.Z} {
		if i >= 0 {
			s.cols[i].plain()
			l.readings[i] = s.read(i, h, o)
		}
	}
}

func (s *Survey) anyNamed() bool {
	for _, n := range s.named {
		if n {
			return true
		}
	}
	return false
}

// force keeps the style that was found where the wanted type uses one.
func force(r reading, t spatial.FieldType) reading {
	if r.style == 0 {
		r.style = point
	}
	if r.order == 0 {
		r.order = yearFirst
	}
	r.kind = t
	return r
}

func (l *Layout) dropped(column int) bool {
	switch l.mode {
	case modeText:
		return column == l.roles.Geometry
	case modeCorners:
		return column == l.roles.X || column == l.roles.Y || column == l.roles.Corner
	}
	return false
}

func (s *Survey) settleGeometry(l *Layout) {
	if i := s.geometryColumn(); i >= 0 {
		s.settleText(l, i)
		return
	}
	if i := s.positions(); i >= 0 {
		s.settlePositions(l, i)
		return
	}
	r := &l.roles
	if s.rows == 0 && r.X >= 0 && r.Y >= 0 && r.Degrees {
		s.settleHeading(l)
		return
	}
	if r.X < 0 || r.Y < 0 || !isNumber(l.readings[r.X]) || !isNumber(l.readings[r.Y]) || s.axes.n == 0 {
		s.settleEmpty(l)
		return
	}
	l.mode, l.Geometry = modePoints, spatial.GeometryPoint
	s.settleAxes(l)
	if s.cornerList() {
		l.mode, l.Geometry, l.Records = modeCorners, spatial.GeometryPolygon, s.parcels.groups
		s.noteParcels(l)
		return
	}
	if r.Z >= 0 && isNumber(l.readings[r.Z]) {
		l.Dimensions = spatial.XYZ
	} else {
		r.Z = -1
	}
}

// settleHeading takes a heading without rows for points where its names are those
// of longitude and latitude.
func (s *Survey) settleHeading(l *Layout) {
	r := &l.roles
	l.mode, l.Geometry = modePoints, spatial.GeometryPoint
	l.readings[r.X], l.readings[r.Y] = force(l.readings[r.X], spatial.FieldNumber), force(l.readings[r.Y], spatial.FieldNumber)
	r.Z = -1
	l.CRS = importers.CRS{SRID: spatial.SRIDWGS84, Reason: fmt.Sprintf("columns %q and %q are named as degrees; taken as WGS 84", s.names[r.X], s.names[r.Y])}
}

// noteVoids counts formulas without a value.
func (s *Survey) noteVoids(l *Layout) {
	if s.voids == 0 {
		return
	}
	l.Notes = append(l.Notes, spatial.Text{
		VI: fmt.Sprintf("số ô có công thức mà tệp không lưu giá trị, để trống: %d; mở và lưu lại bằng Excel hoặc LibreOffice để có giá trị", s.voids),
		EN: fmt.Sprintf("formulas without a stored value, left empty: %d; Excel and LibreOffice store the values when they save the file", s.voids),
	})
}

// noteParcels says that a parcel number comes back after others: each block of
// rows is a feature of its own, for they may be the parts of a parcel or two
// parcels under one number.
func (s *Survey) noteParcels(l *Layout) {
	p := &s.parcels
	if p.again == 0 {
		return
	}
	l.Notes = append(l.Notes, spatial.Text{
		VI: fmt.Sprintf("nhóm dòng có số thửa của một nhóm trước đó: %d, số thửa đầu tiên là %s; mỗi nhóm thành một đối tượng riêng", p.again, p.repeats),
		EN: fmt.Sprintf("blocks of rows under the parcel number of an earlier block: %d, the first under %s; each becomes a feature of its own", p.again, p.repeats),
	})
}

func isNumber(r reading) bool {
	return r.kind == spatial.FieldNumber || r.kind == spatial.FieldInteger
}

// geometryColumn prefers a telling name with mostly geometry in it, then any
// column of nothing else.
func (s *Survey) geometryColumn() int {
	for _, i := range s.roles.likely {
		if i >= 0 && s.cols[i].geometry.good > s.cols[i].geometry.bad {
			return i
		}
	}
	for i := range s.cols {
		if g := &s.cols[i].geometry; g.good > 0 && g.bad == 0 {
			return i
		}
	}
	return -1
}

func (s *Survey) settleText(l *Layout, i int) {
	g := &s.cols[i].geometry
	l.mode, l.roles.Geometry, l.form, l.srid = modeText, i, g.form, g.srid
	l.Geometry, l.Dimensions = geometryType(g.kinds), wkb.DimensionsOf(g.z, g.m)
	switch {
	case g.srid != 0:
		l.CRS = importers.CRS{SRID: g.srid, Reason: fmt.Sprintf("the geometries in column %q say SRID %d", s.names[i], g.srid)}
	case g.form == formJSON:
		l.CRS = importers.CRS{SRID: spatial.SRIDWGS84, Reason: fmt.Sprintf("column %q holds GeoJSON, which is WGS 84 (RFC 7946 §4)", s.names[i])}
	}
}

// settleEmpty takes a column without any value for geometry where its name can
// mean nothing else.
func (s *Survey) settleEmpty(l *Layout) {
	for _, i := range s.roles.likely {
		if i < 0 || s.cols[i].seen > 0 || s.cols[i].geometry.bad > 0 || s.cols[i].done {
			continue
		}
		switch Fold(s.names[i]) {
		case "wkt", "geometry", "geom", "the_geom":
			l.mode, l.roles.Geometry, l.form, l.Geometry = modeText, i, formText, spatial.GeometryAny
			return
		}
	}
}

func (s *Survey) settleAxes(l *Layout) {
	a, r := &s.axes, &l.roles
	x, y := s.names[r.X], s.names[r.Y]
	switch {
	case r.named:
	case a.metresExchanged*2 > a.n:
		l.exchange = true
		l.CRS.Reason = fmt.Sprintf("column %q holds northings and %q eastings, as surveys in Viet Nam write them; read as easting = %q, northing = %q", x, y, y, x)
	case a.degreeExchanged*2 > a.n && a.degrees+a.degreeExchanged == a.n:
		l.exchange = true
		l.CRS.Reason = fmt.Sprintf("column %q holds latitudes and %q longitudes; read that way", x, y)
	}
	if r.Degrees && (a.degrees+a.degreeExchanged)*100 >= a.n*99 {
		reason := fmt.Sprintf("columns %q and %q hold degrees; taken as WGS 84", x, y)
		if l.CRS.Reason != "" {
			reason += "; " + l.CRS.Reason
		}
		if s.cols[r.X].angles+s.cols[r.Y].angles > 0 {
			reason += "; degrees, minutes and seconds are read as decimal degrees"
		}
		l.CRS = importers.CRS{SRID: spatial.SRIDWGS84, Reason: reason}
	}
}
