package ais

import "math"

// Message is what a vessel says of itself; what a message does not tell, or the
// vessel does not know, is nil or "".
type Message struct {
	Type     int
	MMSI     uint32
	Position *Position // messages 1 to 3, 18 and 19
	Static   *Static   // messages 5, 19 and 24
}

// Position is a report of where a vessel is, SRID 4326 degrees.
type Position struct {
	Lon, Lat    float64
	SpeedKnots  *float64
	Course      *float64 // over ground, degrees clockwise from true north
	Heading     *float64 // degrees clockwise from true north
	Status      *int     // navigational status, 0 under way … 15; class A only
	High        bool     // accuracy better than 10 m
	SecondOfUTC int      // 0 to 59; above, the receiver has no time
	TurnPerMin  *float64 // degrees, to starboard positive; class A only
}

// Static is what a vessel is.
type Static struct {
	Name, CallSign, Destination string
	IMO                         uint32
	ShipType                    int // 0 unknown, 70 to 79 cargo, 80 to 89 tanker …
	LengthMeters, BeamMeters    int
	DraughtMeters               float64
}

// unmarshal reads one message; false where it is of another type, or shorter than
// its fields.
func unmarshal(b bits) (Message, bool) {
	m := Message{Type: int(b.uint(0, 6)), MMSI: b.uint(8, 30)}
	switch m.Type {
	case 1, 2, 3:
		return m.classA(b)
	case 5:
		return m.voyage(b)
	case 18, 19:
		return m.classB(b)
	case 24:
		return m.parts(b)
	}
	return m, false
}

// classA: ITU-R M.1371-5, annex 8, §3.1.
func (m Message) classA(b bits) (Message, bool) {
	if b.len < 143 {
		return m, false
	}
	p, ok := place(b, 61, 89)
	if !ok {
		return m, false
	}
	status := int(b.uint(38, 4))
	p.Status = &status
	p.TurnPerMin = turn(b.int(42, 8))
	p.SpeedKnots, p.High = tenths(b.uint(50, 10), 1023), b.uint(60, 1) == 1
	p.Course, p.Heading = tenths(b.uint(116, 12), 3600), whole(b.uint(128, 9))
	p.SecondOfUTC = int(b.uint(137, 6))
	m.Position = p
	return m, true
}

// classB: §3.16 and, with name and type, §3.17.
func (m Message) classB(b bits) (Message, bool) {
	if b.len < 139 {
		return m, false
	}
	p, ok := place(b, 57, 85)
	if !ok {
		return m, false
	}
	p.SpeedKnots, p.High = tenths(b.uint(46, 10), 1023), b.uint(56, 1) == 1
	p.Course, p.Heading = tenths(b.uint(112, 12), 3600), whole(b.uint(124, 9))
	p.SecondOfUTC = int(b.uint(133, 6))
	m.Position = p
	if m.Type == 19 && b.len >= 301 {
		m.Static = &Static{Name: b.text(143, 120), ShipType: int(b.uint(263, 8))}
		m.Static.LengthMeters, m.Static.BeamMeters = size(b, 271)
	}
	return m, true
}

// voyage: §3.3. Many stations send two bits less than the 424.
func (m Message) voyage(b bits) (Message, bool) {
	if b.len < 420 {
		return m, false
	}
	s := &Static{
		IMO: b.uint(40, 30), CallSign: b.text(70, 42), Name: b.text(112, 120), ShipType: int(b.uint(232, 8)),
		DraughtMeters: float64(b.uint(294, 8)) / 10, Destination: b.text(302, 120),
	}
	s.LengthMeters, s.BeamMeters = size(b, 240)
	m.Static = s
	return m, true
}

// parts: §3.22, the name in part A and the rest in part B.
func (m Message) parts(b bits) (Message, bool) {
	switch part := b.uint(38, 2); {
	case part == 0 && b.len >= 160:
		m.Static = &Static{Name: b.text(40, 120)}
	case part == 1 && b.len >= 162:
		m.Static = &Static{ShipType: int(b.uint(40, 8)), CallSign: b.text(90, 42)}
		if m.MMSI/10_000_000 != 98 { // of an auxiliary craft these bits are the mother ship
			m.Static.LengthMeters, m.Static.BeamMeters = size(b, 132)
		}
	default:
		return m, false
	}
	return m, true
}

// place reads lon and lat; 181° and 91° stand for unknown.
func place(b bits, lonAt, latAt int) (*Position, bool) {
	const perDegree = 600_000
	lon, lat := float64(b.int(lonAt, 28))/perDegree, float64(b.int(latAt, 27))/perDegree
	if math.Abs(lon) > 180 || math.Abs(lat) > 90 {
		return nil, false
	}
	return &Position{Lon: lon, Lat: lat}, true
}

// tenths is nil from the value that stands for unknown.
func tenths(v, unknown uint32) *float64 {
	if v >= unknown {
		return nil
	}
	f := float64(v) / 10
	return &f
}

// whole reads a heading, of which 511 is unknown.
func whole(v uint32) *float64 {
	if v >= 360 {
		return nil
	}
	f := float64(v)
	return &f
}

// turn undoes ROT = 4.733 √(degrees a minute); ±127 is faster than 5° in 30 s
// without a number, -128 unknown.
func turn(v int32) *float64 {
	if v == -128 || v == 127 || v == -127 {
		return nil
	}
	f := math.Pow(float64(v)/4.733, 2)
	if v < 0 {
		f = -f
	}
	return &f
}

// size adds the distances from the antenna to bow and stern, port and starboard.
func size(b bits, at int) (length, beam int) {
	return int(b.uint(at, 9) + b.uint(at+9, 9)), int(b.uint(at+18, 6) + b.uint(at+24, 6))
}
