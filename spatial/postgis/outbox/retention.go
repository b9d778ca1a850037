package outbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
	"gisd/spatial/postgis"
)

// Trimming comes in steps, so that no statement holds many rows.
const (
	trimEvery = time.Hour
	trimStep  = 10_000
)

// KeepChanges forgets changes that are older than keep, every hour until the
// context ends; returns nil then.
func (s *Store) KeepChanges(ctx context.Context, keep time.Duration) error {
	for {
		if count, err := s.TrimChanges(ctx, keep); err != nil && ctx.Err() == nil {
			s.db.Log.WarnContext(ctx, "old changes are not forgotten", "error", err)
		} else if count > 0 {
			s.db.Log.InfoContext(ctx, "old changes are forgotten", "count", count)
		}
		if sleep.For(ctx, trimEvery) != nil {
			return nil
		}
	}
}

// TrimChanges forgets changes that are older than keep and that every webhook has
// got, and returns how many. Of each collection the first change that is kept then
// says to load it.
func (s *Store) TrimChanges(ctx context.Context, keep time.Duration) (count int64, err error) {
	const op = "postgis: forget changes"
	rows, err := s.db.Pool.Query(ctx, queryFollowed)
	if err != nil {
		return 0, postgis.Wrap(ctx, op, err)
	}
	collections, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, postgis.Wrap(ctx, op, err)
	}
	for _, id := range collections {
		for {
			var gone int64
			if err := s.db.Pool.QueryRow(ctx, queryTrim, id, keep, trimStep).Scan(&gone); err != nil {
				return count, postgis.Wrap(ctx, op, err)
			}
			count += gone
			if gone == 0 {
				break
			}
		}
	}
	return count, nil
}
