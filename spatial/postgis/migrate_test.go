package postgis_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestMigrateUpDownUp(t *testing.T) {
	t.Parallel()
	conn := connect(t, testdb.Empty(t))
	up, err := postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	first := describeSchema(t, conn)
	if len(first) < 50 {
		t.Fatalf("only %d columns after migrating up", len(first))
	}
	down, err := postgis.Migrate(t.Context(), conn, postgis.Down, postgis.MigrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(down) != len(up) || down[0] != up[len(up)-1] {
		t.Errorf("up touched %v, down %v", up, down)
	}
	if left := describeSchema(t, conn); len(left) != 0 {
		t.Errorf("left after migrating down: %v", left)
	}
	if _, err := postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, describeSchema(t, conn)); diff != "" {
		t.Errorf("the second way up differs (-first +second):\n%s", diff)
	}
	states, err := postgis.MigrationStatus(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if s.AppliedAt.IsZero() || s.Problem != "" {
			t.Errorf("status: %+v", s)
		}
	}
}

// describeSchema lists the columns and functions of our own schemas.
func describeSchema(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		select format('%s.%s.%s %s', table_schema, table_name, column_name, data_type)
		from information_schema.columns
		where table_schema in ('gisd', 'data', 'history', 'layers')
		union all
		select p.oid::regprocedure::text from pg_proc p
		join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'gisd'
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMigrateConcurrently(t *testing.T) {
	t.Parallel()
	url := testdb.Empty(t)
	var (
		wg      sync.WaitGroup
		touched [4][]int
		errs    [4]error
	)
	for i := range touched {
		conn := connect(t, url)
		wg.Go(func() {
			touched[i], errs[i] = postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{})
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	seen := map[int]int{}
	for _, versions := range touched {
		for _, v := range versions {
			seen[v]++
		}
	}
	if seen[1] != 1 {
		t.Fatalf("migration 1 ran %d times", seen[1])
	}
	for v, n := range seen {
		if n != 1 {
			t.Errorf("migration %d ran %d times", v, n)
		}
	}
}

func TestMigrateSteps(t *testing.T) {
	t.Parallel()
	conn := connect(t, testdb.Empty(t))
	files := fstest.MapFS{
		"0001_a.up.sql":   {Data: []byte("create schema gisd; create table gisd.a (x int);")},
		"0001_a.down.sql": {Data: []byte("drop schema gisd cascade;")},
		"0002_b.up.sql":   {Data: []byte("create table gisd.b (x int); select 1;")},
		"0002_b.down.sql": {Data: []byte("drop table gisd.b;")},
		"readme.md":       {Data: []byte("not a migration")},
	}
	for _, step := range []struct {
		dir   postgis.Direction
		steps int
		want  []int
	}{
		{postgis.Up, 1, []int{1}},
		{postgis.Up, 0, []int{2}},
		{postgis.Up, 0, nil},
		{postgis.Down, 1, []int{2}},
		{postgis.Up, 5, []int{2}},
		{postgis.Down, 0, []int{2, 1}},
		{postgis.Down, 0, nil},
	} {
		got, err := postgis.Migrate(t.Context(), conn, step.dir, postgis.MigrateOptions{Files: files, Steps: step.steps})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("dir %v, steps %d (-want +got):\n%s", step.dir, step.steps, diff)
		}
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	pair := func(up string) fstest.MapFS {
		return fstest.MapFS{
			"0001_a.up.sql":   {Data: []byte(up)},
			"0001_a.down.sql": {Data: []byte("drop schema gisd cascade;")},
		}
	}
	t.Run("a changed file", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, testdb.Empty(t))
		if _, err := postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{Files: pair("create schema gisd;")}); err != nil {
			t.Fatal(err)
		}
		_, err := postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{Files: pair("create schema gisd; --")})
		if spatial.CodeOf(err) != spatial.CodeConflict {
			t.Errorf("changed file: %v", err)
		}
		_, err = postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{Files: fstest.MapFS{}})
		if spatial.CodeOf(err) != spatial.CodeConflict {
			t.Errorf("database of a newer program: %v", err)
		}
	})
	t.Run("a failing statement leaves nothing", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, testdb.Empty(t))
		_, err := postgis.Migrate(t.Context(), conn, postgis.Up,
			postgis.MigrateOptions{Files: pair("create schema gisd; create table gisd.a (x int); select 1/0;")})
		if err == nil {
			t.Fatal("no error")
		}
		if left := describeSchema(t, conn); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("half a pair", func(t *testing.T) {
		t.Parallel()
		conn := connect(t, testdb.Empty(t))
		files := pair("create schema gisd;")
		delete(files, "0001_a.down.sql")
		if _, err := postgis.Migrate(t.Context(), conn, postgis.Up, postgis.MigrateOptions{Files: files}); err == nil {
			t.Error("no error")
		}
	})
}
