package changes

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
	"gisd/spatial"
)

// cellsReader is the name under which packed cells are brought up to date.
const cellsReader = "cells"

// applyRetry is how long a batch that failed rests before it is tried again, each
// time twice as long up to applyLongest.
const applyRetry, applyLongest = time.Second, 30 * time.Second

// ApplyToCells calls do with changes in order, on one node of the cluster at a
// time; derived ones are left out. Where do returns nil the position is kept
// for good, so that every change is applied although processes end; where it
// fails, or ends half-way, the same changes come again. Returns nil at the end
// of the context. Follow must run beside it.
func (d *Queue) ApplyToCells(ctx context.Context, do func(context.Context, []spatial.Change) error) error {
	d.db.KeepTrying(ctx, "packed cells are not brought up to date", func(ctx context.Context, conn *pgx.Conn) error {
		if err := d.lead(ctx, conn); err != nil {
			return err
		}
		var position uint64
		if err := conn.QueryRow(ctx, queryReaderOpen, cellsReader).Scan(&position); err != nil {
			return err
		}
		for {
			changes, full, err := d.read(ctx, conn, position)
			if err != nil {
				return err
			}
			if err := d.apply(ctx, conn, position, changes, do); err != nil {
				return err
			}
			position = changes.Position
			if full {
				continue
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-d.wake:
			}
		}
	})
	return nil
}

func (d *Queue) apply(ctx context.Context, conn *pgx.Conn, position uint64, c spatial.Changes, do func(context.Context, []spatial.Change) error) error {
	if c.Position == position {
		return nil
	}
	own := make([]spatial.Change, 0, len(c.List))
	for _, change := range c.List {
		if !change.Derived {
			own = append(own, change)
		}
	}
	for wait := applyRetry; len(own) > 0; wait = min(2*wait, applyLongest) {
		err := do(ctx, own)
		if err == nil {
			break
		}
		if wait == applyRetry && ctx.Err() == nil {
			d.db.Log.WarnContext(ctx, "packed cells were not brought up to date; tried again", "changes", len(own), "error", err)
		}
		if err := sleep.For(ctx, wait); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, queryReaderDone, cellsReader, c.Position)
	return err
}

// lead waits until no other node does the work; the lock goes with the
// connection.
func (d *Queue) lead(ctx context.Context, conn *pgx.Conn) error {
	for {
		var mine bool
		if err := conn.QueryRow(ctx, queryReaderLock, cellsReader).Scan(&mine); err != nil || mine {
			return err
		}
		if err := sleep.For(ctx, d.cfg.Poll); err != nil {
			return err
		}
	}
}
