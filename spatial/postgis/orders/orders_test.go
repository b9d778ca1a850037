package orders_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/orders"
)

// indexed lists the columns that indexes of orders on a collection's table begin with.
func indexed(t *testing.T, s fixture.Store, table string) []string {
	t.Helper()
	return testdb.Strings(t, s.Pool, `
		select a.attname || case when x.indisvalid then '' else ' broken' end
		from pg_index x
		join pg_class i on i.oid = x.indexrelid
		join pg_attribute a on a.attrelid = x.indexrelid and a.attnum = 1
		where x.indrelid = format('data.%I', $1::text)::regclass and i.relname like 'order\_%'
		order by 1`, table)
}

func exec(t *testing.T, s fixture.Store, statement string, args ...any) {
	t.Helper()
	if _, err := s.Pool.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// breakOff leaves the index of a column as one whose building ended early.
func breakOff(t *testing.T, s fixture.Store, table, column string) {
	t.Helper()
	name := testdb.Strings(t, s.Pool, `
		select i.relname::text
		from pg_index x
		join pg_class i on i.oid = x.indexrelid
		join pg_attribute a on a.attrelid = x.indexrelid and a.attnum = 1
		where x.indrelid = format('data.%I', $1::text)::regclass and i.relname like 'order\_%' and a.attname = $2`, table, column)[0]
	exec(t, s, `drop index data.`+name)
	if _, err := s.Pool.Exec(t.Context(), `create unique index concurrently `+name+` on data.`+table+` (changed_by)`); err == nil {
		t.Fatal("every feature was changed by somebody else")
	}
}

func keep(t *testing.T, s fixture.Store, collection, field string) {
	t.Helper()
	if done, err := orders.Keep(t.Context(), s.DB, collection, field); err != nil || !done {
		t.Fatalf("%s by %s: %v, %v", collection, field, done, err)
	}
}

// TestKeep builds what is asked for, as many as there is room for, and lets what
// nobody asks for any more give way.
func TestKeep(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "kept", Features: fixture.Points(20)})
	want := func(columns ...string) {
		t.Helper()
		if got := indexed(t, s, "kept_v1"); !slices.Equal(got, columns) {
			t.Fatalf("indexed by %v, want %v", got, columns)
		}
	}
	for _, field := range []string{"name", "count", "area", "nothing", "built"} {
		keep(t, s, "kept", field)
	}
	want("area", "count", "name") // a place is taken by what the collection does not have
	exec(t, s, `delete from gisd.sort_order where field = 'nothing'`)
	keep(t, s, "kept", "built")
	keep(t, s, "kept", "seen")
	want("area", "built", "count", "name")
	exec(t, s, `update gisd.sort_order set asked_at = now() - interval '30 days' where field in ('area', 'name')`)
	keep(t, s, "kept", "area") // and is asked for again
	keep(t, s, "kept", "seen")
	want("area", "built", "count", "seen")
	breakOff(t, s, "kept_v1", "seen")
	want("area", "built", "changed_by broken", "count")
	keep(t, s, "kept", "seen")
	want("area", "built", "count", "seen")
	if done, err := orders.Keep(t.Context(), s.DB, "no_such", "name"); err != nil || !done {
		t.Errorf("of no collection: %v, %v", done, err)
	}
}

// TestOneBuilds wants a second session to leave the work to the first.
func TestOneBuilds(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "one", Features: fixture.Points(5)})
	first, err := s.DB.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close(t.Context()) }()
	if _, err := first.Exec(t.Context(), `select pg_advisory_lock(1735287662, hashtext('orders'))`); err != nil {
		t.Fatal(err)
	}
	if done, err := orders.Keep(t.Context(), s.DB, "one", "name"); done || err != nil {
		t.Errorf("beside another: %v, %v", done, err)
	}
}

// TestPrepare builds on the table of a new version what its collection is read by.
func TestPrepare(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "next", Features: fixture.Points(5)})
	keep(t, s, "next", "name")
	keep(t, s, "next", "count")
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "next", Fields: fixture.Fields()[:1], Features: []fixture.Feature{{ID: "1"}}})
	if got := indexed(t, s, c.Table); len(got) > 0 {
		t.Fatalf("a new version is indexed by %v", got)
	}
	conn, err := s.DB.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for range 2 {
		if err := orders.Prepare(t.Context(), conn, c.ID, c.Table, c.Fields); err != nil {
			t.Fatal(err)
		}
	}
	if got := indexed(t, s, c.Table); !slices.Equal(got, []string{"name"}) {
		t.Errorf("indexed by %v, want the name alone: the other field is gone", got)
	}
}

// TestKeeper hears of orders and builds them, each once and of large collections alone.
func TestKeeper(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	small := fixture.Collection(t, s.Pool, fixture.Spec{ID: "small", Features: fixture.Points(5)})
	large := fixture.Collection(t, s.Pool, fixture.Spec{ID: "large", Features: fixture.Points(5)})
	large.FeatureCount = orders.Worth
	keeper := orders.NewKeeper(s.DB)
	for _, name := range []string{"info", "name", "name"} {
		field, _ := large.Field(name)
		keeper.Asked(small, field)
		keeper.Asked(large, field)
	}
	keeper.Asked(large, spatial.Field{Name: "id", Column: spatial.IDColumn, Type: spatial.FieldInteger})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- keeper.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if got := strings.Join(indexed(t, s, "large_v1"), " "); got == "name" {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("indexed by %q", got)
		}
	}
	got := testdb.Strings(t, s.Pool, `select collection_id || ' ' || field from gisd.sort_order`)
	if fmt.Sprint(got) != "[large name]" {
		t.Errorf("kept %v", got)
	}
}
