package flatgeobuf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

const (
	bufferSize = 256 << 10
	// maxFeature bounds the memory of one feature: four million positions.
	maxFeature = 64 << 20
)

var errCut = errors.New("the file is cut short")

// stream reads the features of a file in order. What next returns is valid
// until the call after it.
type stream struct {
	f    *os.File
	buf  []byte
	r, w int // unread part of buf
	at   int64
	end  int64 // size of the file
	seen *atomic.Int64
}

func newStream(f *os.File, from, size int64, seen *atomic.Int64) (*stream, error) {
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	seen.Store(from)
	return &stream{f: f, buf: make([]byte, bufferSize), at: from, end: size, seen: seen}, nil
}

// need makes n bytes available from r on; the caller knows that the file has
// them.
func (s *stream) need(n int) error {
	if s.w-s.r >= n {
		return nil
	}
	if n > len(s.buf) {
		grown := make([]byte, n+n/4)
		copy(grown, s.buf[s.r:s.w])
		s.buf = grown
	} else {
		copy(s.buf, s.buf[s.r:s.w])
	}
	s.r, s.w = 0, s.w-s.r
	m, err := io.ReadAtLeast(s.f, s.buf[s.w:], n-s.w)
	s.w += m
	s.seen.Store(s.at)
	if err != nil {
		return errCut // it has shrunk since its size was taken
	}
	return nil
}

// next returns the next feature, nil for one that is larger than is read here.
// The end of the file is io.EOF; an error else means that nothing can follow.
func (s *stream) next() ([]byte, error) {
	left := s.end - s.at
	if left == 0 {
		return nil, io.EOF
	}
	if left < 4 {
		return nil, errCut
	}
	if err := s.need(4); err != nil {
		return nil, err
	}
	size := int64(binary.LittleEndian.Uint32(s.buf[s.r:]))
	switch {
	case size > left-4:
		return nil, fmt.Errorf("%w: a feature of %d bytes at offset %d, %d are left", errCut, size, s.at, left-4)
	case size == 0:
		return nil, fmt.Errorf("a feature of no bytes at offset %d", s.at)
	case size > maxFeature:
		return nil, s.skip(size + 4)
	}
	if err := s.need(int(size) + 4); err != nil {
		return nil, err
	}
	b := s.buf[s.r+4 : s.r+4+int(size)]
	s.r += 4 + int(size)
	s.at += 4 + size
	return b, nil
}

func (s *stream) skip(n int64) error {
	s.at += n
	if _, err := s.f.Seek(s.at, io.SeekStart); err != nil {
		return err
	}
	s.r, s.w = 0, 0
	return nil
}
