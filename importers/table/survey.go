package table

import (
	"bytes"
	"hash/fnv"
	"math"
	"slices"

	"gisd/importers"
)

// maxColumns is what a PostgreSQL table holds, with room for our own.
const maxColumns = 1500

// Survey looks at every row of a table once to learn its types and what its
// columns mean.
type Survey struct {
	names   []string
	named   []bool // by the source; false for field_7
	hints   Hints
	roles   Roles
	cols    []column
	rows    int64
	axes    axes
	parcels parcels
	voids   int64 // cells that should have a value
	grow    bool
}

// NewSurvey begins with the names of the columns, which are made unique; an
// empty one becomes field_N. Where grow is set a row may bring more columns.
func NewSurvey(names []string, h Hints, grow bool) *Survey {
	s := &Survey{hints: h, grow: grow}
	for _, n := range names {
		s.named = append(s.named, n != "")
	}
	s.names = uniqueNames(names)
	s.cols = make([]column, len(names))
	s.roles = findRoles(s.names, h)
	for _, i := range s.roles.likely {
		if i >= 0 {
			s.cols[i].geometry.likely = true
		}
	}
	for i := range s.cols {
		p := &s.cols[i].position
		p.telling = s.cols[i].geometry.likely || tellsPosition(Fold(s.names[i]))
		p.out = s.roles.X >= 0
	}
	if i := s.roles.Z; i >= 0 {
		s.cols[i].coordinate, s.cols[i].most = true, 10
	}
	for _, i := range [...]int{s.roles.X, s.roles.Y} {
		if i >= 0 {
			s.cols[i].coordinate, s.cols[i].most, s.cols[i].angle = true, 2, s.roles.Degrees
		}
	}
	s.axes.angle = s.roles.Degrees
	return s
}

func uniqueNames(names []string) []string {
	out, used := make([]string, len(names)), map[string]bool{}
	for _, n := range names {
		used[n] = n != ""
	}
	taken := map[string]bool{}
	for i, n := range names {
		base := n
		if n == "" {
			base = "field_" + itoa(i+1)
		}
		name := base
		for k := 2; taken[name] || name != n && used[name]; k++ {
			name = base + "_" + itoa(k)
		}
		taken[name] = true
		out[i] = name
	}
	return out
}

// Names are those of the columns so far.
func (s *Survey) Names() []string { return s.names }

// Missing lists the columns that hints name and the table does not have.
func (s *Survey) Missing() (missing []string) {
	for _, n := range [...]string{s.hints.X, s.hints.Y, s.hints.Geometry} {
		if n != "" && !slices.Contains(s.names, n) {
			missing = append(missing, n)
		}
	}
	return missing
}

// Skip counts a row that cannot be read.
func (s *Survey) Skip() {
	s.rows++
	if !s.parcels.key.open {
		s.parcels.groups++
	}
}

// Row looks at one. It reports false for more columns than a table can have.
func (s *Survey) Row(cells []Cell) bool {
	if len(cells) > len(s.cols) && s.grow {
		if len(cells) > maxColumns {
			return false
		}
		for len(s.cols) < len(cells) {
			s.names, s.named = append(s.names, "field_"+itoa(len(s.cols)+1)), append(s.named, false)
			s.cols = append(s.cols, column{position: positionColumn{out: s.roles.X >= 0}})
		}
		s.names = uniqueNames(s.names)
	}
	s.rows++
	n := min(len(cells), len(s.cols))
	for i := range n {
		if len(cells[i].Text) > 0 {
			s.cols[i].see(&cells[i])
		} else if cells[i].Void {
			s.voids++
		}
	}
	r := &s.roles
	if r.X < 0 {
		return true
	}
	x, y := at(cells[:n], r.X), at(cells[:n], r.Y)
	s.axes.see(x, y)
	if r.Parcel >= 0 {
		s.parcels.see(r, cells[:n], placed(r, cells[:n]))
	}
	return true
}

// axes counts what pairs of values can be.
type axes struct {
	angle                    bool // degrees, minutes and seconds too
	n                        int64
	metres, metresExchanged  int64 // in the range of eastings and northings of Viet Nam
	degrees, degreeExchanged int64
}

func (a *axes) see(x, y []byte) {
	fx, okX := a.number(x)
	fy, okY := a.number(y)
	if !okX || !okY {
		return
	}
	a.n++
	switch {
	case isEasting(fx) && isNorthing(fy):
		a.metres++
	case isNorthing(fx) && isEasting(fy):
		a.metresExchanged++
	case math.Abs(fx) <= 180 && math.Abs(fy) <= 90:
		a.degrees++
	case math.Abs(fx) <= 90 && math.Abs(fy) <= 180:
		a.degreeExchanged++
	}
}

func (a *axes) number(b []byte) (float64, bool) {
	v, ok := anyNumber(b)
	if !ok && a.angle {
		return parseAngle(b)
	}
	return v, ok
}

// isEasting takes the range in every zone of VN-2000 (false easting 500 km) and
// of UTM 48N and 49N over the country; isNorthing that of 7.7° to 23.7° N.
func isEasting(v float64) bool  { return v > 100_000 && v < 840_000 }
func isNorthing(v float64) bool { return v > 850_000 && v < 2_630_000 }

// anyNumber reads a number before the style of its column is known.
func anyNumber(b []byte) (float64, bool) {
	s := shapeOf(b)
	if s.styles == 0 {
		return 0, false
	}
	var scratch [64]byte
	return parseNumber(scratch[:], b, firstStyle(s.styles))
}

// parcels counts groups of rows that share a parcel number.
type parcels struct {
	key     parcelKey
	groups  int64
	rows    int64 // with coordinates
	blanks  int64 // with coordinates and without a parcel number
	first   bool  // the next corner is the first of its group
	restart int64 // groups whose first corner is number 1
	begun   map[uint64]struct{}
	again   int64  // groups whose number was there before other parcels came
	repeats string // the first such number
}

// maxBegun bounds the parcels that are remembered.
const maxBegun = 1 << 17

// begin remembers a parcel and counts those that come back.
func (p *parcels) begin() {
	if p.begun == nil {
		p.begun = map[uint64]struct{}{}
	}
	h := fnv.New64a()
	_, _ = h.Write(p.key.sheet)
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(p.key.parcel)
	if _, ok := p.begun[h.Sum64()]; ok {
		if p.again++; p.again == 1 {
			p.repeats = importers.Shorten(p.key.parcel)
		}
	} else if len(p.begun) < maxBegun {
		p.begun[h.Sum64()] = struct{}{}
	}
}

func (p *parcels) see(r *Roles, cells []Cell, placed bool) {
	changed := p.key.next(r, cells)
	if changed {
		p.groups++
		p.first = true
		p.begin()
	}
	if !placed {
		return
	}
	if !p.key.open {
		p.groups++ // refused: a corner of no parcel
	}
	p.rows++
	if len(at(cells, r.Parcel)) == 0 {
		p.blanks++
	}
	if p.first && r.Corner >= 0 {
		p.first = false
		if b := at(cells, r.Corner); len(b) > 0 && b[len(b)-1] == '1' && (len(b) == 1 || b[len(b)-2]-'0' > 9 || b[len(b)-2] == '0') {
			p.restart++
		}
	}
}

// at is the value of a column without blanks around it; -1 and columns past the
// end have none.
func at(cells []Cell, column int) []byte {
	if column < 0 || column >= len(cells) || cells[column].Fault {
		return nil
	}
	return trim(cells[column].Text)
}

// raw is what stands in a column, errors too.
func raw(cells []Cell, column int) []byte {
	if column < 0 || column >= len(cells) {
		return nil
	}
	return trim(cells[column].Text)
}

// placed reports whether a row has coordinates or should have them: an error in
// their place, or a formula without a value, is no empty cell.
func placed(r *Roles, cells []Cell) bool {
	for _, i := range [...]int{r.X, r.Y} {
		if len(raw(cells, i)) > 0 || i >= 0 && i < len(cells) && cells[i].Void {
			return true
		}
	}
	return false
}

// parcelKey follows the number of the parcel down the rows. An empty number is
// that of the row above (merged cells), as is an empty sheet.
type parcelKey struct {
	sheet, parcel []byte
	open          bool
}

// next reports whether the row begins another parcel.
func (k *parcelKey) next(r *Roles, cells []Cell) bool {
	sheet, parcel := at(cells, r.Sheet), at(cells, r.Parcel)
	if len(parcel) == 0 {
		if len(sheet) > 0 && !bytes.Equal(sheet, k.sheet) {
			k.sheet = append(k.sheet[:0], sheet...)
		}
		return false
	}
	if k.open && bytes.Equal(parcel, k.parcel) && (len(sheet) == 0 || bytes.Equal(sheet, k.sheet)) {
		return false
	}
	if len(sheet) > 0 {
		k.sheet = append(k.sheet[:0], sheet...)
	}
	k.parcel = append(k.parcel[:0], parcel...)
	k.open = true
	return true
}

// cornerList tells whether the rows are the corners of parcels: at least three
// to each, and numbered or under merged cells.
func (s *Survey) cornerList() bool {
	p, r := &s.parcels, &s.roles
	if r.Parcel < 0 || p.groups == 0 || p.rows < 3*p.groups || r.Parcel == r.Corner {
		return false
	}
	if p.blanks*3 >= p.rows {
		return true
	}
	if r.Corner < 0 {
		return false
	}
	switch Fold(s.names[r.Corner]) {
	case "stt", "tt", "so_tt", "so_thu_tu", "point", "point_id", "node", "pt":
		// The row's own number, unless it begins anew with each parcel.
		return p.restart*10 >= p.groups*9
	}
	return true
}

// Rows is the number of rows seen.
func (s *Survey) Rows() int64 { return s.rows }
