package markup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gisd/importers/encodings"
)

// The bounds of a document, chosen so that a reader stays below 256 MiB whatever
// it meets. One record is what lies between two calls of Reader.Mark.
const (
	maxTag    = 4 << 20 // attributes take many times their bytes
	maxText   = 16 << 20
	maxRecord = 48 << 20
	chunk     = 64 << 10
)

// source hands out a document as UTF-8 in normal form C, without byte order
// mark, XML declaration and control characters, whatever it is written in.
type source struct {
	in      io.Reader
	dec     *encodings.Decoder
	raw     []byte // read and not yet decoded
	out     []byte // decoded
	at      int    // next byte of out
	eof     bool
	token   int  // bytes since the last token
	tag     int  // bytes since a "<" that no ">" has followed
	plain   bool // that tag is a comment or the like: quotes mean nothing
	quote   byte // the quote that is open in that tag, 0 for none
	record  int  // bytes since the last mark
	charset string
}

// newSource reads the head of the document to learn its encoding: a byte order
// mark, else the declaration (XML 1.0 §4.3.3), else UTF-8. Bytes that are not
// UTF-8 there are read as Windows-1252.
func newSource(in io.Reader) (*source, error) {
	s := &source{in: in, dec: encodings.UTF8(), charset: "utf-8"}
	if err := s.read(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if order, ok := utf16(s.raw); ok {
		whole := io.MultiReader(bytes.NewReader(s.raw), in)
		s.in = transform.NewReader(whole, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
		s.raw, s.eof, s.charset = nil, false, "utf-16"
		if err := s.read(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	s.raw = bytes.TrimLeft(bytes.TrimPrefix(s.raw, []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	return s, s.declaration()
}

func utf16(head []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		return unicode.BigEndian, true
	}
	return unicode.BigEndian, false
}

// declaration takes the XML declaration off the front and its encoding to heart.
func (s *source) declaration() error {
	if !bytes.HasPrefix(s.raw, []byte("<?xml")) {
		return nil
	}
	end := bytes.Index(s.raw, []byte("?>"))
	if end < 0 {
		return errors.New("the XML declaration has no end")
	}
	text := s.raw[:end]
	s.raw = s.raw[end+2:]
	m := regexp.MustCompile(`encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})`).FindSubmatch(text)
	if m == nil || s.charset == "utf-16" {
		return nil
	}
	dec, ok := encodings.Lookup(string(m[1]))
	if !ok {
		return fmt.Errorf("the encoding %q that the document declares is unknown", m[1])
	}
	s.dec, s.charset = dec, dec.Name()
	return nil
}

// read appends to raw what one Read gives.
func (s *source) read() error {
	if s.eof {
		return io.EOF
	}
	n := len(s.raw)
	s.raw = append(s.raw, make([]byte, chunk)...)
	got, err := io.ReadAtLeast(s.in, s.raw[n:], 1)
	s.raw = s.raw[:n+got]
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.eof = true
		return io.EOF
	}
	return err
}

// fill decodes up to the last byte after which no encoding that is read here
// can be in the middle of a letter.
func (s *source) fill() error {
	for {
		end := bytes.LastIndexAny(s.raw, "> \n\t\r") + 1
		if s.eof || end == 0 && len(s.raw) > 16*chunk {
			end = len(s.raw)
		}
		if end > 0 {
			s.out = s.dec.Append(s.out[:0], s.raw[:end])
			s.at = 0
			s.raw = s.raw[:copy(s.raw, s.raw[end:])]
			blankControls(s.out)
			if len(s.out) > 0 {
				return nil
			}
			continue
		}
		if err := s.read(); err != nil && !(errors.Is(err, io.EOF) && len(s.raw) > 0) {
			return err
		}
	}
}

// blankControls replaces what XML 1.0 §2.2 does not allow.
func blankControls(b []byte) {
	for i, c := range b {
		if c < 0x20 && c != '\n' && c != '\t' && c != '\r' {
			b[i] = ' '
		}
	}
}

// ReadByte implements io.ByteReader; its errors beside those of the file are
// the bounds.
func (s *source) ReadByte() (byte, error) {
	if s.at == len(s.out) {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	c := s.out[s.at]
	s.at++
	s.token++
	s.record++
	s.follow(c)
	if s.tag > maxTag {
		return 0, fmt.Errorf("%w: one tag of more than %d MiB", ErrTooLarge, maxTag>>20)
	}
	if s.token > maxText {
		return 0, errText()
	}
	if s.record > maxRecord {
		return 0, fmt.Errorf("%w: one feature of more than %d MiB", ErrTooLarge, maxRecord>>20)
	}
	return c, nil
}

// follow keeps track of where tags begin and end.
func (s *source) follow(c byte) {
	switch {
	case s.tag == 0:
		if c == '<' {
			s.tag, s.plain, s.quote = 1, false, 0
		}
		return
	case s.tag == 1:
		s.plain = c == '!' || c == '?'
	case s.quote != 0:
		if c == s.quote {
			s.quote = 0
		}
	case c == '>':
		s.tag = 0
		return
	case !s.plain && (c == '"' || c == '\''):
		s.quote = c
	}
	s.tag++
}

func errText() error {
	return fmt.Errorf("%w: one text of more than %d MiB", ErrTooLarge, maxText>>20)
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
