package testdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Strings returns the only column of a query.
func Strings(t testing.TB, pool *pgxpool.Pool, query string, args ...any) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// PrepareQueries lets PostGIS parse and type every statement file of the package
// under test, which are in its folder queries, and wants each to begin with its
// purpose.
func PrepareQueries(t testing.TB) {
	t.Helper()
	files, err := filepath.Glob("queries/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	conn, err := DB(t).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(body), "-- ") {
			t.Errorf("%s does not begin with its purpose", file)
		}
		query, _, err := pgx.NamedArgs{}.RewriteQuery(t.Context(), conn.Conn(), string(body), nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := conn.Conn().Prepare(t.Context(), file, query); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
