package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/sql"
)

// withoutGeometry counts the features that have none and lists them in the index
// that serves the condition withoutGeometry.
func (g *staging) withoutGeometry(ctx context.Context, tx pgx.Tx, p *importers.Plan, r *importers.Report) (n int64, err error) {
	if p.Geometry == spatial.GeometryNone {
		return r.Features, nil
	}
	if g.measured && g.bare == 0 || !g.measured && r.Empty+r.Repair.Emptied == 0 {
		return 0, nil
	}
	table := sql.Ident("data", g.table)
	err = sql.Exec(ctx, tx, sql.Concat(sql.Lit("create index "), sql.Ident(sql.DerivedName("bare", g.table)), sql.Lit(" on "), table, sql.Lit(" (id) where (geom is null) is true")))
	if err != nil {
		return 0, err
	}
	if g.measured {
		return g.bare, nil
	}
	text, _ := sql.Concat(sql.Lit("select count(*) from "), table, sql.Lit(" where geom is null")).Build()
	err = tx.QueryRow(ctx, text).Scan(&n)
	return n, err
}

// extent is the box of the loaded features in SRID 4326: min lon, min lat, max
// lon, max lat; nil without features, and for a system that transforms nothing.
func (g *staging) extent(ctx context.Context, r *importers.Report) ([4]*float64, error) {
	if r.Extent == nil {
		return [4]*float64{}, nil
	}
	e := *r.Extent
	e.SRID = g.srid
	if crs.Supported(g.srid) {
		t, err := crs.NewTransform(g.srid, spatial.SRIDWGS84)
		if err != nil {
			return [4]*float64{}, err
		}
		if w, err := t.Envelope(e); err == nil {
			return [4]*float64{&w.MinX, &w.MinY, &w.MaxX, &w.MaxY}, nil
		}
		return [4]*float64{}, nil // outside of where the system is defined
	}
	var box [4]*float64
	err := g.conn.QueryRow(ctx, queryExtent, int32(g.srid), e.MinX, e.MinY, e.MaxX, e.MaxY).Scan(&box[0], &box[1], &box[2], &box[3])
	if err != nil {
		if ctx.Err() != nil {
			return box, err
		}
		return [4]*float64{}, nil
	}
	return box, nil
}

// measure takes the cover of a table whose rows are not all those that were
// loaded.
func (g *staging) measure(ctx context.Context, conn *pgx.Conn, out *importers.Outcome) error {
	var box [4]*float64
	text, _ := sql.Concat(sql.Lit(`select ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), n, bare
from (select ST_Extent(geom) as box, count(*) as n, count(*) - count(geom) as bare from `), sql.Ident("data", g.table), sql.Lit(") covered")).Build()
	if err := conn.QueryRow(ctx, text).Scan(&box[0], &box[1], &box[2], &box[3], &out.Features, &g.bare); err != nil {
		return err
	}
	if g.measured = true; box[0] == nil {
		return nil
	}
	out.Extent = &spatial.Envelope{MinX: *box[0], MinY: *box[1], MaxX: *box[2], MaxY: *box[3], SRID: g.srid}
	return nil
}
