package recorder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"gisd/internal/sleep"
	"gisd/spatial/live"
	"gisd/spatial/spool"
)

// Store is where positions stay.
type Store interface {
	// WritePositions keeps positions for good, in any order; one that it has by device
	// and time changes nothing. Those that it can never keep it leaves out and counts.
	// After an error any of them may be kept.
	WritePositions(ctx context.Context, positions []live.Position) (refused int, err error)
}

// Config of a Recorder. Zero values of numbers are the defaults given.
type Config struct {
	Spool *spool.Spool
	Left  []*spool.Spool // of processes that are gone: they are emptied first, and closed
	Store Store
	// Recovered is told of positions that a process before this one had taken, and it may
	// be of some of this one's, once they are stored; nil for nobody.
	Recovered func([]live.Position)
	Log       *slog.Logger

	Rows  int           // written together, about; 5000
	Delay time.Duration // the longest a position waits for others; 200 ms
	Stop  time.Duration // how long Run writes at its end, what is left then stays in the spool; 5 s
}

// Recorder is the live.Recorder of a spool and a store.
type Recorder struct {
	cfg Config

	began   int64 // what lies before it in the spool was another process's
	oldest  atomic.Int64
	written atomic.Int64
	refused atomic.Int64
}

var _ live.Recorder = (*Recorder)(nil)

// New returns a recorder; it writes to the store while Run runs.
func New(cfg Config) *Recorder {
	cfg.Rows = cmp.Or(cfg.Rows, 5000)
	cfg.Delay = cmp.Or(cfg.Delay, 200*time.Millisecond)
	cfg.Stop = cmp.Or(cfg.Stop, 5*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Recorder{cfg: cfg, began: cfg.Spool.End()}
}

// Record implements live.Recorder: it returns once the positions are on the disk.
func (r *Recorder) Record(ctx context.Context, positions []live.Position) error {
	if len(positions) == 0 {
		return nil
	}
	return r.cfg.Spool.Append(ctx, encode(positions)...)
}

// Stats are counts for metrics; Written and Refused since the start.
type Stats struct {
	Written int64     // positions, those that the store had among them
	Refused int64     // positions that the store can never keep
	Oldest  time.Time // receipt of the oldest position that waits for the store; zero without
}

// Stats returns the counts of this moment.
func (r *Recorder) Stats() Stats {
	s := Stats{Written: r.written.Load(), Refused: r.refused.Load()}
	if us := r.oldest.Load(); us != 0 {
		s.Oldest = time.UnixMicro(us).UTC()
	}
	return s
}

// Run brings positions from the spool to the store until the context ends, takes no
// more then, and goes on for a moment; what is still there stays in the spool. It
// returns an error where a record cannot be read: nothing of it is let go.
func (r *Recorder) Run(ctx context.Context) error {
	for _, left := range r.cfg.Left {
		err := r.drain(ctx, left, left.End(), left.End())
		left.Close()
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	own := r.cfg.Spool
	for ctx.Err() == nil {
		if own.Await(ctx, own.Drained()) != nil {
			break
		}
		if err := r.drain(ctx, own, own.End(), r.began); err != nil && ctx.Err() == nil {
			return err
		}
		if own.Stats().Waiting < readBytes {
			_ = sleep.For(ctx, r.cfg.Delay)
		}
	}
	own.Stop()
	defer own.Close()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Stop)
	defer cancel()
	if err := r.drain(last, own, own.End(), r.began); err != nil && last.Err() == nil {
		return err
	}
	if waiting := own.Stats().Waiting; waiting > 0 {
		r.cfg.Log.WarnContext(ctx, "positions stay in the spool until the next start", "bytes", waiting)
	}
	return nil
}

// readBytes is how much of the spool is read at once.
const readBytes = 1 << 20

// drain brings what lies before a position to the store, however long that takes;
// what lies before recovered is news to the caller. It ends with an error where the
// context does, or a record cannot be read.
func (r *Recorder) drain(ctx context.Context, from *spool.Spool, until, recovered int64) error {
	for at := from.Drained(); at < until; {
		lot, err := from.Read(at, readBytes)
		if err != nil {
			return fmt.Errorf("recorder: %w", err)
		}
		if lot.Lost > 0 {
			r.cfg.Log.ErrorContext(ctx, "the disk does not give back a part of the spool: positions are lost", "bytes", lot.Lost)
		}
		for records := lot.Records; len(records) > 0; {
			positions, taken, err := decodeAll(records, r.cfg.Rows)
			if err != nil {
				return err
			}
			if err := r.write(ctx, positions); err != nil {
				return err
			}
			if at < recovered && r.cfg.Recovered != nil {
				r.cfg.Recovered(positions)
			}
			records = records[taken:]
		}
		if lot.Next == at { // the spool ends before that position
			return nil
		}
		at = lot.Next
		if err := from.Advance(at); err != nil {
			r.cfg.Log.WarnContext(ctx, "the spool does not let go", "error", err)
		}
	}
	return nil
}

// Pauses between tries to write.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// write tries until the store has the positions or the context ends.
func (r *Recorder) write(ctx context.Context, positions []live.Position) error {
	if len(positions) == 0 {
		return nil
	}
	oldest := positions[0].ReceivedAt
	for i := range positions {
		if positions[i].ReceivedAt.Before(oldest) {
			oldest = positions[i].ReceivedAt
		}
	}
	r.oldest.Store(oldest.UnixMicro())
	for wait := firstPause; ; wait = min(2*wait, lastPause) {
		refused, err := r.cfg.Store.WritePositions(ctx, positions)
		if err == nil {
			r.written.Add(int64(len(positions) - refused))
			r.refused.Add(int64(refused))
			r.oldest.Store(0)
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		r.cfg.Log.WarnContext(ctx, "positions are not written, trying again",
			"error", err, "waiting_bytes", r.cfg.Spool.Stats().Waiting, "retry_ms", wait.Milliseconds())
		_ = sleep.For(ctx, wait)
	}
}
