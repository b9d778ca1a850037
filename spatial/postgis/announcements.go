package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// AnnouncedPause and AnnouncedLongest suit what changes seldom, such as the
// catalogue and the registry of devices.
const AnnouncedPause, AnnouncedLongest = 10 * time.Millisecond, time.Second

// AwaitAnnouncements returns nil after an announcement, with those that came
// within the pause of the one before, and when the poll is due. Announcements
// without end do not hold it back for more than longest.
func AwaitAnnouncements(ctx context.Context, conn *pgx.Conn, poll, pause, longest time.Duration) error {
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
