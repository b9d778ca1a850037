package dxf

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// valueKind is how a binary DXF writes the value of a group code (DXF
// reference, "Group code value types" and "Binary DXF files").
type valueKind int

const (
	kindString valueKind = iota
	kindDouble
	kindByte
	kindInt16
	kindInt32
	kindInt64
	kindChunk // a length byte and that many bytes
)

func kindOf(code int) valueKind {
	for _, r := range [...]struct {
		to   int
		kind valueKind
	}{
		{9, kindString}, {59, kindDouble}, {79, kindInt16}, {89, kindString}, {99, kindInt32}, {109, kindString}, {149, kindDouble},
		{159, kindString}, {169, kindInt64}, {179, kindInt16}, {209, kindString}, {239, kindDouble}, {269, kindString}, {289, kindInt16},
		{299, kindByte}, {309, kindString}, {319, kindChunk}, {369, kindString}, {389, kindInt16},
		{399, kindString}, {409, kindInt16}, {419, kindString}, {429, kindInt32}, {439, kindString},
		{459, kindInt32}, {469, kindDouble}, {1003, kindString}, {1004, kindChunk}, {1009, kindString}, {1059, kindDouble},
		{1070, kindInt16}, {1071, kindInt32},
	} {
		if code <= r.to {
			return r.kind
		}
	}
	return kindString
}

func (r *tagReader) nextBinary() (tag, error) {
	code, err := r.binaryCode()
	if err != nil {
		return tag{}, err
	}
	t := tag{code: code}
	switch kind := kindOf(code); kind {
	case kindString:
		if t.text, err = r.binaryString(); err == nil && (code == 0 || code == 2 || code == 9) {
			t.text = []byte(strings.TrimSpace(string(t.text)))
		}
	case kindChunk:
		var n, chunk []byte
		if n, err = r.bytes(1); err == nil {
			if chunk, err = r.bytes(int(n[0])); err == nil {
				t.text = hex.AppendEncode(nil, chunk)
			}
		}
	default:
		t.isNumber = true
		t.number, err = r.binaryNumber(kind)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return t, err
}

func (r *tagReader) binaryCode() (int, error) {
	if r.form == formBinary {
		b, err := r.bytes(2)
		if err != nil {
			return 0, err
		}
		return int(int16(binary.LittleEndian.Uint16(b))), nil
	}
	b, err := r.bytes(1)
	if err != nil || b[0] != 255 {
		if err != nil {
			return 0, err
		}
		return int(b[0]), nil
	}
	if b, err = r.bytes(2); err != nil {
		return 0, err
	}
	return int(int16(binary.LittleEndian.Uint16(b))), nil
}

func (r *tagReader) binaryString() ([]byte, error) {
	line, err := r.r.ReadSlice(0)
	r.offset += int64(len(line))
	r.line = append(r.line[:0], line...)
	for err != nil {
		if len(r.line) > maxLine {
			return nil, fmt.Errorf("byte %d: a text is longer than %d bytes", r.offset, maxLine)
		}
		if errors.Is(err, io.EOF) {
			return nil, err
		}
		line, err = r.r.ReadSlice(0)
		r.offset += int64(len(line))
		r.line = append(r.line, line...)
	}
	return r.line[:len(r.line)-1], nil
}

func (r *tagReader) binaryNumber(kind valueKind) (float64, error) {
	size := map[valueKind]int{kindDouble: 8, kindByte: 1, kindInt16: 2, kindInt32: 4, kindInt64: 8}[kind]
	b, err := r.bytes(size)
	if err != nil {
		return 0, err
	}
	switch kind {
	case kindDouble:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	case kindByte:
		return float64(b[0]), nil
	case kindInt16:
		return float64(int16(binary.LittleEndian.Uint16(b))), nil
	case kindInt32:
		return float64(int32(binary.LittleEndian.Uint32(b))), nil
	}
	return float64(int64(binary.LittleEndian.Uint64(b))), nil
}

// bytes returns the next n bytes, n at most 255.
func (r *tagReader) bytes(n int) ([]byte, error) {
	if cap(r.line) < n {
		r.line = make([]byte, 256)
	}
	b := r.line[:n]
	got, err := io.ReadFull(r.r, b)
	r.offset += int64(got)
	return b, err
}
