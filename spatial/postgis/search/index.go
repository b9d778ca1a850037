package search

import (
	"context"
	_ "embed"
	"errors"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

var (
	//go:embed queries/fields.sql
	queryFields string
	//go:embed queries/index_exists.sql
	queryIndexExists string
	//go:embed queries/session.sql
	querySession string
)

// Searchable reports whether a field can name features for people.
func Searchable(f spatial.Field) bool {
	return f.Type == spatial.FieldString || f.Type == spatial.FieldInteger
}

// Text is the folded text of a field as the index and the search spell
// it; the two must agree to the letter.
func Text(f spatial.Field) sql.Fragment {
	if f.Type == spatial.FieldString {
		return sql.Concat(sql.Lit("gisd.fold("), sql.Ident(f.Column), sql.Lit(")"))
	}
	return sql.Concat(sql.Lit("gisd.fold("), sql.Ident(f.Column), sql.Lit("::text)"))
}

func indexName(table string, f spatial.Field) string {
	return sql.DerivedName("search", table, f.Column)
}

// IndexNames builds the indexes of names that imports were stopped before, one
// collection after the other. What is there already costs a look and no lock.
func IndexNames(ctx context.Context, db postgis.Beginner) error {
	const op = "postgis: index names"
	type named struct {
		Collection, Table string
		Field             spatial.Field
	}
	var all []named
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, queryFields)
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
	failed := postgis.Wrap(ctx, op, err)
	for _, n := range all {
		err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
			var there bool
			err := tx.QueryRow(ctx, queryIndexExists, indexName(n.Table, n.Field)).Scan(&there)
			if err != nil || there {
				return err
			}
			if _, err := tx.Exec(ctx, querySession); err != nil {
				return err
			}
			return CreateIndex(ctx, tx, n.Table, n.Field)
		})
		failed = errors.Join(failed, postgis.Wrap(ctx, op+" of "+n.Collection, err))
	}
	return failed
}

// CreateIndex builds the trigram index that finds features of a version's table
// by their name field. It locks out writers, not readers, takes about 6 s for a
// million names, and does nothing for a field that is not searchable.
func CreateIndex(ctx context.Context, tx pgx.Tx, table string, f spatial.Field) error {
	if !Searchable(f) {
		return nil
	}
	return sql.Exec(ctx, tx, sql.Concat(
		sql.Lit("create index if not exists "), sql.Ident(indexName(table, f)),
		sql.Lit(" on "), sql.Ident("data", table),
		sql.Lit(" using gin (("), Text(f), sql.Lit(") gin_trgm_ops)"),
	))
}
