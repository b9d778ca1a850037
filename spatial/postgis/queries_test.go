package postgis_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"gisd/internal/testdb"
)

// TestQueriesPrepare lets a real PostGIS parse and type every statement file.
func TestQueriesPrepare(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("queries/*.sql")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	pool := testdb.DB(t)
	conn, err := pool.Acquire(t.Context())
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
		sql, _, err := pgx.NamedArgs{}.RewriteQuery(t.Context(), conn.Conn(), string(body), nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, err := conn.Conn().Prepare(t.Context(), file, sql); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
