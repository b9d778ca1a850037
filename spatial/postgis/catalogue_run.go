package postgis

import (
	"context"
	"math/rand/v2"
	"time"

	"gisd/internal/sleep"
)

// Run keeps the catalogue fresh until the context ends: by announcements on a
// connection of its own, by a poll every few seconds in case one is lost, and
// by the poll alone while that connection is down. It returns nil at the end of
// the context and never gives up before.
func (c *Catalogue) Run(ctx context.Context) error {
	const first, last = 200 * time.Millisecond, changesWithin / 3 // the pause is up to twice as long
	wait := first
	for ctx.Err() == nil {
		started := time.Now()
		err := c.listen(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(started) > last {
			wait = first
		}
		c.log.WarnContext(ctx, "catalogue connection lost", "error", err, "retry_ms", wait.Milliseconds())
		if sleep.For(ctx, wait+rand.N(wait)) != nil {
			break
		}
		wait = min(2*wait, last)
		// The pool may still work where the listener does not.
		_ = c.Reload(ctx)
	}
	return nil
}

// listen reloads at each announcement and each tick of the poll until something
// fails.
func (c *Catalogue) listen(ctx context.Context) error {
	conn, err := connectBeside(ctx, c.pool)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, queryCatalogueListen); err != nil {
		return err
	}
	for {
		// After LISTEN and after each wait, so that nothing falls in between.
		if err := c.Reload(ctx); err != nil {
			return err
		}
		if err := AwaitAnnouncements(ctx, conn, c.poll, AnnouncedPause, AnnouncedLongest); err != nil {
			return err
		}
	}
}
