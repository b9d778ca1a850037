package table

import (
	"bytes"
	"math"

	"gisd/spatial"
)

// Cell is one value of a row as it stands; blanks around it do not count, save
// in text.
type Cell struct {
	Text []byte
	// Quoted says that the source marks the value as text.
	Quoted bool
	// Fault marks a value that the source itself calls an error: "#N/A".
	Fault bool
	// Void marks an empty cell that should have a value: a formula that nobody
	// has computed.
	Void bool
}

// column is what the survey learns of one.
type column struct {
	seen, quoted int64 // values that are not void; of them, marked as text
	numbers      int64
	bad          [4]int64 // values that are no number in each style
	fraction     [4]int64 // values that are no whole number in each style
	wide         bool     // a whole number beyond 64 bits
	code         bool
	booleans     int64
	dates        int64
	orders       order
	timed        bool
	done         bool  // nothing but text can come of it
	coordinate   bool  // goes on where others are done
	most         int64 // values of so many one may be no number in a coordinate
	angle        bool  // degrees, minutes and seconds are numbers too
	angles       int64
	geometry     geometryColumn
	position     positionColumn
}

// isVoid tells words that stand for "no value" in a column of numbers or dates.
func isVoid(b []byte) bool {
	switch len(b) {
	case 0:
		return true
	case 1:
		return b[0] == '-'
	case 2:
		return string(b) == `\N` || string(b) == "NA"
	case 3:
		return string(b) == "N/A" || string(b) == "n/a" || b[0]|0x20 == 'n' && b[1]|0x20 == 'a' && b[2]|0x20 == 'n'
	case 4:
		return string(b) == "NULL" || string(b) == "null" || string(b) == "None" || string(b) == "#N/A" || string(b) == "Null"
	}
	return false
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] <= ' ') {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func (c *column) see(cell *Cell) {
	if cell.Fault {
		return
	}
	b := trim(cell.Text)
	if len(b) == 0 {
		return
	}
	c.geometry.see(b)
	c.position.see(b)
	if c.done || isVoid(b) {
		return
	}
	c.seen++
	if cell.Quoted {
		c.quoted++
	}
	s := shapeOf(b)
	if s.styles == 0 && c.angle && c.seeAngle(b) {
		return
	}
	if s.styles != 0 {
		c.numbers++
		if len(b) > 18 && s.integer != 0 {
			_, fits := parseInteger(canonical(nil, b, firstStyle(s.integer)))
			c.wide = c.wide || !fits
		}
	}
	for i := range c.bad {
		if s.styles>>i&1 == 0 {
			c.bad[i]++
		}
		if s.integer>>i&1 == 0 {
			c.fraction[i]++
		}
	}
	c.code = c.code || s.code
	if s.styles == 0 {
		c.other(b)
	}
	if !c.coordinate && c.numbers < c.seen && c.booleans < c.seen && c.dates < c.seen {
		c.done = true
	}
}

// seeAngle counts degrees with minutes and seconds as a number in every style.
func (c *column) seeAngle(b []byte) bool {
	if _, ok := parseAngle(b); !ok {
		return false
	}
	c.numbers++
	c.angles++
	for i := range c.fraction {
		c.fraction[i]++
	}
	return true
}

// plain makes a column that is no coordinate after all one as all others are.
func (c *column) plain() {
	c.numbers -= c.angles
	for i := range c.bad {
		c.bad[i] += c.angles
	}
	c.coordinate, c.angle, c.angles = false, false, 0
}

func firstStyle(s style) style {
	for k := point; k < allStyles; k <<= 1 {
		if s&k != 0 {
			return k
		}
	}
	return point
}

func (c *column) other(b []byte) {
	if _, ok := readBoolean(b); ok {
		c.booleans++
		return
	}
	m, ok := readMoment(b)
	if !ok {
		return
	}
	if c.dates == 0 {
		c.orders = allOrders
	}
	c.dates++
	c.orders &= m.orders
	c.timed = c.timed || m.timed
}

func readBoolean(b []byte) (value, ok bool) {
	switch {
	case len(b) == 4 && bytes.EqualFold(b, []byte("true")):
		return true, true
	case len(b) == 5 && bytes.EqualFold(b, []byte("false")):
		return false, true
	}
	return false, false
}

// habits are what the columns of a table together say of how it is written.
type habits struct {
	comma, point bool // decimal marks in use beyond doubt
	preferComma  bool // where neither is
	orders       order
	unquoted     bool // some values are not marked as text
}

func (h *habits) learn(c *column) {
	if c.seen == 0 {
		return
	}
	h.unquoted = h.unquoted || c.quoted < c.seen
	if c.numbers == c.seen {
		commas, points := c.bad[1] == 0 || c.bad[3] == 0, c.bad[0] == 0 || c.bad[2] == 0
		h.comma = h.comma || commas && !points
		h.point = h.point || points && !commas
	}
	if c.dates == c.seen && (c.orders == dayFirst || c.orders == monthFirst) {
		h.orders |= c.orders
	}
}

// reading is how the values of a column are read.
type reading struct {
	kind  spatial.FieldType
	style style
	order order
	angle bool // degrees, minutes and seconds are read too
}

// settle decides. Easting and northing, longitude and latitude are numbers where
// half of the values are, a height where nine of ten are: the others are lost.
func (c *column) settle(h habits) reading {
	text := reading{kind: spatial.FieldString}
	if c.seen == 0 {
		return text
	}
	if c.numbers > 0 && (c.coordinate || !c.code) {
		if s, ok := c.numberStyle(h); ok {
			kept := c.quoted == c.seen && h.unquoted && s == point && !c.coordinate
			switch i := styleIndex(s); {
			case kept || c.wide && !c.coordinate:
				return text
			case c.fraction[i] == 0:
				return reading{kind: spatial.FieldInteger, style: s}
			}
			return reading{kind: spatial.FieldNumber, style: s, angle: c.angle}
		}
	}
	switch {
	case c.done || c.code:
		return text
	case c.booleans == c.seen:
		return reading{kind: spatial.FieldBoolean}
	case c.dates == c.seen && c.orders != 0:
		return c.settleDate(h)
	}
	return text
}

func (c *column) settleDate(h habits) reading {
	r := reading{kind: spatial.FieldDate, order: c.orders}
	if c.timed {
		r.kind = spatial.FieldDateTime
	}
	if r.order == dayFirst|monthFirst {
		r.order = h.orders
	}
	if r.order != yearFirst && r.order != dayFirst && r.order != monthFirst {
		return reading{kind: spatial.FieldString}
	}
	return r
}

func styleIndex(s style) int {
	switch s {
	case comma:
		return 1
	case pointGroup:
		return 2
	case commaGroup:
		return 3
	}
	return 0
}

func (c *column) numberStyle(h habits) (style, bool) {
	if c.bad == [4]int64{} {
		return point, true // digits alone
	}
	order := [...]style{point, pointGroup, comma, commaGroup}
	// "106,651" is no group of thousands where it has to be a longitude.
	if h.comma && !h.point || !h.point && (h.preferComma || c.angle) && c.bad[0] > 0 {
		order = [...]style{comma, commaGroup, point, pointGroup}
	}
	allowed := int64(0)
	if c.coordinate {
		allowed = c.seen / c.most
	}
	best, found := point, false
	fewest := int64(math.MaxInt64)
	for _, s := range order {
		if n := c.bad[styleIndex(s)]; n <= allowed && n < fewest {
			best, fewest, found = s, n, true
		}
	}
	return best, found
}
