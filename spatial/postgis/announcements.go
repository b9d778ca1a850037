package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Announcements are answered together that come within this pause of the one
// before. Features have shorter times than the catalogue: somebody looks at them.
const (
	announcedPause, announcedLongest = 10 * time.Millisecond, time.Second
	changedPause, changedLongest     = 5 * time.Millisecond, 50 * time.Millisecond
)

// awaitAnnouncements returns nil after an announcement, with those that came
// within the pause of the one before, and when the poll is due. Announcements
// without end do not hold it back for more than longest.
func awaitAnnouncements(ctx context.Context, conn *pgx.Conn, poll, pause, longest time.Duration) error {
	wait := poll
	for until := time.Now().Add(poll); time.Now().Before(until); {
		waiting, cancel := context.WithTimeout(ctx, wait)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && pgconn.Timeout(err) && !conn.IsClosed():
			return nil
		case err != nil:
			return err
		}
		if wait == poll {
			until = time.Now().Add(longest)
		}
		wait = pause
	}
	return nil
}
