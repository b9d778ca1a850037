package spool

import (
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"sync"
	"time"

	"gisd/internal/filelock"
	"gisd/spatial"
)

// Config of a Spool. Zero values of numbers are the defaults given.
type Config struct {
	Dir          string        // made where it is missing; one Spool at a time has it
	MaxBytes     int64         // that wait at most, the disk holds a segment more; 1 GiB
	SegmentBytes int64         // after which a new file begins; 16 MiB, an eighth of MaxBytes at most
	Gather       time.Duration // between one fsync and the next, so that more share it; 2 ms
	Log          *slog.Logger  // discards
}

func (c Config) withDefaults() Config {
	c.MaxBytes = cmp.Or(c.MaxBytes, 1<<30)
	c.SegmentBytes = min(cmp.Or(c.SegmentBytes, 16<<20), max(c.MaxBytes/8, 1))
	c.Gather = cmp.Or(c.Gather, 2*time.Millisecond)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Spool is a log of records. It is safe for goroutines; one of them reads.
type Spool struct {
	cfg   Config
	table *crc32.Table
	lock  *os.File
	leave sync.Once // of the lock

	wake chan struct{} // holds one while there is something to write
	done chan struct{} // closed when nothing is written any more

	mu       sync.Mutex
	segments []segment // those on the disk, ascending; the last one may be written to
	end      int64     // position behind the last durable record
	drained  int64     // position up to which records were let go
	waiting  *batch    // what the next fsync will make durable; nil for nothing
	grown    chan struct{}
	stopped  bool
	stats    Stats

	active *os.File // the last segment's, the writing goroutine's alone; nil where the next batch begins another
	begun  int64    // its base
	buffer []byte
}

// Stats are counts for metrics; Syncs, Records and Refused since the start.
type Stats struct {
	Bytes    int64 // on the disk, those that were let go among them
	Waiting  int64 // bytes that are durable and not let go
	MaxBytes int64 // bound of Waiting
	Records  int64
	Syncs    int64
	Refused  int64 // appends that found no room or no disk
	Lost     int64 // bytes that a damaged disk no longer gave back
}

// ErrInUse says that another process has the folder.
var ErrInUse = errors.New("spool: another process has the folder")

// Open opens the log of a folder, or begins one, and brings it to where it was: what
// a crash left half written is cut off. It fails with ErrInUse where another Spool has
// the folder.
func Open(cfg Config) (*Spool, error) {
	s := &Spool{
		cfg: cfg.withDefaults(), table: crc32.MakeTable(crc32.Castagnoli),
		wake: make(chan struct{}, 1), done: make(chan struct{}), grown: make(chan struct{}),
	}
	if err := os.MkdirAll(s.cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: make the folder: %w", err)
	}
	var err error
	if s.lock, err = lockFolder(s.cfg.Dir); err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		_ = filelock.Close(s.lock)
		return nil, err
	}
	go s.writeLoop()
	return s, nil
}

// Stop takes no more records, and returns once those that were taken are durable. They
// can be read until Close. It may be called again.
func (s *Spool) Stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.rouse()
	<-s.done
}

// Close stops the spool and leaves the folder to others. It may be called again.
func (s *Spool) Close() {
	s.Stop()
	s.leave.Do(func() { _ = filelock.Close(s.lock) })
}

func (s *Spool) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Stats returns the counts of this moment.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Bytes, st.Waiting, st.MaxBytes = s.bytes(), s.end-s.drained, s.cfg.MaxBytes
	return st
}

// bytes is what the segments hold.
func (s *Spool) bytes() int64 {
	if len(s.segments) == 0 {
		return 0
	}
	return s.end - s.segments[0].base
}

// End is the position behind the last durable record.
func (s *Spool) End() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end
}

// Drained is the position up to which records were let go.
func (s *Spool) Drained() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drained
}

func errFull() error {
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: "spool: append",
		Message: "Positions come in faster than they can be stored; try again later."}
}
