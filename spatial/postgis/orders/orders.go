package orders

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Most is how many orders of a collection have an index at a time.
const Most = 4

// Worth is from how many features on an order has an index: fewer are sorted within
// some milliseconds.
const Worth = 20_000

// Value is what features are sorted by, as indexes and pages spell it; the two must
// agree to the letter. Texts are compared by code point, whatever the collation of
// the database.
func Value(f spatial.Field) sql.Fragment {
	if f.Type == spatial.FieldString {
		return sql.Concat(sql.Ident(f.Column), sql.Lit(` collate "C"`))
	}
	return sql.Ident(f.Column)
}

// Indexable tells whether an order by the field has an index of its own: that of the
// ids is there already.
func Indexable(f spatial.Field) bool { return f.Type != spatial.FieldJSON && !f.IsID() }

func indexName(table string, f spatial.Field) string {
	return sql.DerivedName("order", table, f.Column)
}

// create is the statement that builds the index of an order: its values, then the
// ids. Read forwards or backwards, it is the order in both its directions, features
// without a value at its end.
func create(how sql.Static, table string, f spatial.Field) sql.Fragment {
	return sql.Concat(sql.Lit(how), sql.Ident(indexName(table, f)), sql.Lit(" on "), sql.Ident("data", table),
		sql.Lit(" ("), Value(f), sql.Lit(", id)"))
}

// Prepare builds the indexes of the orders that a collection is read in on the table
// of a version that nobody reads yet. fields are those of the version.
func Prepare(ctx context.Context, conn *pgx.Conn, collection, table string, fields []spatial.Field) error {
	const op = "postgis: index orders"
	wanted, err := wantedOf(ctx, conn, collection, fields)
	for _, f := range wanted {
		if err == nil {
			err = sql.Exec(ctx, conn, create("create index if not exists ", table, f))
		}
	}
	return postgis.Wrap(ctx, op+" of "+collection, err)
}

// wantedOf are the fields by which a collection is read in order, of those that a
// version has.
func wantedOf(ctx context.Context, conn *pgx.Conn, collection string, fields []spatial.Field) ([]spatial.Field, error) {
	rows, err := conn.Query(ctx, queryWanted, collection)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	var wanted []spatial.Field
	for _, name := range names {
		for _, f := range fields {
			if f.Name == name && Indexable(f) {
				wanted = append(wanted, f)
			}
		}
	}
	return wanted, err
}

// settle brings the indexes of a collection's current version to the orders that it
// is read in: what is missing is built beside readers and writers, what was cut off
// or nobody asks for any more goes. conn is in no transaction.
func settle(ctx context.Context, conn *pgx.Conn, collection string) error {
	var table string
	err := conn.QueryRow(ctx, queryTable, collection).Scan(&table)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	wanted, err := wantedOn(ctx, conn, collection, table)
	if err != nil {
		return err
	}
	there, err := indexesOf(ctx, conn, table)
	if err != nil {
		return err
	}
	for name, whole := range there {
		if _, ok := wanted[name]; ok && whole {
			delete(wanted, name)
			continue
		}
		if err := sql.Exec(ctx, conn, sql.Concat(sql.Lit("drop index concurrently if exists "), sql.Ident("data", name))); err != nil {
			return err
		}
	}
	for _, f := range wanted {
		if err := sql.Exec(ctx, conn, create("create index concurrently if not exists ", table, f)); err != nil {
			return err
		}
	}
	return nil
}

// wantedOn are the orders of the current version by the names of their indexes on its
// table.
func wantedOn(ctx context.Context, conn *pgx.Conn, collection, table string) (map[string]spatial.Field, error) {
	rows, err := conn.Query(ctx, queryFields, collection)
	if err != nil {
		return nil, err
	}
	var fields []spatial.Field
	var f spatial.Field
	_, err = pgx.ForEachRow(rows, []any{&f.Name, &f.Column, &f.Type}, func() error {
		fields = append(fields, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	list, err := wantedOf(ctx, conn, collection, fields)
	wanted := map[string]spatial.Field{}
	for _, f := range list {
		wanted[indexName(table, f)] = f
	}
	return wanted, err
}

// indexesOf are the indexes of orders that a table has, and whether each is whole.
func indexesOf(ctx context.Context, conn *pgx.Conn, table string) (map[string]bool, error) {
	rows, err := conn.Query(ctx, queryIndexes, table)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	var name string
	var whole bool
	_, err = pgx.ForEachRow(rows, []any{&name, &whole}, func() error {
		there[name] = whole
		return nil
	})
	return there, err
}
