package spool

import (
	"context"
	"fmt"
	"os"
	"time"

	"gisd/spatial"
)

// batch is the records that one fsync makes durable.
type batch struct {
	records [][]byte
	bytes   int64
	done    chan struct{} // closed once err is set
	err     error
}

// Append returns once the records are durable, all of them, in their order, or with
// CodeUnavailable where there is no room or the disk refuses. After any error, the
// context's among them, some of the records may be in the log. The records are the
// spool's from the call on; none is empty or longer than MaxRecord.
func (s *Spool) Append(ctx context.Context, records ...[]byte) error {
	var bytes int64
	for _, r := range records {
		if len(r) == 0 || len(r) > MaxRecord {
			return fmt.Errorf("spool: a record holds 1 to %d bytes, not %d", MaxRecord, len(r))
		}
		bytes += int64(frameHeader + len(r))
	}
	if len(records) == 0 {
		return nil
	}
	b, err := s.enqueue(records, bytes)
	if err != nil {
		return err
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return &spatial.Error{Code: spatial.CodeCanceled, Op: "spool: append", Message: "the request was given up", Err: ctx.Err()}
	}
}

func (s *Spool) enqueue(records [][]byte, bytes int64) (*batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, &spatial.Error{Code: spatial.CodeUnavailable, Op: "spool: append", Message: "The server is stopping."}
	}
	used := s.end - s.drained + bytes
	if s.waiting != nil {
		used += s.waiting.bytes
	}
	if used > s.cfg.MaxBytes {
		s.stats.Refused++
		return nil, errFull()
	}
	if s.waiting == nil {
		s.waiting = &batch{done: make(chan struct{})}
		s.rouse()
	}
	s.waiting.records = append(s.waiting.records, records...)
	s.waiting.bytes += bytes
	return s.waiting, nil
}

// writeLoop makes batches durable until the spool is stopped and none waits. After an
// fsync it waits a little before the next: who comes meanwhile shares it.
func (s *Spool) writeLoop() {
	defer close(s.done)
	defer s.seal()
	var last time.Time
	for range s.wake {
		s.mu.Lock()
		stopped := s.stopped
		s.mu.Unlock()
		if pause := s.cfg.Gather - time.Since(last); pause > 0 && !stopped {
			time.Sleep(pause)
		}
		s.mu.Lock()
		b := s.waiting
		s.waiting = nil
		at := s.end
		stopped = s.stopped
		s.mu.Unlock()
		if b != nil {
			s.commit(b, at)
			last = time.Now()
		}
		if stopped { // nothing is enqueued after that
			return
		}
	}
}

// commit writes a batch behind a position and tells those who wait for it.
func (s *Spool) commit(b *batch, at int64) {
	defer close(b.done)
	s.buffer = s.buffer[:0]
	for _, r := range b.records {
		s.buffer = appendFrame(s.buffer, s.table, at+int64(len(s.buffer)), r)
	}
	if err := s.write(at); err != nil {
		s.cfg.Log.Error("the spool cannot be written", "error", err, "records", len(b.records))
		b.err = &spatial.Error{Code: spatial.CodeUnavailable, Op: "spool: append", Err: err,
			Message: "Positions cannot be stored at the moment; try again later."}
		s.seal()
		s.mu.Lock()
		s.stats.Refused++
		s.mu.Unlock()
		return
	}
	s.mu.Lock()
	s.end = at + int64(len(s.buffer))
	s.stats.Records += int64(len(b.records))
	s.stats.Syncs++
	close(s.grown)
	s.grown = make(chan struct{})
	s.mu.Unlock()
	if cap(s.buffer) > 4*MaxRecord {
		s.buffer = nil
	}
}

// write puts the buffer at a position, into the last segment or a new one.
func (s *Spool) write(at int64) error {
	if s.active != nil && at-s.begun >= s.cfg.SegmentBytes {
		s.seal()
	}
	if s.active == nil {
		if err := s.begin(at); err != nil {
			return err
		}
	}
	if _, err := s.active.Write(s.buffer); err != nil {
		return err
	}
	return s.active.Sync()
}

// begin makes a segment whose first record will lie at a position. A file of that
// name holds nothing that is durable.
func (s *Spool) begin(at int64) error {
	f, err := os.OpenFile(segmentPath(s.cfg.Dir, at), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := syncFolder(s.cfg.Dir); err != nil {
		_ = f.Close()
		return err
	}
	s.active, s.begun = f, at
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.segments); n == 0 || s.segments[n-1].base != at {
		s.segments = append(s.segments, segment{base: at})
	}
	return nil
}

// seal ends the last segment: what follows goes into a new one. After a failed fsync
// nobody knows what of a file is on the disk, so it is not written to again.
func (s *Spool) seal() {
	if s.active != nil {
		_ = s.active.Close()
		s.active = nil
	}
}
