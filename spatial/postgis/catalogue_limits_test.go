package postgis_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/postgis"
)

// What statements compare, gisd.limits_of, is what the catalogue hands collections
// out with, whatever roles a caller has.
func TestLimitsInSQL(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	const area = "MULTIPOLYGON(((106.6 10.9,106.65 10.9,106.65 11,106.6 11,106.6 10.9)))"
	for _, id := range []string{"lots", "roads"} {
		fixture.Collection(t, s.Pool, fixture.Spec{ID: id, SRID: 9210, Features: fixture.Points(2)})
	}
	for _, l := range []fixture.Limit{
		{Role: "west", Area: area}, {Role: "west", Collection: "lots", Hide: []string{"name"}},
		{Role: "clerk", Collection: "roads", Hide: []string{"count"}}, {Role: "editor", Hide: []string{"info"}},
	} {
		l.Store(t, s.Pool)
	}
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	limited := 0
	for _, roles := range [][]spatial.Role{
		nil, {"viewer"}, {"west"}, {"clerk"}, {"west", "clerk"}, {"clerk", "west", "west"}, {"editor", "west"}, {"west", "admin"}, {"admin"},
	} {
		a := spatial.Access{Subject: "user:an", Roles: roles}
		_, names, _ := postgis.AccessArgs(a)
		for _, id := range []string{"lots", "roads"} {
			c, err := s.Catalogue.Collection(id, a)
			if err != nil {
				t.Fatal(err)
			}
			var want []int64
			if err := s.Pool.QueryRow(t.Context(), `select gisd.limits_of($1, $2)`, id, names).Scan(&want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, c.Limits.RuleIDs()); diff != "" {
				t.Errorf("%v in %s (-SQL +catalogue):\n%s", roles, id, diff)
			}
			if again, _ := s.Catalogue.Collection(id, a); again != c {
				t.Errorf("%v in %s: another view each time", roles, id)
			}
			limited += min(len(want), 1)
		}
	}
	if limited != 9 {
		t.Errorf("%d views are limited", limited)
	}
	c, err := s.Catalogue.Collection("roads", spatial.Access{Subject: "user:an", Roles: []spatial.Role{"west"}})
	if err != nil {
		t.Fatal(err)
	}
	want := spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 10.9, MaxX: 106.65, MaxY: 11}
	if got := c.Extent; got.MinX > want.MinX || got.MinX < want.MinX-2e-6 || got.MaxY < want.MaxY || got.MaxY > want.MaxY+2e-6 {
		t.Errorf("extent %+v", got)
	}
	if share := c.Limits.Share(); share < 0.97 || share > 1 {
		t.Errorf("a box covers %v of its box in the other system", share)
	}
}

// A rule that is set, and one that is taken away, is told to every node.
func TestCatalogueFollowsLimits(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "lots", Features: fixture.Points(2)})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Catalogue.Run(ctx) }()
	holder := spatial.Access{Subject: "user:an", Roles: []spatial.Role{"west"}}
	becomes := func(limited bool) {
		t.Helper()
		deadline := time.After(30 * time.Second)
		for {
			changed := s.Catalogue.Changed()
			if c, err := s.Catalogue.Collection("lots", holder); err == nil && (c.Limits != nil) == limited {
				return
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("limited: %v takes no effect", limited)
			}
		}
	}
	becomes(false)
	fixture.Limit{Role: "west", Hide: []string{"name"}}.Store(t, s.Pool)
	becomes(true)
	if _, err := s.Pool.Exec(t.Context(), `delete from gisd.role_limit`); err != nil {
		t.Fatal(err)
	}
	becomes(false)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
