package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
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

// indexSearch builds the trigram index that finds features of a version's table
// by their name field. It locks out writers, not readers, takes about 6 s for a
// million names, and does nothing for a field that is not searchable.
func indexSearch(ctx context.Context, tx pgx.Tx, table string, f spatial.Field) error {
	if !searchable(f) {
		return nil
	}
	return execute(ctx, tx, concat(
		lit("create index if not exists "), ident(derivedName("search", table, f.Column)),
		lit(" on "), ident("data", table),
		lit(" using gin (("), searchText(f), lit(") gin_trgm_ops)"),
	))
}
