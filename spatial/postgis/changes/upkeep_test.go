package changes_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/changes"
)

func TestDirtyIsTrimmed(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(10)})
	f := follow(t, pool, changes.Config{Poll: 5 * time.Millisecond, Keep: 20 * time.Millisecond})
	run(t, pool, `insert into gisd.dirty_reader values ('cells', 0)`)
	run(t, pool, `delete from layers.p where id = 1`)
	count := func() (n int, forgotten uint64) {
		<-f.more
		err := pool.QueryRow(t.Context(), `select (select count(*) from gisd.dirty), forgotten from gisd.dirty_state`).Scan(&n, &forgotten)
		if err != nil {
			t.Fatal(err)
		}
		return n, forgotten
	}
	for range 30 {
		if n, _ := count(); n != 1 {
			t.Fatalf("%d rows although cells do not show them yet", n)
		}
	}
	_, before := count()
	run(t, pool, `update gisd.dirty_reader set position = 9223372036854775807`)
	for n := 1; n > 0; {
		n, _ = count()
	}
	if _, after := count(); after <= before {
		t.Errorf("forgotten went from %d to %d", before, after)
	}
}

// TestDirtyInAnotherDatabase: a copy goes on with higher positions, and what is
// known of earlier ones says nothing.
func TestDirtyInAnotherDatabase(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	f := follow(t, pool, changes.Config{})
	mark(t, pool, 1)
	f.upTo(t, 1)
	var before, forgotten uint64
	if err := pool.QueryRow(t.Context(), `update gisd.dirty_state set database = 'another' returning position`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	f = follow(t, pool, changes.Config{})
	mark(t, pool, 2)
	f.upTo(t, 2)
	if err := pool.QueryRow(t.Context(), `select forgotten from gisd.dirty_state`).Scan(&forgotten); err != nil {
		t.Fatal(err)
	}
	if forgotten <= before {
		t.Errorf("forgotten is %d, the last position there was %d", forgotten, before)
	}
}

func TestUnwatched(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	watched(t, s.Pool, fixture.Spec{ID: "good", Features: fixture.Points(1)})
	watched(t, s.Pool, fixture.Spec{ID: "off", Features: fixture.Points(1)})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "bare", Features: fixture.Points(1)})
	run(t, s.Pool, `alter table data.off_v1 disable trigger note_update, disable trigger stamp_edit`)
	got, err := changes.FindUnwatched(t.Context(), s.DB)
	if err != nil {
		t.Fatal(err)
	}
	want := []changes.Unwatched{
		{Collection: "bare", Triggers: []string{"note_delete", "note_insert", "note_truncate", "note_update", "record_edit", "stamp_edit"}},
		{Collection: "off", Triggers: []string{"note_update", "stamp_edit"}},
	}
	for i := range got {
		slices.Sort(got[i].Triggers)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	f := follow(t, s.Pool, changes.Config{})
	for _, id := range []string{"bare", "off"} {
		if err := changes.Mend(t.Context(), s.DB, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := changes.Mend(t.Context(), s.DB, "none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("no such collection: %v", err)
	}
	if got, err := changes.FindUnwatched(t.Context(), s.DB); err != nil || len(got) != 0 {
		t.Errorf("after mending: %v, %v", got, err)
	}
	run(t, s.Pool, `update layers.off set name = 'x'`)
	mark(t, s.Pool, 2)
	var heard []string
	for _, c := range f.upTo(t, 2) {
		heard = append(heard, fmt.Sprint(c.Collection, c.Whole))
	}
	if diff := gocmp.Diff([]string{"baretrue", "offtrue", "offfalse"}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
