package table

import (
	"bytes"
	"time"

	"gisd/importers"
)

// order is the order of day, month and year.
type order uint8

const (
	yearFirst  order = 1 << iota // 2024-12-31
	dayFirst                     // 31/12/2024
	monthFirst                   // 12/31/2024
	allOrders  = yearFirst | dayFirst | monthFirst
)

// moment is a date, perhaps with a time, taken apart.
type moment struct {
	n      [3]int // as they stand
	orders order  // in which they are a date
	timed  bool
	nanos  int64 // of the day
	offset int   // seconds east of UTC
}

// readMoment reads dates with -, / or . between the numbers, and a time of day
// after a blank or T. Without a zone the time is taken as UTC.
func readMoment(b []byte) (m moment, ok bool) {
	if len(b) < 8 || len(b) > 40 || b[0]-'0' > 9 {
		return m, false
	}
	var size [3]int
	sep, part := byte(0), 0
	i := 0
	for ; i < len(b); i++ {
		c := b[i]
		if c-'0' <= 9 {
			if size[part]++; size[part] > 4 {
				return m, false
			}
			m.n[part] = m.n[part]*10 + int(c-'0')
			continue
		}
		if part == 2 {
			break
		}
		if c != '-' && c != '/' && c != '.' || sep != 0 && c != sep {
			return m, false
		}
		sep = c
		part++
	}
	switch {
	case part != 2 || size[0] == 0 || size[1] == 0 || size[1] > 2 || size[2] == 0:
		return m, false
	case size[0] == 4 && size[2] <= 2:
		m.orders = yearFirst
	case size[0] <= 2 && size[2] == 4:
		m.orders = dayFirst | monthFirst
	}
	for _, o := range [...]order{yearFirst, dayFirst, monthFirst} {
		if m.orders&o != 0 && !m.exists(o) {
			m.orders &^= o
		}
	}
	if m.orders == 0 {
		return m, false
	}
	return m, m.clock(b[i:])
}

func (m *moment) ymd(o order) (year, month, day int) {
	switch o {
	case dayFirst:
		return m.n[2], m.n[1], m.n[0]
	case monthFirst:
		return m.n[2], m.n[0], m.n[1]
	}
	return m.n[0], m.n[1], m.n[2]
}

func (m *moment) exists(o order) bool {
	y, mo, d := m.ymd(o)
	if y < 1 || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return false
	}
	return d <= 28 || time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC).Day() == d
}

// clock reads what follows the date: nothing, or hh:mm[:ss[.f]] [AM|PM] [zone].
func (m *moment) clock(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] != 'T' && b[0] != ' ' {
		return false
	}
	b = bytes.TrimLeft(b[1:], " ")
	if len(b) == 0 {
		return true
	}
	hour, b, ok := twoDigits(b)
	if !ok || len(b) == 0 || b[0] != ':' {
		return false
	}
	minute, b, ok := twoDigits(b[1:])
	if !ok {
		return false
	}
	second, nanos := 0, 0
	if len(b) > 0 && b[0] == ':' {
		if second, b, ok = twoDigits(b[1:]); !ok {
			return false
		}
		if len(b) > 1 && b[0] == '.' {
			b = b[1:]
			scale := 100_000_000
			for len(b) > 0 && b[0]-'0' <= 9 {
				nanos += int(b[0]-'0') * scale
				scale /= 10
				b = b[1:]
			}
		}
	}
	if hour, b, ok = halfDay(hour, b); !ok || hour > 24 || minute > 59 || second > 60 || hour == 24 && minute+second > 0 {
		return false
	}
	m.timed = true
	m.nanos = int64(hour*3600+minute*60+second)*1_000_000_000 + int64(nanos)
	return m.zone(bytes.TrimLeft(b, " "))
}

func twoDigits(b []byte) (int, []byte, bool) {
	if len(b) == 0 || b[0]-'0' > 9 {
		return 0, b, false
	}
	if len(b) > 1 && b[1]-'0' <= 9 {
		return int(b[0]-'0')*10 + int(b[1]-'0'), b[2:], true
	}
	return int(b[0] - '0'), b[1:], true
}

// halfDay takes AM and PM, and what a Vietnamese system writes for them.
func halfDay(hour int, b []byte) (int, []byte, bool) {
	t := bytes.TrimLeft(b, " ")
	if len(t) < 2 {
		return hour, b, true
	}
	switch string(bytes.ToUpper(t[:2])) {
	case "AM", "SA":
		return hour % 12, t[2:], hour >= 1 && hour <= 12
	case "PM", "CH":
		return hour%12 + 12, t[2:], hour >= 1 && hour <= 12
	}
	return hour, b, true
}

func (m *moment) zone(b []byte) bool {
	if len(b) == 0 || string(b) == "Z" || string(b) == "UTC" {
		return true
	}
	if b[0] != '+' && b[0] != '-' {
		return false
	}
	hours, rest, ok := twoDigits(b[1:])
	if !ok || hours > 15 {
		return false
	}
	minutes := 0
	if len(rest) > 0 {
		if rest[0] == ':' {
			rest = rest[1:]
		}
		if minutes, rest, ok = twoDigits(rest); !ok || len(rest) > 0 || minutes > 59 {
			return false
		}
	}
	m.offset = hours*3600 + minutes*60
	if b[0] == '-' {
		m.offset = -m.offset
	}
	return true
}

// days is the Int of a date, micros that of a datetime.
func (m *moment) days(o order) int64 {
	y, mo, d := m.ymd(o)
	return importers.DateOf(time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC))
}

func (m *moment) micros(o order) int64 {
	return m.days(o)*86_400_000_000 + m.nanos/1000 - int64(m.offset)*1_000_000
}
