package fence

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// record has events kept until the context ends, and then what is left.
func (w *Warden) record(ctx context.Context) error {
	pause := recordEvery
	for {
		select {
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return w.flush(ctx)
		case <-time.After(pause):
		}
		pause = recordEvery
		if err := w.flush(ctx); err != nil && ctx.Err() == nil {
			w.cfg.Log.WarnContext(ctx, "events of devices are not recorded, trying again", "error", err)
			pause = retryPause
		}
	}
}

// lot is how many events are recorded at once.
const lot = 1000

func (w *Warden) flush(ctx context.Context) error {
	for {
		events, lost := w.take()
		if lost > 0 {
			w.cfg.Log.ErrorContext(ctx, "events of devices were told and not recorded", "events", lost)
		}
		if len(events) == 0 {
			return nil
		}
		err := w.cfg.Source.Record(ctx, events)
		w.mu.Lock()
		if err == nil {
			w.waiting = slices.Delete(w.waiting, 0, w.taken)
		}
		w.taken = 0
		w.mu.Unlock()
		if err != nil {
			return fmt.Errorf("fence: record %d events: %w", len(events), err)
		}
	}
}

// take is the next lot, and how many were lost since the last.
func (w *Warden) take() (events []Event, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = min(lot, len(w.waiting))
	lost, w.lost = w.lost, 0
	return slices.Clone(w.waiting[:w.taken]), lost
}
