package postgis

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// countMost bounds what is counted beside a page.
const countMost = 10_000

// matched counts the features that pass the filter where that is cheap; -1 where
// they are more than countMost, or counting takes longer than
// queries/features_count_timeout.sql gives. Without a box no index finds the
// matches: then only a small collection is counted.
func (f *Features) matched(ctx context.Context, c *spatial.Collection, a spatial.Access, w filter) (int64, error) {
	if c.FeatureCount > smallCollection && len(w.box.pieces) == 0 {
		return -1, nil
	}
	if c.FeatureCount > countMost && len(w.box.pieces) > 0 && len(w.others) == 0 {
		if likely, err := f.estimate(ctx, c, w.box); err != nil || likely > countMost {
			return -1, err
		}
	}
	statement, args := concat(lit("select count(*) from (\n  select from "), ident("data", c.Table), lit(" t where "),
		and(append(w.all(), readable(c.ID, a))...), lit("\n  limit "), arg(countMost+1), lit("\n) t")).build()
	var count int64
	err := pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryFeaturesCountTimeout); err != nil {
			return err
		}
		return tx.QueryRow(ctx, statement, planned(args)...).Scan(&count)
	})
	switch {
	case sqlState(err) == codeQueryCanceled && ctx.Err() == nil:
		f.log.LogAttrs(ctx, slog.LevelDebug, "count given up", slog.String("collection", c.ID))
		return -1, nil
	case err != nil:
		return -1, err
	case count > countMost:
		return -1, nil
	}
	return count, nil
}
