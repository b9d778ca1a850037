package collections

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// PublishVersion makes a version, whose table, fields and index are complete,
// the current one of its collection, within the caller's transaction. The old
// current version becomes the one a revert goes back to. Nothing is renamed and
// no table that is being read is locked: readers take the table's name from
// their snapshot of the catalogue. The commit announces the change.
//
// Call TidyVersions after the commit. Errors: conflict when the version is not
// there or a newer one is current.
func PublishVersion(ctx context.Context, tx pgx.Tx, collection string, version int) error {
	op := fmt.Sprintf("postgis: publish %s version %d", collection, version)
	var table string
	err := tx.QueryRow(ctx, queryPublishVersion, collection, version).Scan(&table)
	if errors.Is(err, pgx.ErrNoRows) {
		return &spatial.Error{
			Code: spatial.CodeConflict, Op: op, Err: err,
			Message: "the collection is gone or has a newer version",
		}
	}
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	if err := EnsureHistory(ctx, tx, collection); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	return nil
}

// EnsureHistory creates the table of a collection's replaced and deleted
// features: all versions share it, with properties as JSON.
func EnsureHistory(ctx context.Context, tx pgx.Tx, collection string) error {
	table := sql.Ident("history", collection)
	if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("create table if not exists "), table, sql.Lit(` (
  id text collate "C" not null,
  revision bigint not null,
  recorded_at timestamptz not null,
  changed_by text not null,
  operation text not null check (operation in ('update', 'delete', 'replace')),
  replaced_at timestamptz not null default now(),
  properties jsonb not null,
  geom geometry
)`))); err != nil {
		return err
	}
	return sql.Exec(ctx, tx, sql.Concat(sql.Lit("create index if not exists "), sql.Ident(sql.DerivedName("history", collection)),
		sql.Lit(" on "), table, sql.Lit(" (id, revision)")))
}

// TidyVersions does after a publish what need not be atomic with it: points the
// view layers.<collection> at the current version and drops what is older than
// the previous one. Each step is a short transaction that gives up after 2 s
// when a reader is in its way; the next call catches up. db must not be in a
// transaction. The error says what was left for later.
func TidyVersions(ctx context.Context, db postgis.Beginner, collection string) error {
	op := fmt.Sprintf("postgis: tidy %s", collection)
	err := tidily(ctx, db, func(tx pgx.Tx) error { return replaceView(ctx, tx, collection) })
	failed := postgis.Wrap(ctx, op+": view", err)
	type superseded struct {
		Version int
		Table   string
	}
	var old []superseded
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, queryPublishSuperseded, collection)
		if err != nil {
			return err
		}
		old, err = pgx.CollectRows(rows, pgx.RowToStructByPos[superseded])
		return err
	})
	failed = errors.Join(failed, postgis.Wrap(ctx, op, err))
	for _, v := range old {
		err := tidily(ctx, db, func(tx pgx.Tx) error {
			if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("drop table if exists "), sql.Ident("data", v.Table))); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, queryPublishForgetVersion, collection, v.Version)
			return err
		})
		failed = errors.Join(failed, postgis.Wrap(ctx, fmt.Sprintf("%s: drop version %d", op, v.Version), err))
	}
	return failed
}

// TidyAll is TidyVersions for every collection that needs it: it catches up on
// what readers or a crash left undone. All being tidy it costs one query.
func TidyAll(ctx context.Context, db postgis.Beginner) error {
	var ids []string
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, queryPublishUntidy)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	failed := postgis.Wrap(ctx, "postgis: tidy", err)
	for _, id := range ids {
		failed = errors.Join(failed, TidyVersions(ctx, db, id))
	}
	return failed
}

func tidily(ctx context.Context, db postgis.Beginner, f func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryPublishLockTimeout); err != nil {
			return err
		}
		return f(tx)
	})
}

// replaceView points the view at the current version. Where the columns allow
// it the view is replaced in place, which keeps everything that depends on it;
// else it is made anew and its grants are given again.
func replaceView(ctx context.Context, tx pgx.Tx, collection string) error {
	table, err := CurrentTable(ctx, tx, collection)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var current bool
	if err := tx.QueryRow(ctx, queryPublishViewCurrent, collection, table).Scan(&current); err != nil || current {
		return err
	}
	view := sql.Ident("layers", collection)
	create := sql.Concat(sql.Lit("create or replace view "), view, sql.Lit(" as select * from "), sql.Ident("data", table))
	err = pgx.BeginFunc(ctx, tx, func(savepoint pgx.Tx) error { return sql.Exec(ctx, savepoint, create) })
	if postgis.SQLState(err) != postgis.StateInvalidTableDefinition {
		return err
	}
	rows, err := tx.Query(ctx, queryPublishViewGrants, collection, table)
	if err != nil {
		return err
	}
	grants, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	err = sql.Exec(ctx, tx, sql.Concat(sql.Lit("drop view "), view))
	if postgis.SQLState(err) == postgis.StateDependentObjects {
		return &spatial.Error{
			Code: spatial.CodeConflict, Op: "postgis: replace view", Err: err,
			Message: fmt.Sprintf("views of your own hang on layers.%s, whose columns changed: "+
				"it shows the version before until you drop them and import or revert again", collection),
		}
	}
	if err != nil {
		return err
	}
	if err := sql.Exec(ctx, tx, create); err != nil {
		return err
	}
	for _, grant := range grants {
		if _, err := tx.Exec(ctx, grant); err != nil {
			return err
		}
	}
	return nil
}

// CurrentTable is the table, in schema data, of a collection's current version;
// pgx.ErrNoRows without one.
func CurrentTable(ctx context.Context, tx pgx.Tx, collection string) (table string, err error) {
	err = tx.QueryRow(ctx, queryPublishCurrentTable, collection).Scan(&table)
	return table, err
}
