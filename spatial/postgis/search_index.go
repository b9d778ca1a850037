package postgis

import (
	"context"
	_ "embed"
	"errors"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

var (
	//go:embed queries/search_fields.sql
	querySearchFields string
	//go:embed queries/search_index_exists.sql
	querySearchIndexExists string
	//go:embed queries/search_session.sql
	querySearchSession string
)

// searchable reports whether a field can name features for people.
func searchable(f spatial.Field) bool {
	return f.Type == spatial.FieldString || f.Type == spatial.FieldInteger
}

// searchText is the folded text of a field as the index and the search spell
// it; the two must agree to the letter.
func searchText(f spatial.Field) fragment {
	if f.Type == spatial.FieldString {
		return concat(lit("gisd.fold("), ident(f.Column), lit(")"))
	}
	return concat(lit("gisd.fold("), ident(f.Column), lit("::text)"))
}

func searchIndex(table string, f spatial.Field) string { return derivedName("search", table, f.Column) }

// IndexNames builds the indexes of names that imports were stopped before, one
// collection after the other. What is there already costs a look and no lock.
func IndexNames(ctx context.Context, db beginner) error {
	const op = "postgis: index names"
	type named struct {
		Collection, Table string
		Field             spatial.Field
	}
	var all []named
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, querySearchFields)
		if err != nil {
			return err
		}
		var n named
		_, err = pgx.ForEachRow(rows, []any{&n.Collection, &n.Table, &n.Field.Name, &n.Field.Column, &n.Field.Type}, func() error {
			all = append(all, n)
			return nil
		})
		return err
	})
	failed := wrap(ctx, op, err)
	for _, n := range all {
		err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
			var there bool
			err := tx.QueryRow(ctx, querySearchIndexExists, searchIndex(n.Table, n.Field)).Scan(&there)
			if err != nil || there {
				return err
			}
			if _, err := tx.Exec(ctx, querySearchSession); err != nil {
				return err
			}
			return indexSearch(ctx, tx, n.Table, n.Field)
		})
		failed = errors.Join(failed, wrap(ctx, op+" of "+n.Collection, err))
	}
	return failed
}

// indexSearch builds the trigram index that finds features of a version's table
// by their name field. It locks out writers, not readers, takes about 6 s for a
// million names, and does nothing for a field that is not searchable.
func indexSearch(ctx context.Context, tx pgx.Tx, table string, f spatial.Field) error {
	if !searchable(f) {
		return nil
	}
	return execute(ctx, tx, concat(
		lit("create index if not exists "), ident(searchIndex(table, f)),
		lit(" on "), ident("data", table),
		lit(" using gin (("), searchText(f), lit(") gin_trgm_ops)"),
	))
}
