package overview

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// Spill keeps records on disk while a build is under way: all of a level need not
// fit into memory. It is safe for goroutines.
type Spill struct {
	file *os.File
	end  atomic.Int64
}

// Place is where a Spill has a record; the zero value stands for no record.
type Place struct {
	at   int64
	size int
}

// NewSpill makes a file in the system's folder for such. It has no name, so that
// nothing is left of it whatever ends the process. Errors: those of the disk.
func NewSpill() (*Spill, error) {
	f, err := os.CreateTemp("", "gisd-cells-")
	if err != nil {
		return nil, fmt.Errorf("overview: spill: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, fmt.Errorf("overview: spill: %w", errors.Join(err, f.Close()))
	}
	return &Spill{file: f}, nil
}

// Put keeps a record; one without bytes is none. Errors: those of the disk.
func (s *Spill) Put(record []byte) (Place, error) {
	p := Place{size: len(record)}
	if p.size == 0 {
		return p, nil
	}
	p.at = s.end.Add(int64(p.size)) - int64(p.size)
	if _, err := s.file.WriteAt(record, p.at); err != nil {
		return p, fmt.Errorf("overview: spill: %w", err)
	}
	return p, nil
}

// Get reads a record, nil where there is none. Errors: those of the disk.
func (s *Spill) Get(p Place) ([]byte, error) {
	if p.size == 0 {
		return nil, nil
	}
	record := make([]byte, p.size)
	if _, err := s.file.ReadAt(record, p.at); err != nil {
		return nil, fmt.Errorf("overview: spill: %w", err)
	}
	return record, nil
}

// Close gives the disk back.
func (s *Spill) Close() error { return s.file.Close() }
