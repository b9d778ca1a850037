package imports

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/orders"
	"gisd/spatial/postgis/sql"
)

// Settle implements importers.Staging. Two sessions share the work: the spatial
// index takes longest and sorts on one core, so the ids are indexed and the
// geometries judged beside it. Repairs wait for the index, which is right: they
// are few and the index takes them in. A merge repairs before it writes.
func (g *staging) Settle(ctx context.Context, p *importers.Plan, tell importers.SettleListener) (out importers.Outcome, err error) {
	op := "postgis: settle " + g.table
	helper, err := g.sink.connect(ctx)
	if err != nil {
		return out, err
	}
	defer func() { _ = helper.Close(context.WithoutCancel(ctx)) }()
	if p.Merge != nil {
		if err := g.merge(ctx, p, tell, &out); err != nil {
			return out, g.settleError(ctx, op, err)
		}
	}
	work, workCtx := errgroup.WithContext(ctx)
	work.Go(func() error { return g.indexGeometry(workCtx, p) })
	work.Go(func() error {
		if err := g.indexIDs(workCtx, helper); err != nil {
			return err
		}
		if p.Merge != nil {
			return g.measure(workCtx, helper, &out)
		}
		repair, err := g.repair(workCtx, helper, p, loadedRows{table: g.table})
		out.Repair = repair
		return err
	})
	if err := work.Wait(); err != nil {
		return out, g.settleError(ctx, op, err)
	}
	return out, postgis.Wrap(ctx, op, g.complete(ctx, p, tell, &out))
}

// complete gives the table its key, its system columns, the edits that are made
// again and, last of all, the triggers.
func (g *staging) complete(ctx context.Context, p *importers.Plan, tell importers.SettleListener, out *importers.Outcome) error {
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error { return addSystemColumns(ctx, tx, g, p) })
	if err != nil {
		return err
	}
	if p.Merge == nil {
		if err := g.replaceEdits(ctx, p, tell, out); err != nil {
			return err
		}
	}
	if p.Merge == nil && out.Rebased > 0 {
		if err := g.measure(ctx, g.conn, out); err != nil {
			return err
		}
	}
	if _, err := g.conn.Exec(ctx, queryWatchEdits, g.table); err != nil {
		return err
	}
	if p.Merge != nil {
		if err := sql.Exec(ctx, g.conn, sql.Concat(sql.Lit("drop table "), sql.Ident("data", loadName(g.table)))); err != nil {
			return err
		}
	}
	if err := orders.Prepare(ctx, g.conn, p.Options.Collection, g.table, p.Version); err != nil {
		return err
	}
	return sql.Exec(ctx, g.conn, sql.Concat(sql.Lit("analyze "), sql.Ident("data", g.table)))
}

func (g *staging) settleError(ctx context.Context, op string, err error) error {
	if postgis.SQLState(err) == postgis.StateUniqueViolation {
		return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "the ids are not unique", Err: fmt.Errorf("%w: %w", importers.ErrDuplicateID, err)}
	}
	return postgis.Wrap(ctx, op, err)
}

// indexGeometry builds the GiST index, which PostGIS fills in sorted order.
func (g *staging) indexGeometry(ctx context.Context, p *importers.Plan) error {
	if p.Schema.GeometryType == spatial.GeometryNone && (p.Merge == nil || p.Base.Geometry == spatial.GeometryNone) {
		return nil
	}
	return sql.Exec(ctx, g.conn, sql.Concat(sql.Lit("create index "), sql.Ident(sql.DerivedName("geom", g.table)), sql.Lit(" on "), sql.Ident("data", g.table), sql.Lit(" using gist (geom)")))
}

func (g *staging) indexIDs(ctx context.Context, conn *pgx.Conn) error {
	return sql.Exec(ctx, conn, sql.Concat(sql.Lit("create unique index "), sql.Ident(g.keyName()), sql.Lit(" on "), sql.Ident("data", g.table), sql.Lit(" (id)")))
}

func (g *staging) keyName() string { return sql.DerivedName("id", g.table) }

// addSystemColumns costs no rewrite: the defaults are evaluated once and stored
// with the table. The row's own now() and changer come with each later change.
func addSystemColumns(ctx context.Context, tx pgx.Tx, g *staging, p *importers.Plan) error {
	if _, err := tx.Exec(ctx, queryChangedBy, orElse(p.Options.ChangedBy, "import")); err != nil {
		return err
	}
	table := sql.Ident("data", g.table)
	key := sql.Concat(sql.Lit("alter table "), table, sql.Lit(`
  add constraint `), sql.Ident(sql.DerivedName("pk", g.table)), sql.Lit(" primary key using index "), sql.Ident(g.keyName()), sql.Lit(",\n  reset (autovacuum_enabled)"))
	if p.Merge != nil {
		return sql.Exec(ctx, tx, key)
	}
	err := sql.Exec(ctx, tx, sql.Concat(key, sql.Lit(`,
  add column revision bigint not null default 1,
  add column recorded_at timestamptz not null default now(),
  add column changed_by text not null default current_setting('gisd.changed_by')`)))
	if err != nil {
		return err
	}
	return sql.Exec(ctx, tx, sql.Concat(sql.Lit("alter table "), table, sql.Lit(" alter column changed_by drop default")))
}
