package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// position is a text that holds both ordinates of a point, in their order:
//
//	106.65 11.05 · 11.05, 106.65 · 11,05; 106,65 · (1222600,5 598123,4) · 11°03'00"N 106°39'00"E
type position struct {
	a, b float64
	// plain says that the text can hardly be anything else: an easting and a
	// northing, or degrees with minutes or three decimals.
	plain     bool
	separated bool // by a comma or semicolon
	first     axis // what a is, where letters say so
}

// axis is what an ordinate stands for.
type axis uint8

const (
	unknown axis = iota
	eastward
	northward
)

// longestPosition leaves room for two angles.
const longestPosition = 64

// IsPosition tells a text that can hardly be anything but both ordinates of a point.
func IsPosition(b []byte) bool {
	p, ok := readPosition(trim(b))
	return ok && p.plain
}

// readPosition reads a text without blanks around it.
func readPosition(b []byte) (p position, ok bool) {
	if len(b) < 3 || len(b) > longestPosition {
		return p, false
	}
	if c, end := b[0], b[len(b)-1]; c == '(' && end == ')' || c == '[' && end == ']' {
		b = trim(b[1 : len(b)-1])
	}
	first, second, ok := halves(b)
	if !ok {
		return p, false
	}
	p.separated = bytes.ContainsAny(b[len(first):len(b)-len(second)], ",;")
	fineA, fineB := false, false
	if p.a, p.first, fineA, ok = ordinate(first); !ok {
		return p, false
	}
	if p.b, _, fineB, ok = ordinate(second); !ok {
		return p, false
	}
	p.plain = fineA && fineB && p.degrees() || isEasting(p.a) && isNorthing(p.b) || isNorthing(p.a) && isEasting(p.b)
	return p, true
}

// degrees tells whether the values can be a longitude and a latitude.
func (p position) degrees() bool {
	a, b := math.Abs(p.a), math.Abs(p.b)
	return a <= 180 && b <= 180 && min(a, b) <= 90
}

// halves parts a text at its semicolon, at the comma before a blank, at its only
// blanks, or at the middle one of its commas; a comma alone may be a decimal mark.
func halves(b []byte) (first, second []byte, ok bool) {
	switch {
	case bytes.IndexByte(b, ';') >= 0:
		first, second, ok = bytes.Cut(b, []byte{';'})
	case bytes.Contains(b, []byte(", ")):
		first, second, ok = bytes.Cut(b, []byte(", "))
	case bytes.ContainsAny(b, " \t"):
		i := bytes.IndexAny(b, " \t")
		first, second, ok = b[:i], b[i:], true
	default:
		i := bytes.IndexByte(b, ',')
		if commas := bytes.Count(b, []byte{','}); commas == 3 {
			i += 1 + bytes.IndexByte(b[i+1:], ',')
		} else if commas != 1 || bytes.Count(b[:i], []byte{'.'}) != 1 || bytes.Count(b[i:], []byte{'.'}) != 1 {
			return nil, nil, false
		}
		first, second, ok = b[:i], b[i+1:], true
	}
	first, second = trim(first), trim(second)
	return first, second, ok && len(first) > 0 && len(second) > 0
}

// ordinate reads a number in any style, or an angle; fine says that it has three
// decimals or is an angle.
func ordinate(b []byte) (v float64, a axis, fine, ok bool) {
	if v, ok = anyNumber(b); ok {
		mark := bytes.LastIndexAny(b, ".,")
		return v, unknown, mark >= 0 && len(b)-mark > 3, v-v == 0
	}
	v, ok = parseAngle(b)
	switch {
	case bytes.ContainsAny(b, "NnSsB"):
		a = northward
	case bytes.ContainsAny(b, "EeWwĐ"):
		a = eastward
	}
	return v, a, true, ok
}

// positionColumn is what the survey learns of a column of positions.
type positionColumn struct {
	telling        bool // by its name
	out            bool // it holds something else
	good, bad      int64
	plain          int64
	degrees        int64
	separated      int64
	aFirst, bFirst int64 // positions that say which of the two is x
}

func (c *positionColumn) see(b []byte) {
	if c.out || isVoid(b) {
		return
	}
	p, ok := readPosition(b)
	if !ok || !p.plain && !c.telling {
		c.bad++
		c.out = !c.telling || c.bad > 100 && c.good == 0
		return
	}
	c.good++
	if p.plain {
		c.plain++
	}
	if p.separated {
		c.separated++
	}
	if p.degrees() {
		c.degrees++
	}
	switch {
	case p.first == eastward, isEasting(p.a) && isNorthing(p.b), p.degrees() && math.Abs(p.a) > 90:
		c.aFirst++
	case p.first == northward, isNorthing(p.a) && isEasting(p.b), p.degrees() && math.Abs(p.b) > 90:
		c.bFirst++
	}
}

// orderOf reads the order of the two off the folded name of a column: 1 is x first,
// -1 y first, 0 says nothing.
func orderOf(name string) (order int, degrees bool) {
	name = "_" + name
	for _, p := range pairs {
		for _, join := range [...]string{"_", ""} {
			switch {
			case strings.HasSuffix(name, "_"+p.x+join+p.y):
				return 1, p.degrees
			case strings.HasSuffix(name, "_"+p.y+join+p.x):
				return -1, p.degrees
			}
		}
	}
	return 0, false
}

// tellsPosition reads it off a folded name.
func tellsPosition(name string) bool {
	if order, _ := orderOf(name); order != 0 {
		return true
	}
	names := [...]string{"toado", "toa_do", "vi_tri", "coordinates", "coordinate", "coords", "coord", "location", "gps", "geopoint", "geo_point", "position", "point"}
	return slices.Contains(names[:], name) || strings.HasPrefix(name, "toa_do_") || strings.HasSuffix(name, "_toa_do") || strings.HasSuffix(name, "_coordinates")
}

// positions finds the column of positions of a table without columns of x and y.
func (s *Survey) positions() int {
	if s.roles.X >= 0 {
		return -1
	}
	best := -1
	for i := range s.cols {
		c := &s.cols[i].position
		if c.good > c.bad && (c.bad == 0 || c.telling) && (best < 0 || c.telling && !s.cols[best].position.telling) {
			best = i
		}
	}
	return best
}

// settlePositions takes the order from the values, from the name, or from how the
// two are written: with a comma as maps on the web show them, latitude first.
func (s *Survey) settlePositions(l *Layout, i int) {
	c, name := &s.cols[i].position, s.names[i]
	l.mode, l.position, l.Geometry = modePositions, i, spatial.GeometryPoint
	named, degrees := orderOf(Fold(name))
	switch {
	case s.roles.named:
	case c.aFirst != c.bFirst:
		l.exchange = c.bFirst > c.aFirst
	case named != 0:
		l.exchange = named < 0
	default:
		l.exchange = c.degrees == c.good && c.separated*2 > c.good
	}
	x, y := "x", "y"
	degrees = c.degrees == c.good && (degrees || c.plain*2 > c.good)
	switch {
	case degrees:
		x, y = "longitude", "latitude"
		l.CRS.SRID = spatial.SRIDWGS84
	case c.degrees == 0:
		x, y = "easting", "northing"
	}
	if l.exchange {
		x, y = y, x
	}
	l.CRS.Reason = fmt.Sprintf("column %q holds positions, read as %s then %s", name, x, y)
	if degrees {
		l.CRS.Reason += "; taken as WGS 84"
	}
}

// place makes the point of a text of both ordinates.
func (b *Builder) place(raw []byte) {
	if isVoid(raw) {
		return
	}
	p, ok := readPosition(raw)
	if !ok {
		b.lost = append(b.lost, importers.RecordError{Field: b.l.names[b.l.position], Raw: importers.Shorten(raw), Reason: spatial.Text{
			VI: "giá trị không phải một cặp tọa độ, nên bản ghi không có hình học",
			EN: "the value is no pair of coordinates, so the record has no geometry",
		}})
		return
	}
	if b.l.exchange {
		p.a, p.b = p.b, p.a
	}
	b.geom = wkb.AppendHeader(b.geom[:0], wkb.Point, spatial.XY)
	b.geom = wkb.AppendFloat(wkb.AppendFloat(b.geom, p.a), p.b)
	b.rec.Geometry = b.geom
}
