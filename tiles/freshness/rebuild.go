package freshness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gisd/spatial"
)

// tries is how often a collection whose cells cannot be brought up to date is
// tried again, each time after twice as long.
const tries = 4

// rebuild implements the work of Queue.ApplyToCells. Changes of versions that
// are not current any more are nobody's. A collection that fails waits until the
// others are done, and is tried again a few times; then its cells go, so that it
// holds nobody up. An error says that not even that was possible.
func (f *Freshness) rebuild(ctx context.Context, list []spatial.Change) error {
	found := gather(list)
	left, pause := found.order, f.cfg.Retry
	var failed error
	for n := 0; len(left) > 0 && n <= tries; n++ {
		if n > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
			pause *= 2
		}
		var again []string
		failed = nil
		for _, id := range left {
			if err := f.rebuildOne(ctx, found, id); err != nil {
				again, failed = append(again, id), errors.Join(failed, err)
			}
		}
		if n == 0 && failed != nil && ctx.Err() == nil {
			f.cfg.Log.WarnContext(ctx, "packed cells could not be brought up to date; tried again", "collections", again, "error", failed)
		}
		left = again
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return f.discard(ctx, left, failed)
}

// rebuildOne brings the cells of one collection up to date.
func (f *Freshness) rebuildOne(ctx context.Context, found *batch, id string) error {
	c, err := f.cfg.Catalogue.Collection(id, system)
	if err != nil {
		return nil
	}
	if found.versions[id] > c.Version {
		return fmt.Errorf("freshness: rebuild: version %d of %s is not known here yet", found.versions[id], id)
	}
	set := found.sets[id]
	boxes := set.list
	if set.whole {
		boxes = []spatial.Envelope{square()}
	}
	start := time.Now()
	n, err := f.cfg.Rebuilder.Rebuild(ctx, c, boxes)
	f.metrics.rebuilt(n, time.Since(start))
	return err
}

// discard drops the cells of collections that failed for good.
func (f *Freshness) discard(ctx context.Context, ids []string, why error) error {
	for _, id := range ids {
		c, err := f.cfg.Catalogue.Collection(id, system)
		if err != nil {
			continue
		}
		if err := f.cfg.Rebuilder.Discard(ctx, c); err != nil {
			return errors.Join(why, err)
		}
		f.cfg.Log.ErrorContext(ctx, "packed cells cannot follow edits and were dropped; they are built anew", "collection", id, "error", why)
	}
	return nil
}
