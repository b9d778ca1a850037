package csv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"sync/atomic"

	"gisd/importers/table"
)

const (
	firstBuffer = 512 << 10
	// maxRecord bounds one record; the text of a coast line with a million
	// positions fits.
	maxRecord = 32 << 20
	// maxCells bounds the values of one record: more than a table has columns.
	maxCells = 4096
)

// dialect is how values are told apart.
type dialect struct {
	delimiter byte
	quote     byte // 0 for none
}

// scanner splits text into records. What it hands out is valid until the next
// call.
type scanner struct {
	r     io.Reader
	d     dialect
	buf   []byte
	from  int // of what is not yet used in buf
	to    int
	eof   bool
	cells []table.Cell
	mixed []int // cells with quotes inside, to be unescaped
	line  int64 // of the record
	lines int64 // ended before buf[from]
	used  atomic.Int64
	limit int

	open    bool // the record ended inside a quoted value
	tooLong bool
	crowded bool // more than maxCells values
}

func newScanner(r io.Reader, d dialect) *scanner {
	return &scanner{r: r, d: d, buf: make([]byte, firstBuffer), limit: maxRecord}
}

// next finds the next record that is not an empty line; ok is false at the end.
func (s *scanner) next() (ok bool, err error) {
	for {
		if s.from == s.to && s.eof {
			return false, nil
		}
		n, whole := s.record(s.buf[s.from:s.to], s.eof)
		if !whole {
			if err := s.more(); err != nil {
				return false, err
			}
			if s.tooLong {
				return s.long()
			}
			continue
		}
		s.line = s.lines + 1
		s.countLines(s.buf[s.from : s.from+n])
		s.from += n
		if len(s.cells) == 1 && len(s.cells[0].Text) == 0 && !s.cells[0].Quoted {
			continue
		}
		for _, i := range s.mixed {
			s.cells[i].Text = unescape(s.cells[i].Text, s.d.quote)
		}
		return true, nil
	}
}

// countLines counts the line ends of a record: \n, \r\n or a lone \r.
func (s *scanner) countLines(b []byte) {
	n := bytes.Count(b, []byte{'\n'})
	if n == 0 && len(b) > 0 && b[len(b)-1] == '\r' {
		n = 1
	}
	s.lines += int64(n)
}

// more reads on, moving what is left to the front and growing the buffer where
// one record fills it. At the limit it sets tooLong.
func (s *scanner) more() error {
	if s.from > 0 {
		copy(s.buf, s.buf[s.from:s.to])
		s.to -= s.from
		s.from = 0
	}
	if s.to == len(s.buf) {
		if len(s.buf) >= s.limit {
			s.tooLong = true
			return nil
		}
		grown := make([]byte, min(2*len(s.buf), s.limit))
		copy(grown, s.buf[:s.to])
		s.buf = grown
	}
	return s.fill()
}

func (s *scanner) fill() error {
	for range 100 {
		n, err := s.r.Read(s.buf[s.to:])
		s.to += n
		s.used.Add(int64(n))
		if errors.Is(err, io.EOF) {
			s.eof = true
			return nil
		}
		if n > 0 || err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// long passes over the rest of a record that is beyond the limit, without
// keeping it. The beginning stays in cells[0] for the report.
func (s *scanner) long() (bool, error) {
	s.line = s.lines + 1
	s.lines += int64(bytes.Count(s.buf[:s.to], []byte{'\n'}))
	head := append([]byte(nil), s.buf[:min(s.to, 64<<10)]...)
	quoted := s.open
	for {
		s.from, s.to = 0, 0
		if s.eof {
			break
		}
		if err := s.fill(); err != nil {
			return false, err
		}
		if end := s.pass(s.buf[:s.to], &quoted); end >= 0 {
			s.from = end
			s.lines += int64(bytes.Count(s.buf[:end], []byte{'\n'}))
			break
		}
		s.lines += int64(bytes.Count(s.buf[:s.to], []byte{'\n'}))
	}
	s.open = quoted
	s.cells = append(s.cells[:0], table.Cell{Text: head})
	return true, nil
}

// pass looks for the end of a record in b; -1 is none.
func (s *scanner) pass(b []byte, quoted *bool) int {
	for i, c := range b {
		switch {
		case c == s.d.quote && s.d.quote != 0:
			*quoted = !*quoted
		case c == '\n' && !*quoted:
			return i + 1
		}
	}
	return -1
}

// record splits the record that b begins with and says its size with its line
// end; whole is false where b ends before it does and more may follow.
func (s *scanner) record(b []byte, last bool) (n int, whole bool) {
	s.cells, s.mixed = s.cells[:0], s.mixed[:0]
	s.open, s.crowded, s.tooLong = false, false, false
	i := 0
	for {
		cell := table.Cell{}
		from := i
		if i < len(b) && b[i] == s.d.quote && s.d.quote != 0 {
			var inner, ok bool
			if cell.Text, i, inner, ok = s.quoted(b, i, last); !ok {
				return 0, false
			}
			cell.Quoted = true
			if inner {
				s.mixed = append(s.mixed, len(s.cells))
			}
		} else {
			i += s.plain(b[i:])
			cell.Text = b[from:i]
		}
		if i == len(b) && !last {
			return 0, false
		}
		if len(s.cells) < maxCells {
			s.cells = append(s.cells, cell)
		} else {
			s.crowded = true
		}
		if i == len(b) {
			return i, true
		}
		c := b[i]
		i++
		if c == s.d.delimiter {
			continue
		}
		if c == '\r' {
			if i == len(b) && !last {
				return 0, false
			}
			if i < len(b) && b[i] == '\n' {
				i++
			}
		}
		return i, true
	}
}

// quoted reads a value in quotes that begins at i. A quote inside is written
// twice; what follows the closing quote up to the delimiter belongs to the value.
func (s *scanner) quoted(b []byte, i int, last bool) (text []byte, end int, inner, ok bool) {
	from := i + 1
	for j := from; ; {
		k := bytes.IndexByte(b[j:], s.d.quote)
		if k < 0 {
			s.open = true
			return b[from:], len(b), inner, last
		}
		k += j
		if k+1 == len(b) {
			return b[from:k], k + 1, inner, last
		}
		switch c := b[k+1]; {
		case c == s.d.quote:
			inner = true
			j = k + 2
		case c == s.d.delimiter, c == '\n', c == '\r':
			return b[from:k], k + 1, inner, true
		default:
			end := k + 1 + s.plain(b[k+1:])
			return b[from:end], end, true, true
		}
	}
}

// unescape works in place: a pair of quotes is one, a single one goes.
func unescape(b []byte, quote byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == quote {
			if i+1 < len(b) && b[i+1] == quote {
				i++
			} else {
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

// plain is the length of a value without quotes: up to the delimiter or the line
// end. It looks at eight bytes at a time.
func (s *scanner) plain(b []byte) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	delimiter := ones * uint64(s.d.delimiter)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		d, n, r := v^delimiter, v^(ones*'\n'), v^(ones*'\r')
		hit := ((d - ones) &^ d) | ((n - ones) &^ n) | ((r - ones) &^ r)
		if hit &= tops; hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == s.d.delimiter || c == '\n' || c == '\r' {
			break
		}
	}
	return i
}
