package imports

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/sql"
)

// Base implements importers.Sink.
func (s *Sink) Base(ctx context.Context, collection string) (*importers.Base, error) {
	op := "postgis: current version of " + collection
	var b *importers.Base
	err := pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var found importers.Base
		err := tx.QueryRow(ctx, queryBase, collection).Scan(&found.Version, &found.Geometry, &found.Dimensions, &found.SRID,
			&found.IDKind, &found.IDSource, &found.IDField, &found.Features, &found.Edits.Count, &found.Edits.Last, &found.Attachments)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, queryBaseFields, collection, found.Version)
		if err != nil {
			return err
		}
		b = &found
		b.Fields, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f spatial.Field, err error) {
			err = row.Scan(&f.Name, &f.Column, &f.Type, &f.Title.VI, &f.Title.EN, &f.Unit, &f.CodeList)
			return f, err
		})
		return err
	})
	return b, postgis.Wrap(ctx, op, err)
}

// Edits implements importers.Sink.
func (s *Sink) Edits(ctx context.Context, collection string, version int, emit func(importers.Edit) error) error {
	op := fmt.Sprintf("postgis: edits of %s version %d", collection, version)
	var stopped error // by emit
	err := collections.EachEdit(ctx, s.db.Pool, collection, version, func(e importers.Edit) error {
		stopped = emit(e)
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return postgis.Wrap(ctx, op, err)
}

// rower is a pool, a connection or a transaction.
type rower interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func editsStamp(ctx context.Context, db rower, collection string, version int) (importers.Edits, error) {
	var e importers.Edits
	err := db.QueryRow(ctx, queryEditsStamp, collection, version).Scan(&e.Count, &e.Last)
	return e, err
}

// overtake holds the version that is about to be replaced until the transaction
// ends: readers go on, who edits waits and is then told that the version is not
// current. What was edited after this import looked must not be lost.
func (g *staging) overtake(ctx context.Context, tx pgx.Tx, p *importers.Plan) error {
	if p.Base == nil {
		return nil
	}
	const op = "postgis: publish"
	if _, err := tx.Exec(ctx, queryPublishLock); err != nil {
		return err
	}
	if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("lock table "), sql.Ident("data", g.base), sql.Lit(" in share mode"))); err != nil {
		return err
	}
	table, err := collections.CurrentTable(ctx, tx, p.Options.Collection)
	if err != nil {
		return err
	}
	now, err := editsStamp(ctx, tx, p.Options.Collection, p.Base.Version)
	if err != nil {
		return err
	}
	if table != g.base || now.Count != g.seen.Count || !now.Last.Equal(g.seen.Last) {
		return &spatial.Error{Code: spatial.CodeConflict, Op: op,
			Message: p.Options.Collection + " was edited while the import was running: import again"}
	}
	return g.remember(ctx, tx, p)
}

// remember writes what the import has found out about the version before into
// history, and the edits that live on.
func (g *staging) remember(ctx context.Context, tx pgx.Tx, p *importers.Plan) error {
	if g.past {
		// The table comes with the first version; what it is for comes with the next.
		if err := collections.EnsureHistory(ctx, tx, p.Options.Collection); err != nil {
			return err
		}
		err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("insert into "), sql.Ident("history", p.Options.Collection),
			sql.Lit(" (id, revision, recorded_at, changed_by, operation, properties, geom)\nselect id, revision, recorded_at, changed_by, operation, properties, geom from "), g.temp("past")))
		if err != nil {
			return err
		}
	}
	if !g.carried {
		return nil
	}
	return sql.Exec(ctx, tx, sql.Concat(sql.Lit("insert into gisd.edit (collection_id, version, id, operation, changed_by, first_at, last_at, original, original_geom)\nselect "),
		sql.Arg(p.Options.Collection), sql.Lit("::text, "), sql.Integer(g.version), sql.Lit(", id, operation, changed_by, first_at, last_at, original, original_geom from "), g.temp("carried")))
}

// temp is a table of the session that belongs to this staging: the imports that
// share a session have their own.
func (g *staging) temp(name string) sql.Fragment {
	return sql.Ident("pg_temp", sql.DerivedName(name, g.table))
}
