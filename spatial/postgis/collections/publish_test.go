package collections_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/collections"
)

const tablesOf = `select tablename::text from pg_tables where schemaname = 'data' and tablename like $1 || '\_v%' order by 1`

func TestPublishKeepsTwoVersions(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for n := 1; n <= 4; n++ {
		fixture.Collection(t, pool, fixture.Spec{ID: "roads", Features: fixture.Lines(n)})
		if got := testdb.Strings(t, pool, `select count(*)::text from layers.roads`); got[0] != string(rune('0'+n)) {
			t.Errorf("version %d: the view has %v features", n, got)
		}
	}
	if diff := cmp.Diff([]string{"roads_v3", "roads_v4"}, testdb.Strings(t, pool, tablesOf, "roads")); diff != "" {
		t.Error(diff)
	}
	if got := testdb.Strings(t, pool, `select 'x' from history.roads`); len(got) != 0 {
		t.Errorf("history: %v", got)
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return collections.PublishVersion(t.Context(), tx, "roads", 3)
	})
	if spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("publishing an older version: %v", err)
	}
}

// lockWaits watches the database until seen is called, which tells whether anybody
// waited for a lock.
func lockWaits(t *testing.T, pool *pgxpool.Pool) (seen func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	waited := make(chan bool, 1)
	go func() {
		found := false
		for !found && ctx.Err() == nil {
			err := pool.QueryRow(ctx, `
				select exists (
					select from pg_locks l
					join pg_database d on d.oid = l.database
					where not l.granted and d.datname = current_database())`).Scan(&found)
			if err != nil && ctx.Err() == nil {
				t.Error(err)
				break
			}
		}
		waited <- found
	}()
	return func() bool { stop(); return <-waited }
}

func TestViewKeepsGrantsAndDependants(t *testing.T) {
	t.Parallel()
	url := testdb.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	super, err := pgx.Connect(t.Context(), testdb.SuperuserURL(t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = super.Close(t.Context()) }()
	// Roles belong to the whole cluster: one name for this database alone.
	role := `"reader ` + strings.ToLower(t.Name()) + time.Now().Format("150405.000000") + `"`
	if _, err := super.Exec(t.Context(), `create role `+role); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = super.Exec(t.Context(), `drop owned by `+role+`; drop role `+role) }()

	spec := fixture.Spec{ID: "parcels", Features: fixture.Polygons(2)}
	fixture.Collection(t, pool, spec)
	if _, err := pool.Exec(t.Context(), `
		grant select on layers.parcels to `+role+` with grant option;
		grant update (name) on layers.parcels to `+role+`;
		grant select on layers.parcels to public;
		create view layers.mine as select name from layers.parcels`); err != nil {
		t.Fatal(err)
	}
	grants := `
		select format('%s %s %s', grantee, privilege_type, is_grantable) from information_schema.table_privileges
		where table_schema = 'layers' and table_name = 'parcels' and grantee <> current_user
		union all
		select format('%s %s %s', grantee, column_name, privilege_type) from information_schema.column_privileges
		where table_schema = 'layers' and table_name = 'parcels' and privilege_type = 'UPDATE' and grantee <> current_user
		order by 1`
	before := testdb.Strings(t, pool, grants)
	if len(before) != 3 {
		t.Fatalf("grants: %v", before)
	}
	fixture.Collection(t, pool, spec)
	if diff := cmp.Diff(before, testdb.Strings(t, pool, grants)); diff != "" {
		t.Errorf("after a version with the same columns: %s", diff)
	}
	// Other columns: the view is made anew, unless something hangs on it.
	spec.Fields = fixture.Fields()[:1]
	for i := range spec.Features {
		spec.Features[i].Properties = spec.Features[i].Properties[:1]
	}
	_, err = pool.Exec(t.Context(), `
		create table data.parcels_v9 (name text, geom geometry);
		insert into gisd.collection_version (collection_id, version, table_name, state, geometry_type, srid, id_kind)
		values ('parcels', 9, 'parcels_v9', 'ready', 'Polygon', 4326, 'integer');
		update gisd.collection set current_version = 9 where id = 'parcels'`)
	if err != nil {
		t.Fatal(err)
	}
	if err := collections.TidyVersions(t.Context(), pool, "parcels"); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("a view hangs on the view: %v", err)
	}
	if got := testdb.Strings(t, pool, `select count(*)::text from layers.parcels`); got[0] != "2" {
		t.Errorf("the view shows %v features", got)
	}
	if _, err := pool.Exec(t.Context(), `
		delete from gisd.collection_version where version = 9;
		drop table data.parcels_v9;
		update gisd.collection set current_version = 2 where id = 'parcels';
		drop view layers.mine`); err != nil {
		t.Fatal(err)
	}
	fixture.Collection(t, pool, spec)
	if diff := cmp.Diff(before, testdb.Strings(t, pool, grants)); diff != "" {
		t.Errorf("after a version with other columns: %s", diff)
	}
}

// TestPublishBesideAReader holds a reader open over two publishes: neither waits
// for it, and it goes on to read the version it began with.
func TestPublishBesideAReader(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	spec := fixture.Spec{ID: "busy", Features: fixture.Points(3)}
	fixture.Collection(t, pool, spec)
	reader, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback(t.Context()) }()
	count := func() (n int) {
		if err := reader.QueryRow(t.Context(), `select count(*) from data.busy_v1`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if count() != 3 {
		t.Fatal("no features")
	}
	spec.Features = fixture.Points(5)
	waited := lockWaits(t, pool)
	fixture.Collection(t, pool, spec)
	if waited() {
		t.Error("the publish waited for a reader")
	}
	if count() != 3 {
		t.Error("the reader lost its version")
	}
	// Two versions on, the reader's table is due to be dropped: tidying gives up
	// on it and says so, and the publish itself stands.
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `
			create table data.busy_v3 as select * from data.busy_v2`); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `
			insert into gisd.collection_version (collection_id, version, table_name, state, geometry_type, srid, id_kind)
			values ('busy', 3, 'busy_v3', 'staging', 'Point', 4326, 'integer')`); err != nil {
			return err
		}
		return collections.PublishVersion(t.Context(), tx, "busy", 3)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := collections.TidyVersions(t.Context(), pool, "busy"); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("tidying under a reader: %v", err)
	}
	if count() != 3 {
		t.Error("the reader lost its version")
	}
	if err := reader.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := collections.TidyAll(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"busy_v2", "busy_v3"}, testdb.Strings(t, pool, tablesOf, "busy")); diff != "" {
		t.Error(diff)
	}
}
