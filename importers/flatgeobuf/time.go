package flatgeobuf

import "time"

// dateMetadata marks a DateTime column of whole days.
const dateMetadata = `{"type":"date"}`

// parseTime reads ISO 8601 dates and times, with GDAL's slashes, too:
// 2024-02-29, 2024/02/29 10:00:00+07, 2024-02-29T10:00:00.123Z. One without a
// zone is UTC.
func parseTime(b []byte) (time.Time, bool) {
	p := clock{b: b, ok: true}
	year, month, day := p.digits(4, 4), 0, 0
	sep := p.any("-/")
	month = p.digits(1, 2)
	p.ok = p.ok && p.any("-/") == sep && sep != 0
	day = p.digits(1, 2)
	if !p.ok || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	var h, m, s, nanos, offset int
	if p.any("Tt ") != 0 {
		h = p.digits(1, 2)
		p.ok = p.ok && p.any(":") != 0
		m = p.digits(2, 2)
		if p.any(":") != 0 {
			s = p.digits(2, 2)
			if p.any(".,") != 0 {
				nanos = p.fraction()
			}
		}
		offset = p.zone()
	}
	if !p.ok || len(p.b) > 0 || h > 24 || m > 59 || s > 60 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, h, m, s, nanos, time.UTC)
	if y, mo, d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Date(); y < 1 || mo != time.Month(month) || d != day {
		return time.Time{}, false
	}
	return t.Add(-time.Duration(offset) * time.Minute), true
}

type clock struct {
	b  []byte
	ok bool
}

func (p *clock) digits(least, most int) int {
	n, v := 0, 0
	for n < most && n < len(p.b) && p.b[n] >= '0' && p.b[n] <= '9' {
		v = 10*v + int(p.b[n]-'0')
		n++
	}
	p.ok = p.ok && n >= least
	p.b = p.b[n:]
	return v
}

// any takes one of the letters and returns it, 0 without.
func (p *clock) any(letters string) byte {
	if len(p.b) > 0 {
		for i := range len(letters) {
			if p.b[0] == letters[i] {
				p.b = p.b[1:]
				return letters[i]
			}
		}
	}
	return 0
}

func (p *clock) fraction() int {
	nanos, unit := 0, 100_000_000
	for len(p.b) > 0 && p.b[0] >= '0' && p.b[0] <= '9' {
		nanos += int(p.b[0]-'0') * unit
		unit /= 10
		p.b = p.b[1:]
	}
	return nanos
}

// zone returns minutes east of Greenwich.
func (p *clock) zone() int {
	sign := 1
	switch p.any("Zz+-") {
	case '-':
		sign = -1
	case '+':
	default:
		return 0
	}
	h := p.digits(2, 2)
	m := 0
	if p.any(":") != 0 || len(p.b) > 0 {
		m = p.digits(2, 2)
	}
	p.ok = p.ok && h <= 15 && m <= 59
	return sign * (60*h + m)
}
