package features

import (
	"context"
	"fmt"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// Extent is the box around the features that match, in postgis.OutputSRID, and how
// many they are; empty where none of them has a geometry. Limit, After and Fields
// do not matter. It reads every match.
func (f *Store) Extent(ctx context.Context, c *spatial.Collection, q spatial.Query) (box spatial.Envelope, count int64, err error) {
	op := fmt.Sprintf("postgis: extent of features of %q", c.ID)
	err = f.withVersion(ctx, op, c, q.Access, func(now *spatial.Collection) error {
		box, count = spatial.EmptyEnvelope(postgis.OutputSRID(now)), 0
		w, err := filter.New(now, q)
		if err != nil {
			return err
		}
		if now.Version == 0 || w.Nothing {
			return f.mustRead(ctx, now, q.Access)
		}
		geom := sql.Lit("t.geom")
		if box.SRID != now.SRID {
			geom = sql.Lit("st_transform(t.geom, 4326)")
		}
		statement, args := sql.Concat(
			sql.Lit("select n, st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (\n  select st_extent("), geom,
			sql.Lit(") e, count(*) n from "), sql.Ident("data", now.Table), sql.Lit(" t\n  where "),
			sql.And(append(w.All(), postgis.Readable(now, q.Access))...), sql.Lit("\n) s")).Build()
		var minX, minY, maxX, maxY *float64
		if err := f.pool.QueryRow(ctx, statement, planned(args)...).Scan(&count, &minX, &minY, &maxX, &maxY); err != nil {
			return err
		}
		if minX != nil {
			box.MinX, box.MinY, box.MaxX, box.MaxY = *minX, *minY, *maxX, *maxY
		}
		if count == 0 {
			return f.mustRead(ctx, now, q.Access)
		}
		return nil
	})
	return box, count, err
}
