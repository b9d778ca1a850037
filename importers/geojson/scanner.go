package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxValue bounds one JSON value that must be in memory as a whole: a feature.
const maxValue = 64 << 20

var errTruncated = errors.New("the file ends in the middle of a value; it is cut short")

// scanner cuts a stream into raw JSON values. It looks only at what delimits
// them; the parser checks what is inside.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0] in the stream
	eof      bool
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 256<<10)}
}

func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

// more reads on, keeping everything from keep. It is io.EOF at the end.
func (s *scanner) more(keep int) error {
	if s.eof {
		return io.EOF
	}
	if keep > 0 {
		copy(s.buf, s.buf[keep:s.end])
		s.base += int64(keep)
		s.pos -= keep
		s.end -= keep
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxValue {
			return fmt.Errorf("the value that begins at byte %d is larger than %d MiB; a closing quote or bracket may be missing", s.offset(), maxValue>>20)
		}
		bigger := make([]byte, 2*len(s.buf))
		copy(bigger, s.buf[:s.end])
		s.buf = bigger
	}
	n, err := s.r.Read(s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) {
		s.eof = true
		if n == 0 {
			return io.EOF
		}
		return nil
	}
	return err
}

// peek returns the next byte that is no white space (nor the record separator
// of RFC 8142) without taking it.
func (s *scanner) peek() (byte, error) {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r', 0x1e:
				s.pos++
			default:
				return c, nil
			}
		}
		if err := s.more(s.pos); err != nil {
			return 0, err
		}
	}
}

// take consumes one expected byte.
func (s *scanner) take(want byte) error {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		return errTruncated
	}
	if err != nil {
		return err
	}
	if c != want {
		return fmt.Errorf("at byte %d: %q where %q belongs", s.offset(), c, want)
	}
	s.pos++
	return nil
}

// skipBOM drops a UTF-8 byte order mark.
func (s *scanner) skipBOM() error {
	for s.end-s.pos < 3 {
		if err := s.more(s.pos); err != nil {
			return nil //nolint:nilerr // shorter than a mark: whoever reads on meets the same error
		}
	}
	if bytes.HasPrefix(s.buf[s.pos:s.end], []byte("\xef\xbb\xbf")) {
		s.pos += 3
	}
	return nil
}

// value returns the next value, valid until the next call.
func (s *scanner) value() ([]byte, error) {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		return nil, errTruncated
	}
	if err != nil {
		return nil, err
	}
	i := s.pos
	switch c {
	case '"':
		i, err = s.stringEnd(i + 1)
	case '{', '[':
		i, err = s.nestedEnd(i)
	default:
		i, err = s.scalarEnd(i)
	}
	if errors.Is(err, io.EOF) {
		return nil, errTruncated
	}
	if err != nil {
		return nil, err
	}
	v := s.buf[s.pos:i]
	s.pos = i
	return v, nil
}

// grow reads on while the value that starts at pos is incomplete; i moves with
// the buffer.
func (s *scanner) grow(i int) (int, error) {
	shift := s.pos
	if err := s.more(s.pos); err != nil {
		return i, err
	}
	return i - (shift - s.pos), nil
}

func (s *scanner) stringEnd(i int) (int, error) {
	for {
		for i < s.end {
			switch s.buf[i] {
			case '"':
				return i + 1, nil
			case '\\':
				i++
			}
			i++
		}
		var err error
		if i, err = s.grow(i); err != nil {
			return i, err
		}
	}
}

func (s *scanner) nestedEnd(i int) (int, error) {
	depth := 0
	for {
		for i < s.end {
			c := s.buf[i]
			if c != '"' && c < '[' { // digits, blanks, commas: most of it
				i++
				continue
			}
			switch c {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
				if depth == 0 {
					return i + 1, nil
				}
			case '"':
				var err error
				if i, err = s.stringEnd(i + 1); err != nil {
					return i, err
				}
				continue
			}
			i++
		}
		var err error
		if i, err = s.grow(i); err != nil {
			return i, err
		}
	}
}

func (s *scanner) scalarEnd(i int) (int, error) {
	from := i - s.pos
	for {
		for i < s.end {
			switch s.buf[i] {
			case ',', '}', ']', ':', ' ', '\t', '\n', '\r', 0x1e, '"', '{', '[':
				if i-s.pos == from {
					return i, fmt.Errorf("at byte %d: unexpected %q", s.base+int64(i), s.buf[i])
				}
				return i, nil
			}
			i++
		}
		next, err := s.grow(i)
		if errors.Is(err, io.EOF) {
			return i, nil
		}
		if err != nil {
			return i, err
		}
		i = next
	}
}
