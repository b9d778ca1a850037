package postgis

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// countMost bounds what is counted beside a page; an estimate of hopeless times
// as many is not counted at all.
const (
	countMost = 10_000
	hopeless  = 20
)

// total is how many features the collection has at this moment: what its version
// came with and what edits have added and taken away since.
func (f *Features) total(ctx context.Context, c *spatial.Collection) (int64, error) {
	var total int64
	err := f.pool.QueryRow(ctx, queryFeaturesTotal, c.ID, c.Version).Scan(&total)
	return total, err
}

// matched is how many features pass the filter: exactly where they are at most
// countMost and counting takes no longer than queries/features_count_timeout.sql
// gives, else what the planner expects.
func (f *Features) matched(ctx context.Context, c *spatial.Collection, a spatial.Access, w filter) (matched int64, estimated bool, err error) {
	likely := int64(-1)
	if c.FeatureCount > hopeless*countMost {
		if likely, err = f.estimate(ctx, c, and(w.all()...)); err != nil || likely > hopeless*countMost {
			return likely, true, err
		}
	}
	count, err := f.count(ctx, c, a, w)
	if err != nil || count >= 0 && count <= countMost {
		return count, false, err
	}
	if likely < 0 {
		likely, err = f.estimate(ctx, c, and(w.all()...))
	}
	return max(likely, count), true, err
}

// count is exact up to countMost; beyond that it is one more, and -1 where the
// time did not suffice.
func (f *Features) count(ctx context.Context, c *spatial.Collection, a spatial.Access, w filter) (int64, error) {
	statement, args := concat(lit("select count(*) from (\n  select from "), ident("data", c.Table), lit(" t where "),
		and(append(w.all(), readable(c.ID, a))...), lit("\n  limit "), arg(countMost+1), lit("\n) t")).build()
	var count int64
	err := pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryFeaturesCountTimeout); err != nil {
			return err
		}
		return tx.QueryRow(ctx, statement, planned(args)...).Scan(&count)
	})
	if sqlState(err) == codeQueryCanceled && ctx.Err() == nil {
		f.log.LogAttrs(ctx, slog.LevelDebug, "count given up", slog.String("collection", c.ID))
		return -1, nil
	}
	return count, err
}
