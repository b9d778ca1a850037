package overview

import (
	"bytes"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// values numbers the encoded values of a property. Numbers follow from the
// bytes, so that no order of work shows in what is made. It is safe for
// goroutines.
type values struct {
	mu sync.RWMutex
	of map[uint32][]byte
}

func newValues() *values { return &values{of: map[uint32][]byte{}} }

// number is the same for the same bytes; 0 is absent. v is not kept.
func (s *values) number(v []byte) uint32 {
	if v == nil {
		return 0
	}
	n := uint32(xxhash.Sum64(v)) | 1
	s.mu.RLock()
	known, ok := s.of[n]
	s.mu.RUnlock()
	if ok && bytes.Equal(known, v) {
		return n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Two values of one hash are told apart by who came first; with as few values
	// as a style has, that does not happen.
	for ; ; n += 2 {
		known, ok := s.of[n]
		if !ok {
			s.of[n] = bytes.Clone(v)
			return n
		}
		if bytes.Equal(known, v) {
			return n
		}
	}
}

func (s *values) encoded(n uint32) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.of[n]
}
