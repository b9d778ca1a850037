package devices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

// Readings returns what a sensor measured, the newest first, by name where the time is
// the same.
func (d *Store) Readings(ctx context.Context, q live.ReadingQuery) ([]live.Reading, error) {
	const op = "postgis: read readings"
	var name *string
	if q.Name != "" {
		name = &q.Name
	}
	found, err := d.db.Pool.Query(ctx, queryReadings, q.Device, name, q.First, q.Last, q.Limit)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	readings, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (live.Reading, error) {
		var r live.Reading
		err := row.Scan(&r.Device, &r.Name, &r.Time, &r.ReceivedAt, &r.Value, &r.Unit, &r.Quality)
		r.Time, r.ReceivedAt = r.Time.UTC(), r.ReceivedAt.UTC()
		return r, err
	})
	return readings, postgis.Wrap(ctx, op, err)
}
