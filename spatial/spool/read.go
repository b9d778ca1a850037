package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Lot is records that were read together.
type Lot struct {
	Records [][]byte // in the order of the log
	Next    int64    // position behind them: Advance lets them go
	Lost    int64    // bytes before the first record that the disk no longer gives back
}

// Await returns once a record is durable behind a position, or with the context's
// error.
func (s *Spool) Await(ctx context.Context, at int64) error {
	for {
		s.mu.Lock()
		there, grown := s.end > at, s.grown
		s.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-grown:
		}
	}
}

// Read reads durable records from a position on: of one segment, and about as many
// bytes as asked for, but one record at least where there is one. Where the disk gives
// back something else than was written it goes on with the next record, and says how
// much is lost.
func (s *Spool) Read(at, bytes int64) (Lot, error) {
	s.mu.Lock()
	lot := Lot{Next: max(at, s.drained)}
	base, end := int64(-1), int64(0)
	for i := range s.segments {
		if s.segmentEnd(i) > lot.Next {
			base, end = s.segments[i].base, s.segmentEnd(i)
			break
		}
	}
	s.mu.Unlock()
	if base < 0 {
		return lot, nil
	}
	lot.Next = max(lot.Next, base)
	f, err := os.Open(segmentPath(s.cfg.Dir, base))
	if err != nil {
		return lot, fmt.Errorf("spool: open a segment: %w", err)
	}
	defer func() { _ = f.Close() }()
	r := part{f: f, base: base, end: end}
	data, err := r.read(lot.Next, max(bytes, frameHeader))
	if err != nil {
		return lot, err
	}
	if _, size, v := parseFrame(data, s.table, lot.Next); v == short && int64(size) > int64(len(data)) {
		if data, err = r.read(lot.Next, int64(size)); err != nil {
			return lot, err
		}
	}
	if _, _, v := parseFrame(data, s.table, lot.Next); v != whole {
		if data, err = r.read(lot.Next, end-lot.Next); err != nil {
			return lot, err
		}
		lot.Lost = 1 + int64(nextFrame(data[1:], s.table, lot.Next+1))
		data = data[lot.Lost:]
		lot.Next += lot.Lost
		s.mu.Lock()
		s.stats.Lost += lot.Lost
		s.mu.Unlock()
	}
	for len(data) > 0 {
		payload, size, v := parseFrame(data, s.table, lot.Next)
		if v != whole {
			break
		}
		lot.Records = append(lot.Records, payload)
		lot.Next += int64(size)
		data = data[size:]
	}
	return lot, nil
}

// part is the records of a segment's file.
type part struct {
	f         *os.File
	base, end int64
}

// read returns the bytes from a position on, as many as asked for or as there are. A
// file that is too short ends in zeros, which are no record.
func (p part) read(at, bytes int64) ([]byte, error) {
	data := make([]byte, max(0, min(bytes, p.end-at)))
	if _, err := p.f.ReadAt(data, at-p.base); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("spool: read a segment: %w", err)
	}
	return data, nil
}

// Advance lets go of everything before a position: it is not read again, but after a
// crash it may be.
func (s *Spool) Advance(to int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if to <= s.drained || to > s.end {
		return nil
	}
	s.drained = to
	s.dropDrained(1)
	if err := s.writePosition(to); err != nil {
		return fmt.Errorf("spool: note the position: %w", err)
	}
	return nil
}
