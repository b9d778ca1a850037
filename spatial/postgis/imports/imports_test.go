package imports_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/imports"
)

// beginImport stages an empty version of a collection that is there.
func beginImport(t *testing.T, s fixture.Store, id string) importers.Staging {
	t.Helper()
	p := &importers.Plan{Options: importers.Options{Collection: id, Mode: importers.ModeReplace}, SRID: 4326,
		Schema:   importers.Schema{Layer: id, Format: "test", GeometryType: spatial.GeometryPoint, Dimensions: spatial.XY},
		Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, IDKind: spatial.IDInteger}
	sink := imports.NewSink(s.DB, nil)
	var err error
	if p.Base, err = sink.Base(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	staging, err := sink.Begin(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = staging.Close(context.WithoutCancel(t.Context()), nil, errors.New("the test is over")) })
	noRows := "PGCOPY\n\xff\r\n\x00" + strings.Repeat("\x00", 8) + "\xff\xff"
	if _, err := staging.Load(t.Context(), p, strings.NewReader(noRows)); err != nil {
		t.Fatal(err)
	}
	return staging
}

const importLeftovers = `
select relname::text from pg_class where relnamespace in ('data'::regnamespace, 'layers'::regnamespace, 'history'::regnamespace)
union all select collection_id from gisd.collection_version
union all select state from gisd.import where state = 'running'`

// A collection cannot be dropped from under an import, and can be after it:
// nothing of either stays.
func TestDropDuringImport(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	store := collections.NewStore(s.DB, s.Catalogue)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(1)})
	staging := beginImport(t, s, "r")
	err := store.Drop(t.Context(), spatial.SystemAccess("cli"), "r")
	if e, ok := errors.AsType[*spatial.Error](err); !ok || e.Code != spatial.CodeConflict || !strings.HasPrefix(e.Message, "an import into r is running") {
		t.Fatalf("drop during an import: %v", err)
	}
	if got := testdb.Strings(t, s.Pool, "select count(*)::text from layers.r"); got[0] != "1" {
		t.Errorf("%s features", got[0])
	}
	if err := staging.Close(t.Context(), nil, errors.New("stopped")); err != nil {
		t.Fatal(err)
	}
	if err := store.Drop(t.Context(), spatial.SystemAccess("cli"), "r"); err != nil {
		t.Fatal(err)
	}
	if left := testdb.Strings(t, s.Pool, importLeftovers); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What an import left that died does not keep its collection.
func TestDropAfterDeadImport(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	store := collections.NewStore(s.DB, s.Catalogue)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(1)})
	beginImport(t, s, "r")
	testdb.Strings(t, s.Pool, `select pg_terminate_backend(pid)::text from pg_locks
		where locktype = 'advisory' and classid = 1735287652 and database = (select oid from pg_database where datname = current_database())`)
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = store.Drop(t.Context(), spatial.SystemAccess("cli"), "r"); spatial.CodeOf(err) != spatial.CodeConflict {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := imports.CleanInterrupted(t.Context(), s.DB, nil); err != nil {
		t.Fatal(err)
	}
	if left := testdb.Strings(t, s.Pool, importLeftovers); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What died between its commit and its tidying leaves the view behind: the next
// import points it at what is current.
func TestCleanAfterDeadPublish(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(1)})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(2)})
	err := pgx.BeginFunc(t.Context(), s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `create table data.r_v3 as select * from data.r_v1`); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `
			insert into gisd.collection_version (collection_id, version, table_name, state, geometry_type, srid, id_kind)
			values ('r', 3, 'r_v3', 'staging', 'Point', 4326, 'integer')`); err != nil {
			return err
		}
		return collections.PublishVersion(t.Context(), tx, "r", 3)
	})
	if err != nil {
		t.Fatal(err)
	}
	const state = `select (select count(*) from layers.r)::text || ' ' || string_agg(version::text, ',' order by version) from gisd.collection_version`
	if got := testdb.Strings(t, s.Pool, state); got[0] != "2 1,2,3" {
		t.Fatalf("%v before", got)
	}
	if err := imports.CleanInterrupted(t.Context(), s.DB, nil); err != nil {
		t.Fatal(err)
	}
	if got := testdb.Strings(t, s.Pool, state); got[0] != "1 2,3" {
		t.Errorf("%v", got)
	}
}
