package incidents

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gisd/spatial/live/incident"
	"gisd/spatial/postgis"
)

// Of a burst of changes those within a moment are told together.
const (
	gather   = 20 * time.Millisecond
	longest  = 200 * time.Millisecond
	pingIdle = 30 * time.Second
)

// Watch tells of incidents that are new or changed, on whichever node, until the
// context ends; then it returns nil. Missed is told where there may have been others.
func (s *Store) Watch(ctx context.Context, tell func(changed []incident.Incident, missed bool)) error {
	s.db.KeepTrying(ctx, "the connection for incidents is lost", func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, queryListen); err != nil {
			return err
		}
		tell(nil, true)
		for {
			ids, err := announced(ctx, conn)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				if err := conn.Ping(ctx); err != nil {
					return err
				}
				continue
			}
			rows, err := s.db.Pool.Query(ctx, querySome, ids)
			if err != nil {
				return err
			}
			changed, err := pgx.CollectRows(rows, scan)
			if err != nil {
				return postgis.Wrap(ctx, "postgis: read incidents", err)
			}
			tell(changed, false)
		}
	})
	return nil
}

// announced waits for incidents that changed; none after a while without any.
func announced(ctx context.Context, conn *pgx.Conn) (ids []int64, err error) {
	wait, until := pingIdle, time.Time{}
	for until.IsZero() || time.Now().Before(until) {
		waiting, cancel := context.WithTimeout(ctx, wait)
		n, err := conn.WaitForNotification(waiting)
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && pgconn.Timeout(err) && !conn.IsClosed():
			return ids, nil
		case err != nil:
			return nil, err
		}
		if id, err := strconv.ParseInt(n.Payload, 10, 64); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if until.IsZero() {
			until = time.Now().Add(longest)
		}
		wait = gather
	}
	return ids, nil
}
