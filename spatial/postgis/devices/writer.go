package devices

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

// PositionWriterConfig says how positions are gathered; zero values are
// defaults.
type PositionWriterConfig struct {
	Rows       int           // written together; 1000
	Delay      time.Duration // the longest a position waits for others; 200 ms
	Buffer     int           // positions held in memory, those of a database that is away too; 50000
	Patience   time.Duration // how long Record waits where the buffer is full; 2 s
	RetainDays int           // days of history kept; 0 keeps all
	Now        func() time.Time
}

// PositionWriter is the live.Recorder of this database: it gathers positions
// and writes them in lots, each in one statement. Positions in its memory are
// lost with the process; at the end of Run they are written.
type PositionWriter struct {
	db  *postgis.DB
	cfg PositionWriterConfig
	log *slog.Logger

	room *semaphore.Weighted
	full chan struct{} // a lot is complete

	mu      sync.Mutex
	waiting []live.Position
	stopped bool
	stats   PositionWriterStats

	days map[time.Time]struct{} // partitions known to exist; Run's alone
}

var _ live.Recorder = (*PositionWriter)(nil)

// NewPositionWriter returns a writer; it writes while Run runs.
func NewPositionWriter(db *postgis.DB, cfg PositionWriterConfig) *PositionWriter {
	if cfg.Rows == 0 {
		cfg.Rows = 1000
	}
	if cfg.Delay == 0 {
		cfg.Delay = 200 * time.Millisecond
	}
	if cfg.Buffer == 0 {
		cfg.Buffer = 50_000
	}
	if cfg.Patience == 0 {
		cfg.Patience = 2 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &PositionWriter{
		db: db, cfg: cfg, log: db.Log,
		room: semaphore.NewWeighted(int64(cfg.Buffer)),
		full: make(chan struct{}, 1),
		days: make(map[time.Time]struct{}),
	}
}

// PositionWriterStats are counts for metrics, since the start.
type PositionWriterStats struct {
	Waiting int   // in memory now
	Written int64 // sent to the database, those it knew already among them
	Refused int64 // the database would not have them
}

// Stats returns the counts of this moment.
func (w *PositionWriter) Stats() PositionWriterStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stats
	s.Waiting = len(w.waiting)
	return s
}

// Record implements live.Recorder: unavailable where the buffer stays full and
// after the end of Run, too_large for more positions than the buffer holds.
func (w *PositionWriter) Record(ctx context.Context, positions []live.Position) error {
	const op = "postgis: record positions"
	n := int64(len(positions))
	if n > int64(w.cfg.Buffer) {
		return &spatial.Error{Code: spatial.CodeTooLarge, Op: op,
			Message: fmt.Sprintf("At most %d positions are taken at once.", w.cfg.Buffer)}
	}
	if !w.room.TryAcquire(n) {
		waiting, cancel := context.WithTimeout(ctx, w.cfg.Patience)
		defer cancel()
		if err := w.room.Acquire(waiting, n); err != nil {
			if ctx.Err() != nil {
				return postgis.Wrap(ctx, op, ctx.Err())
			}
			return &spatial.Error{Code: spatial.CodeUnavailable, Op: op,
				Message: "Positions come in faster than they can be stored; try again later."}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		w.room.Release(n)
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The server is stopping."}
	}
	w.waiting = append(w.waiting, positions...)
	if len(w.waiting) >= w.cfg.Rows {
		select {
		case w.full <- struct{}{}:
		default:
		}
	}
	return nil
}

// stopPatience bounds the last write, when the server stops.
const stopPatience = 5 * time.Second

// Run writes until the context ends, then writes the rest and returns nil; it
// returns an error where the rest could not be written.
func (w *PositionWriter) Run(ctx context.Context) error {
	upkeep := time.NewTimer(0)
	defer upkeep.Stop()
	ticker := time.NewTicker(w.cfg.Delay)
	defer ticker.Stop()
	for wait := w.cfg.Delay; ; {
		select {
		case <-ctx.Done():
			return w.finish(ctx)
		case <-upkeep.C:
			w.keep(ctx)
			upkeep.Reset(time.Hour)
			continue
		case <-ticker.C:
		case <-w.full:
		}
		err := w.flush(ctx)
		if err == nil || ctx.Err() != nil {
			wait = w.cfg.Delay
			continue
		}
		w.log.WarnContext(ctx, "positions are not written, trying again",
			"error", err, "waiting", w.Stats().Waiting, "retry_ms", wait.Milliseconds())
		if postgis.Sleep(ctx, wait) == nil {
			wait = min(2*wait, stopPatience)
		}
	}
}

// finish refuses what comes from now on and writes what is there.
func (w *PositionWriter) finish(ctx context.Context) error {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	if err := w.flush(ctx); err != nil {
		return fmt.Errorf("postgis: %d positions were lost: %w", w.Stats().Waiting, err)
	}
	return nil
}

// flush writes lots until none waits. A lot leaves the buffer only once it is
// written or refused.
func (w *PositionWriter) flush(ctx context.Context) error {
	for {
		w.mu.Lock()
		lot := slices.Clone(w.waiting[:min(len(w.waiting), w.cfg.Rows)])
		w.mu.Unlock()
		if len(lot) == 0 {
			return nil
		}
		refused, err := w.write(ctx, lot)
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.waiting = slices.Delete(w.waiting, 0, len(lot))
		w.stats.Written += int64(len(lot)) - refused
		w.stats.Refused += refused
		w.mu.Unlock()
		w.room.Release(int64(len(lot)))
	}
}

// write halves a lot that the database refuses until the bad positions stand
// alone, and drops these; any other failure is for trying again.
func (w *PositionWriter) write(ctx context.Context, lot []live.Position) (refused int64, err error) {
	err = w.insert(ctx, lot)
	if spatial.CodeOf(err) == spatial.CodeInvalid {
		clear(w.days) // a day may have been dropped meanwhile
		err = w.insert(ctx, lot)
	}
	if spatial.CodeOf(err) != spatial.CodeInvalid {
		return 0, err
	}
	if len(lot) == 1 {
		w.log.ErrorContext(ctx, "a position is refused by the database", "device", lot[0].Device, "at", lot[0].Time, "error", err)
		return 1, nil
	}
	for _, half := range [][]live.Position{lot[:len(lot)/2], lot[len(lot)/2:]} {
		n, err := w.write(ctx, half)
		if err != nil {
			return refused, err
		}
		refused += n
	}
	return refused, nil
}

func (w *PositionWriter) insert(ctx context.Context, lot []live.Position) error {
	const op = "postgis: write positions"
	// Two nodes that move the same devices take the rows in the same order.
	lot = slices.Clone(lot)
	slices.SortStableFunc(lot, func(a, b live.Position) int { return strings.Compare(a.Device, b.Device) })
	n := len(lot)
	devices, at, received := make([]string, n), make([]time.Time, n), make([]time.Time, n)
	lon, lat := make([]float64, n), make([]float64, n)
	speed, bearing, accuracy := make([]*float64, n), make([]*float64, n), make([]*float64, n)
	attributes, flags := make([]*string, n), make([]int16, n)
	for i := range lot {
		p := &lot[i]
		if err := w.ensure(ctx, p.Time); err != nil {
			return err
		}
		devices[i], at[i], received[i], lon[i], lat[i] = p.Device, p.Time, p.ReceivedAt, p.Lon, p.Lat
		speed[i], bearing[i], accuracy[i] = nullable(p.SpeedKMH), nullable(p.BearingDegrees), nullable(p.AccuracyMeters)
		flags[i] = int16(p.Flags)
		if len(p.Attributes) > 0 {
			text := string(p.Attributes)
			attributes[i] = &text
		}
	}
	_, err := w.db.Pool.Exec(ctx, queryPositionsWrite,
		devices, at, received, lon, lat, speed, bearing, accuracy, attributes, flags)
	return postgis.Wrap(ctx, op, err)
}

func nullable(m live.Measure) *float64 {
	if !m.Known {
		return nil
	}
	return &m.Value
}

// ensure makes the partition of the time's UTC day, once.
func (w *PositionWriter) ensure(ctx context.Context, at time.Time) error {
	day := at.UTC().Truncate(24 * time.Hour)
	if _, ok := w.days[day]; ok {
		return nil
	}
	if _, err := w.db.Pool.Exec(ctx, queryEnsureDay, day); err != nil {
		return postgis.Wrap(ctx, "postgis: make a day's partition", err)
	}
	w.days[day] = struct{}{}
	return nil
}

// keep makes the partitions of today and tomorrow, so that midnight costs
// nothing, and drops those that are past their time.
func (w *PositionWriter) keep(ctx context.Context) {
	now := w.cfg.Now()
	err := w.ensure(ctx, now)
	if err == nil {
		err = w.ensure(ctx, now.Add(24*time.Hour))
	}
	if err == nil && w.cfg.RetainDays > 0 {
		var dropped int
		first := now.UTC().AddDate(0, 0, -w.cfg.RetainDays)
		err = w.db.Pool.QueryRow(ctx, queryDropBefore, first).Scan(&dropped)
		if dropped > 0 {
			w.log.InfoContext(ctx, "days of positions are dropped", "days", dropped)
		}
		clear(w.days)
	}
	if err != nil && ctx.Err() == nil {
		w.log.WarnContext(ctx, "the days of positions are not kept up", "error", err)
	}
}
