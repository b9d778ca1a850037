package postgis_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
)

// TestCanReadInSQL compares gisd.can_read with spatial.Access.CanRead over every
// combination of what either looks at.
func TestCanReadInSQL(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	roleSets := [][]spatial.Role{
		nil, {spatial.RoleViewer}, {spatial.RoleEditor}, {spatial.RoleAdmin}, {"surveyor"},
		{spatial.RoleEditor, "surveyor"}, {spatial.RoleOperator, "planner"},
	}
	var collections []*spatial.Collection
	for _, visibility := range []spatial.Visibility{"public", "internal", "restricted"} {
		for _, published := range []bool{false, true} {
			for _, department := range []string{"", "qh", "gt"} {
				for _, roles := range roleSets {
					if visibility == spatial.VisibilityRestricted && len(roles) == 0 {
						continue
					}
					collections = append(collections, &spatial.Collection{
						ID: fmt.Sprintf("c%d", len(collections)), Visibility: visibility, Published: published,
						Department: department, Roles: roles,
					})
				}
			}
		}
	}
	for _, c := range collections {
		if _, err := pool.Exec(t.Context(), `
			insert into gisd.collection (id, visibility, published, department, roles) values ($1, $2, $3, $4, $5)`,
			c.ID, c.Visibility, c.Published, c.Department, append([]spatial.Role{}, c.Roles...)); err != nil {
			t.Fatal(err)
		}
	}
	catalogue := postgis.NewCatalogue(postgis.NewDB(pool, nil))
	if err := catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, caller := range []spatial.Access{{}, {Subject: "user:an"}, {Subject: "key:3f9a", Device: "bus-1"}} {
		for _, department := range []string{"", "qh", "gt"} {
			for _, roles := range roleSets {
				a := caller
				a.Department, a.Roles = department, roles
				anonymous, names, department := postgis.AccessArgs(a)
				rows, err := pool.Query(t.Context(), `
					select c.id, gisd.can_read(c, $1, $2, $3) from gisd.collection c`,
					anonymous, names, department)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]bool{}
				for rows.Next() {
					var id string
					var ok bool
					if err := rows.Scan(&id, &ok); err != nil {
						t.Fatal(err)
					}
					got[id] = ok
				}
				listed := map[string]bool{}
				for _, c := range catalogue.Collections(a) {
					listed[c.ID] = true
				}
				for _, c := range collections {
					cases++
					want := a.CanRead(c)
					_, err := catalogue.Collection(c.ID, a)
					if got[c.ID] != want || listed[c.ID] != want || (err == nil) != want {
						t.Errorf("%+v reads %+v: want %v; SQL %v, listed %v, found %v", a, c, want, got[c.ID], listed[c.ID], err == nil)
					}
				}
			}
		}
	}
	if cases < 6000 {
		t.Errorf("only %d cases", cases)
	}
}

func TestCatalogueSnapshot(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	if got := s.Catalogue.Collections(spatial.SystemAccess("test")); len(got) != 0 || s.Catalogue.Loaded() {
		t.Errorf("before the first load: %v", got)
	}
	want := fixture.Collection(t, s.Pool, fixture.Spec{ID: "one", Style: `{"kind": "x"}`, Features: fixture.Points(2)})
	changed := s.Catalogue.Changed()
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	default:
		t.Error("the change was not announced to this process")
	}
	got, err := s.Catalogue.Collection("one", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(fixture.Fields(), got.Fields); diff != "" {
		t.Error(diff)
	}
	generation := s.Catalogue.Generation()
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Catalogue.Generation() != generation {
		t.Error("a reload without a change moved the generation")
	}
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "a_first", Group: "a"})
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Catalogue.Generation() != generation+1 {
		t.Errorf("generation %d after %d", s.Catalogue.Generation(), generation)
	}
	if first := s.Catalogue.Collections(spatial.Access{})[0]; first.ID != "a_first" || !first.Extent.Empty() {
		t.Errorf("first in order: %+v", first)
	}
}

func TestCatalogueRunFollowsChanges(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Catalogue.Run(ctx) }()
	appears := func(id string) {
		t.Helper()
		deadline := time.After(30 * time.Second)
		for {
			changed := s.Catalogue.Changed()
			if _, err := s.Catalogue.Collection(id, spatial.SystemAccess("test")); err == nil {
				return
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("collection %s did not appear", id)
			}
		}
	}
	create := func(id string) {
		t.Helper()
		if _, err := s.Pool.Exec(t.Context(), `insert into gisd.collection (id) values ($1)`, id); err != nil {
			t.Fatal(err)
		}
	}
	create("first")
	appears("first")
	create("second")
	appears("second")
	// The listener's connection is cut; the catalogue comes back by itself.
	if _, err := s.Pool.Exec(t.Context(), `
		select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	create("third")
	appears("third")
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("run ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("run does not end with its context")
	}
}

func TestCatalogueWithoutSchema(t *testing.T) {
	t.Parallel()
	db, err := postgis.Open(t.Context(), postgis.Config{URL: testdb.Empty(t)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(t.Context()); spatial.CodeOf(err) != spatial.CodeInternal {
		t.Errorf("reload without a schema: %v", err)
	}
	if err := db.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := catalogue.Reload(t.Context()); err != nil {
		t.Error(err)
	}
}
