package testdb_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"gisd/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	a, b := testdb.DB(t), testdb.DB(t)
	ctx := t.Context()
	if _, err := a.Exec(ctx, "insert into gisd.code_list (id) values ('only_here')"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.QueryRow(ctx, "select count(*) from gisd.code_list where id = 'only_here'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("a row of one database is seen in another")
	}
}

func TestRoleIsNoSuperuserAndMayWriteSpatialRefSys(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), testdb.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var super bool
	var jit string
	err = conn.QueryRow(t.Context(), "select rolsuper, current_setting('jit') from pg_roles where rolname = current_user").Scan(&super, &jit)
	if err != nil {
		t.Fatal(err)
	}
	if super || jit != "off" {
		t.Errorf("superuser %v, jit %s; want false, off", super, jit)
	}
	if _, err := conn.Exec(t.Context(), "insert into spatial_ref_sys (srid, auth_name) values (990001, 'GISD')"); err != nil {
		t.Error(err)
	}
	if _, err := conn.Exec(t.Context(), "create extension postgis_topology"); err == nil {
		t.Error("the server's role made an extension that needs a superuser")
	}
}

func TestEmptyHasExtensionsAndNoTables(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), testdb.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var extensions int
	var catalogue bool
	err = conn.QueryRow(t.Context(), `
		select (select count(*) from pg_extension where extname in ('postgis', 'pg_trgm', 'unaccent', 'btree_gist')),
		       to_regnamespace('gisd') is not null`).Scan(&extensions, &catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if extensions != 4 || catalogue {
		t.Errorf("%d extensions, catalogue %v; want 4, false", extensions, catalogue)
	}
}
