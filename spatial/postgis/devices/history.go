package devices

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gisd/internal/sleep"
	"gisd/spatial/postgis"
)

// HistoryConfig says how long history is kept where the rule of a kind does not; zero
// keeps all.
type HistoryConfig struct {
	PositionDays int
	ReadingDays  int
	Now          func() time.Time // time.Now
}

// History is where positions and readings stay: partitions of a UTC day each, made
// ahead and dropped when their time is over. It is safe for goroutines.
type History struct {
	db  *postgis.DB
	cfg HistoryConfig
	log *slog.Logger

	mu   sync.Mutex
	days map[dayOf]struct{} // partitions known to exist
	kept string             // what the last upkeep did to single devices
}

// dayOf is the partition of a UTC day; the query makes it.
type dayOf struct {
	query string
	day   time.Time
}

// NewHistory returns the history in the database. Run keeps it up.
func NewHistory(db *postgis.DB, cfg HistoryConfig) *History {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &History{db: db, cfg: cfg, log: db.Log, days: make(map[dayOf]struct{})}
}

// ensure makes a partition of the time's UTC day, once.
func (h *History) ensure(ctx context.Context, query string, at time.Time) error {
	key := dayOf{query, at.UTC().Truncate(24 * time.Hour)}
	h.mu.Lock()
	_, ok := h.days[key]
	h.mu.Unlock()
	if ok {
		return nil
	}
	if _, err := h.db.Pool.Exec(ctx, query, key.day); err != nil {
		return postgis.Wrap(ctx, "postgis: make a day's partition", err)
	}
	h.mu.Lock()
	h.days[key] = struct{}{}
	h.mu.Unlock()
	return nil
}

// forgetDays has partitions looked for anew.
func (h *History) forgetDays() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.days)
}

// upkeepEvery is how often partitions are made and dropped; retryUpkeep follows a
// failure.
const (
	upkeepEvery = time.Hour
	retryUpkeep = time.Minute
)

// Run keeps the days up until the context ends, and returns nil.
func (h *History) Run(ctx context.Context) error {
	for wait := time.Duration(0); sleep.For(ctx, wait) == nil; {
		wait = upkeepEvery
		if err := h.Keep(ctx); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "the days of device history are not kept up", "error", err)
			wait = retryUpkeep
		}
	}
	return nil
}
