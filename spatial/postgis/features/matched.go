package features

import (
	"context"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// countMost bounds what is counted beside a page; an estimate of hopeless times
// as many is not counted at all.
const (
	countMost = 10_000
	hopeless  = 20
)

// errVanished says that a version is not there any more, as a dropped table does.
var errVanished = errors.New("features: the version is gone")

// vanished reports whether a reader failed because its version was dropped.
func vanished(err error) bool {
	return postgis.SQLState(err) == postgis.StateUndefinedTable || errors.Is(err, errVanished)
}

// total is how many features the collection has at this moment: what its version
// came with and what edits have added and taken away since.
func (f *Store) total(ctx context.Context, c *spatial.Collection) (int64, error) {
	var total int64
	err := f.pool.QueryRow(ctx, queryTotal, c.ID, c.Version).Scan(&total)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errVanished
	}
	return total, err
}

// matched is how many features pass the filter: exactly where they are at most
// countMost and counting takes no longer than queries/count_timeout.sql
// gives, else what the planner expects.
func (f *Store) matched(ctx context.Context, c *spatial.Collection, a spatial.Access, w filter.Conditions) (matched int64, estimated bool, err error) {
	likely := int64(-1)
	if c.Whole().FeatureCount > hopeless*countMost {
		if likely, err = f.likely(ctx, c, w); err != nil || likely > hopeless*countMost {
			return likely, true, err
		}
	}
	count, err := f.count(ctx, c, a, w)
	if err != nil || count >= 0 && count <= countMost {
		return count, false, err
	}
	if likely < 0 {
		likely, err = f.likely(ctx, c, w)
	}
	return max(likely, count), true, err
}

// likely is how many features the planner expects to pass the filter, and to be seen.
func (f *Store) likely(ctx context.Context, c *spatial.Collection, w filter.Conditions) (int64, error) {
	n, err := f.estimate(ctx, c, sql.And(w.Estimable()...))
	return int64(float64(n) * c.Limits.Share()), err
}

// count is exact up to countMost; beyond that it is one more, and -1 where the
// time did not suffice.
func (f *Store) count(ctx context.Context, c *spatial.Collection, a spatial.Access, w filter.Conditions) (int64, error) {
	statement, args := sql.Concat(sql.Lit("select count(*) from (\n  select from "), sql.Ident("data", c.Table), sql.Lit(" t where "),
		sql.And(append(w.All(), postgis.Readable(c, a))...), sql.Lit("\n  limit "), sql.Arg(countMost+1), sql.Lit("\n) t")).Build()
	var count int64
	err := pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryCountTimeout); err != nil {
			return err
		}
		return tx.QueryRow(ctx, statement, planned(args)...).Scan(&count)
	})
	if postgis.SQLState(err) == postgis.StateQueryCanceled && ctx.Err() == nil {
		f.log.LogAttrs(ctx, slog.LevelDebug, "count given up", slog.String("collection", c.ID))
		return -1, nil
	}
	return count, err
}
