package live

import (
	"strconv"
	"time"
)

// quickPosition reads what nearly every position looks like: one object of texts
// without escapes and numbers, each of a member that is known. It says no to anything
// else, valid or not, and reads nothing that encoding/json would read otherwise.
func quickPosition(text []byte, p *Position) bool {
	q := quick{rest: text}
	var device, lon, lat bool
	for open := byte('{'); q.skip(open); open = ',' {
		name, ok := q.text()
		if !ok || !q.skip(':') {
			return false
		}
		switch string(name) {
		case "device":
			var id []byte
			id, device = q.text()
			ok, p.Device = device, string(id)
		case "time":
			var at []byte
			if at, ok = q.text(); ok {
				var t time.Time
				ok = t.UnmarshalText(at) == nil
				p.Time = t
			}
		case "lon":
			p.Lon, lon = q.number()
			ok = lon
		case "lat":
			p.Lat, lat = q.number()
			ok = lat
		case "speed":
			ok = q.measure(&p.SpeedKMH)
		case "bearing":
			ok = q.measure(&p.BearingDegrees)
		case "accuracy":
			ok = q.measure(&p.AccuracyMeters)
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return q.skip('}') && q.end() && device && lon && lat
}

// quick reads tokens off the front of rest.
type quick struct{ rest []byte }

func (q *quick) space() {
	for len(q.rest) > 0 && (q.rest[0] == ' ' || q.rest[0] == '\t' || q.rest[0] == '\r' || q.rest[0] == '\n') {
		q.rest = q.rest[1:]
	}
}

func (q *quick) end() bool {
	q.space()
	return len(q.rest) == 0
}

// skip takes a character, after spaces, if it comes next.
func (q *quick) skip(c byte) bool {
	q.space()
	if len(q.rest) == 0 || q.rest[0] != c {
		return false
	}
	q.rest = q.rest[1:]
	return true
}

// text reads a string of plain ASCII.
func (q *quick) text() ([]byte, bool) {
	if !q.skip('"') {
		return nil, false
	}
	for i, c := range q.rest {
		switch {
		case c == '"':
			s := q.rest[:i]
			q.rest = q.rest[i+1:]
			return s, true
		case c < 0x20 || c > 0x7e || c == '\\':
			return nil, false
		}
	}
	return nil, false
}

func (q *quick) measure(m *Measure) (ok bool) {
	m.Value, ok = q.number()
	m.Known = ok
	return ok
}

// number reads a number of JSON's grammar (RFC 8259 §6).
func (q *quick) number() (float64, bool) {
	q.space()
	n := 0
	digits := func() bool {
		from := n
		for n < len(q.rest) && q.rest[n] >= '0' && q.rest[n] <= '9' {
			n++
		}
		return n > from
	}
	at := func(chars string) bool {
		for i := range len(chars) {
			if n < len(q.rest) && q.rest[n] == chars[i] {
				n++
				return true
			}
		}
		return false
	}
	at("-")
	if !at("0") && !digits() {
		return 0, false
	}
	if at(".") && !digits() {
		return 0, false
	}
	if at("eE") {
		at("+-")
		if !digits() {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(q.rest[:n]), 64)
	q.rest = q.rest[n:]
	return v, err == nil
}
