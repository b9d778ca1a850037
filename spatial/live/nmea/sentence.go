package nmea

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
)

// MaxLine bounds one line with its tag block. The standard allows 82 characters
// for a sentence; receivers send longer ones.
const MaxLine = 512

// Sentence is one line: "$GPRMC,…*hh", or "!AIVDM,…*hh", perhaps behind a tag
// block "\s:station,c:1577836800*hh\".
type Sentence struct {
	Talker string    // "GP"; "" in a proprietary sentence
	Type   string    // "RMC", or "PSRF103" of a proprietary one
	Fields []string  // what follows the first comma
	Source string    // of the tag block's s:, the station that heard it
	Time   time.Time // of the tag block's c:, else zero
}

// ErrChecksum is a line whose checksum does not fit what it says.
var ErrChecksum = errors.New("nmea: the checksum does not fit")

// errForm is a line that is no sentence.
var errForm = errors.New("nmea: not a sentence")

// Parse reads one line without its line break. A sentence without a checksum is
// taken (the standard lets most go without), a wrong checksum is ErrChecksum.
func Parse(line []byte) (Sentence, error) {
	var s Sentence
	line = bytes.TrimSpace(line)
	if len(line) > MaxLine {
		return s, errForm
	}
	if len(line) > 0 && line[0] == '\\' {
		block, rest, ok := bytes.Cut(line[1:], []byte{'\\'})
		if !ok {
			return s, errForm
		}
		if err := s.tag(block); err != nil {
			return s, err
		}
		line = bytes.TrimSpace(rest)
	}
	if len(line) < 6 || line[0] != '$' && line[0] != '!' {
		return s, errForm
	}
	body, err := checked(line[1:])
	if err != nil {
		return s, err
	}
	for _, c := range body {
		if c < ' ' || c > '~' {
			return s, errForm
		}
	}
	parts := strings.Split(string(body), ",")
	switch address := parts[0]; {
	case len(address) == 5 && address[0] != 'P':
		s.Talker, s.Type = address[:2], address[2:]
	case len(address) > 1 && address[0] == 'P':
		s.Type = address
	default:
		return s, errForm
	}
	s.Fields = parts[1:]
	return s, nil
}

// checked cuts the checksum off and compares it: the exclusive or of all between
// the first character and the asterisk.
func checked(text []byte) ([]byte, error) {
	body, sum, ok := bytes.Cut(text, []byte{'*'})
	if !ok {
		return body, nil
	}
	want, err := strconv.ParseUint(strings.TrimSpace(string(sum)), 16, 8)
	if err != nil || len(bytes.TrimSpace(sum)) != 2 || byte(want) != Checksum(body) {
		return nil, ErrChecksum
	}
	return body, nil
}

// Checksum is the exclusive or of all bytes.
func Checksum(text []byte) (sum byte) {
	for _, c := range text {
		sum ^= c
	}
	return sum
}

// tag reads a tag block, "s:station,c:1577836800*hh" (NMEA 0183 4.00 §7).
func (s *Sentence) tag(block []byte) error {
	body, err := checked(block)
	if err != nil {
		return err
	}
	for item := range strings.SplitSeq(string(body), ",") {
		name, value, _ := strings.Cut(item, ":")
		switch name {
		case "s":
			s.Source = value
		case "c":
			v, err := strconv.ParseInt(value, 10, 64)
			if err != nil || v < 0 || v > 1e14 {
				continue
			}
			if v < 1e11 { // seconds; some stations send milliseconds
				v *= 1000
			}
			s.Time = time.UnixMilli(v).UTC()
		}
	}
	return nil
}

// field is the i-th field, "" beyond the last.
func (s *Sentence) field(i int) string {
	if i >= len(s.Fields) {
		return ""
	}
	return s.Fields[i]
}

func (s *Sentence) number(i int) (float64, bool) {
	v, err := strconv.ParseFloat(s.field(i), 64)
	return v, err == nil && v-v == 0
}

// degrees reads ddmm.mmmm and its hemisphere from two fields.
func (s *Sentence) degrees(i int, positive, negative string, most float64) (float64, bool) {
	v, ok := s.number(i)
	if !ok || v < 0 {
		return 0, false
	}
	whole := float64(int(v / 100))
	minutes := v - whole*100
	if minutes >= 60 || whole > most {
		return 0, false
	}
	v = whole + minutes/60
	switch s.field(i + 1) {
	case positive:
	case negative:
		v = -v
	default:
		return 0, false
	}
	return v, v >= -most && v <= most
}

// timeOfDay reads hhmmss.sss.
func (s *Sentence) timeOfDay(i int) (time.Duration, bool) {
	text := s.field(i)
	if len(text) < 6 {
		return 0, false
	}
	hour, err1 := strconv.ParseUint(text[:2], 10, 8)
	minute, err2 := strconv.ParseUint(text[2:4], 10, 8)
	second, err3 := strconv.ParseFloat(text[4:], 64)
	if err1 != nil || err2 != nil || err3 != nil || hour > 23 || minute > 59 || !(second >= 0 && second < 61) {
		return 0, false
	}
	seconds := time.Duration(second * float64(time.Second)).Round(time.Millisecond)
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + seconds, true
}

// date reads ddmmyy; years before 80 are of this century.
func (s *Sentence) date(i int) (time.Time, bool) {
	text := s.field(i)
	if len(text) != 6 {
		return time.Time{}, false
	}
	v, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return time.Time{}, false
	}
	year := 2000 + int(v%100)
	if year >= 2080 {
		year -= 100
	}
	return calendar(year, int(v/100%100), int(v/10000))
}

// calendar refuses days that there are not, which time.Date would move on.
func calendar(year, month, day int) (time.Time, bool) {
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at, at.Year() == year && at.Month() == time.Month(month) && at.Day() == day
}
