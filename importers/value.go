package importers

import (
	"strings"
	"time"
	"unicode"
)

// Value is one attribute of a Record, without boxing; the FieldInfo at the same
// place says which member holds it.
//
//	string, json  Bytes (UTF-8, NFC)
//	integer       Int
//	number        Float
//	boolean       Int, 0 or 1
//	date          Int, days since 2000-01-01 (PostgreSQL's epoch)
//	datetime      Int, microseconds since 2000-01-01T00:00Z
type Value struct {
	Valid bool // false is null
	Int   int64
	Float float64
	Bytes []byte
}

const (
	unixToPostgresDays   = 10957 // 1970-01-01 to 2000-01-01
	unixToPostgresMicros = unixToPostgresDays * 86400 * 1_000_000
)

// DateOf is the Int of a date: the calendar day that t shows in its own zone.
func DateOf(t time.Time) int64 {
	_, offset := t.Zone()
	s := t.Unix() + int64(offset)
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return d - unixToPostgresDays
}

// DateTimeOf is the Int of a datetime.
func DateTimeOf(t time.Time) int64 { return t.UnixMicro() - unixToPostgresMicros }

// Day is midnight UTC of the day that the Int of a date means.
func (v Value) Day() time.Time {
	return time.Unix((v.Int+unixToPostgresDays)*86400, 0).UTC()
}

// Time is what the Int of a datetime means, in UTC.
func (v Value) Time() time.Time { return time.UnixMicro(v.Int + unixToPostgresMicros).UTC() }

// Shorten makes raw input fit for a report: printable, at most 80 bytes.
func Shorten(raw []byte) string {
	cut := ""
	if len(raw) > 80 {
		raw, cut = raw[:80], "…"
	}
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, string(raw)), "") + cut
}
