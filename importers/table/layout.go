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

	columns  []int     // of each field
	readings []reading // of each column
	names    []string
	roles    Roles
	form     form
	mode     mode
	srid     spatial.SRID // of every geometry in a text column
	exchange bool         // X and Y
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
		l.readings[i] = s.cols[i].settle(h)
		if i < len(o.Types) && o.Types[i] != "" {
			l.readings[i] = force(l.readings[i], o.Types[i])
		}
	}
	s.settleGeometry(l)
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
	r := &l.roles
	if r.X < 0 || r.Y < 0 || !isNumber(l.readings[r.X]) || !isNumber(l.readings[r.Y]) || s.axes.n == 0 {
		s.settleEmpty(l)
		return
	}
	l.mode, l.Geometry = modePoints, spatial.GeometryPoint
	s.settleAxes(l)
	if s.cornerList() {
		l.mode, l.Geometry, l.Records = modeCorners, spatial.GeometryPolygon, s.parcels.groups
		return
	}
	if r.Z >= 0 && isNumber(l.readings[r.Z]) {
		l.Dimensions = spatial.XYZ
	} else {
		r.Z = -1
	}
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
		l.CRS = importers.CRS{SRID: spatial.SRIDWGS84, Guess: true, Reason: fmt.Sprintf("column %q holds GeoJSON, which is WGS 84 (RFC 7946 §4)", s.names[i])}
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
		l.CRS = importers.CRS{SRID: spatial.SRIDWGS84, Guess: true, Reason: reason}
	}
}
