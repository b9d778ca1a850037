package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"gisd/importers"
	"gisd/spatial"
)

const codeUniqueViolation = "23505"

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
		if err := g.indexIDs(workCtx, helper); err != nil || p.Merge != nil {
			return err
		}
		repair, err := g.repair(workCtx, helper, p, loadedRows{table: g.table})
		out.Repair = repair
		return err
	})
	if err := work.Wait(); err != nil {
		return out, g.settleError(ctx, op, err)
	}
	return out, wrap(ctx, op, g.complete(ctx, p, tell, &out))
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
	if p.Merge != nil || out.Rebased > 0 {
		if err := g.measure(ctx, out); err != nil {
			return err
		}
	}
	if _, err := g.conn.Exec(ctx, queryImportWatchEdits, g.table); err != nil {
		return err
	}
	if p.Merge != nil {
		if err := execute(ctx, g.conn, concat(lit("drop table "), ident("data", loadName(g.table)))); err != nil {
			return err
		}
	}
	return execute(ctx, g.conn, concat(lit("analyze "), ident("data", g.table)))
}

func (g *staging) settleError(ctx context.Context, op string, err error) error {
	if sqlState(err) == codeUniqueViolation {
		return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "the ids are not unique", Err: fmt.Errorf("%w: %w", importers.ErrDuplicateID, err)}
	}
	return wrap(ctx, op, err)
}

// indexGeometry builds the GiST index, which PostGIS fills in sorted order.
func (g *staging) indexGeometry(ctx context.Context, p *importers.Plan) error {
	if p.Schema.GeometryType == spatial.GeometryNone && (p.Merge == nil || p.Base.Geometry == spatial.GeometryNone) {
		return nil
	}
	return execute(ctx, g.conn, concat(lit("create index "), ident(derivedName("geom", g.table)), lit(" on "), ident("data", g.table), lit(" using gist (geom)")))
}

func (g *staging) indexIDs(ctx context.Context, conn *pgx.Conn) error {
	return execute(ctx, conn, concat(lit("create unique index "), ident(g.keyName()), lit(" on "), ident("data", g.table), lit(" (id)")))
}

func (g *staging) keyName() string { return derivedName("id", g.table) }

// addSystemColumns costs no rewrite: the defaults are evaluated once and stored
// with the table. The row's own now() and changer come with each later change.
func addSystemColumns(ctx context.Context, tx pgx.Tx, g *staging, p *importers.Plan) error {
	if _, err := tx.Exec(ctx, queryImportChangedBy, orElse(p.Options.ChangedBy, "import")); err != nil {
		return err
	}
	table := ident("data", g.table)
	key := concat(lit("alter table "), table, lit(`
  add constraint `), ident(derivedName("pk", g.table)), lit(" primary key using index "), ident(g.keyName()), lit(",\n  reset (autovacuum_enabled)"))
	if p.Merge != nil {
		return execute(ctx, tx, key)
	}
	err := execute(ctx, tx, concat(key, lit(`,
  add column revision bigint not null default 1,
  add column recorded_at timestamptz not null default now(),
  add column changed_by text not null default current_setting('gisd.changed_by')`)))
	if err != nil {
		return err
	}
	return execute(ctx, tx, concat(lit("alter table "), table, lit(" alter column changed_by drop default")))
}
