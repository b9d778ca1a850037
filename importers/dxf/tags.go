package dxf

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxLine bounds one value; the format's own limit is 2,049 characters.
const maxLine = 1 << 20

var errCut = errors.New("the file is cut short")

// tag is one group: a code that says the meaning, and a value. It is valid
// until the next call of next.
type tag struct {
	code   int
	text   []byte
	number float64
	// binary values come as numbers, those of text files as text.
	isNumber bool
}

// float reads the value as a number; what is none is 0, as AutoCAD takes it.
func (t tag) float() float64 {
	if t.isNumber {
		return t.number
	}
	return parseFloat(t.text)
}

func (t tag) int() int {
	if t.isNumber {
		return saturate(t.number)
	}
	b := bytes.TrimSpace(t.text)
	if n, err := strconv.Atoi(string(b)); err == nil {
		return n
	}
	return saturate(parseFloat(b))
}

func (t tag) is(code int, text string) bool { return t.code == code && string(t.text) == text }

func saturate(v float64) int {
	const limit = 1 << 31
	switch {
	case v != v:
		return 0
	case v > limit:
		return limit
	case v < -limit:
		return -limit
	}
	return int(v)
}

func parseFloat(b []byte) float64 {
	b = bytes.TrimSpace(b)
	if v, err := strconv.ParseFloat(string(b), 64); err == nil {
		return v
	}
	// A decimal comma, and digits with something after them.
	b = bytes.ReplaceAll(b, []byte{','}, []byte{'.'})
	for len(b) > 0 {
		if v, err := strconv.ParseFloat(string(b), 64); err == nil {
			return v
		}
		if len(b) > 40 {
			b = b[:40]
		}
		b = b[:len(b)-1]
	}
	return 0
}

// tagReader reads groups one after the other.
type tagReader struct {
	r      *bufio.Reader
	file   io.ReaderAt
	size   int64
	offset int64 // of the byte that comes next
	line   []byte
	form   form
	began  bool
}

// form is how groups are written.
type form int

const (
	formText       form = iota
	formBinary          // two-byte group codes, R13 on
	formBinaryByte      // one-byte group codes, R12
)

const sentinel = "AutoCAD Binary DXF\r\n\x1a\x00"

// newTagReader reads from an offset of a file in a known form.
func newTagReader(f io.ReaderAt, from, size int64, fo form) *tagReader {
	return &tagReader{r: bufio.NewReaderSize(io.NewSectionReader(f, from, size-from), 64<<10), file: f, size: size, offset: from, form: fo}
}

// seek goes on to the group at an offset. What is near is read over: that costs
// less than asking the system again.
func (r *tagReader) seek(to int64) error {
	if ahead := to - r.offset; ahead >= 0 && ahead < 256<<10 {
		n, err := r.r.Discard(int(ahead))
		r.offset += int64(n)
		return ended(err)
	}
	r.r.Reset(io.NewSectionReader(r.file, to, r.size-to))
	r.offset, r.began = to, true
	return nil
}

// next returns the next group, io.EOF after the last.
func (r *tagReader) next() (tag, error) {
	if r.form != formText {
		return r.nextBinary()
	}
	for {
		line, err := r.readLine()
		if err != nil {
			return tag{}, err
		}
		if !r.began {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
			r.began = true
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue // no code is blank: a stray line, or the file's end
		}
		code, err := strconv.Atoi(string(line))
		if err != nil {
			return tag{}, fmt.Errorf("byte %d: %q stands where a group code must be", r.offset, shorten(line))
		}
		value, err := r.readLine()
		if errors.Is(err, io.EOF) {
			return tag{}, errCut
		}
		if err != nil {
			return tag{}, err
		}
		if code == 999 {
			continue
		}
		if code == 0 || code == 2 || code == 9 {
			value = bytes.TrimSpace(value)
		}
		return tag{code: code, text: value}, nil
	}
}

func shorten(b []byte) []byte { return b[:min(len(b), 40)] }

// readLine returns a line without its end; the bytes last until the next call.
func (r *tagReader) readLine() ([]byte, error) {
	line, err := r.r.ReadSlice('\n')
	r.offset += int64(len(line))
	if err == nil {
		return chomp(line), nil
	}
	r.line = append(r.line[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(r.line) > maxLine {
			return nil, fmt.Errorf("byte %d: a line is longer than %d bytes", r.offset, maxLine)
		}
		line, err = r.r.ReadSlice('\n')
		r.offset += int64(len(line))
		r.line = append(r.line, line...)
	}
	if errors.Is(err, io.EOF) && len(r.line) > 0 {
		err = nil
	}
	return chomp(r.line), err
}

func chomp(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}
