package features_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// change in the feed, as far as a test can know it.
type seenChange struct {
	Kind    spatial.ChangeKind
	ID, By  string
	Rev     int64
	Present bool
}

func (s store) changes(t *testing.T, c *spatial.Collection, since uint64, limit int) ([]seenChange, uint64) {
	t.Helper()
	page, err := s.features.Changes(t.Context(), c, editorAccess, since, limit)
	if err != nil {
		t.Fatal(err)
	}
	var seen []seenChange
	last := since
	for _, ch := range page.List {
		if ch.Position <= last {
			t.Errorf("position %d after %d", ch.Position, last)
		}
		last = ch.Position
		seen = append(seen, seenChange{ch.Kind, ch.ID, ch.ChangedBy, ch.Revision, ch.Feature != nil})
	}
	if page.Position != last {
		t.Errorf("goes on at %d, not %d", page.Position, last)
	}
	return seen, page.Position
}

func TestChangesFeed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_feed", Department: "qh", Features: []fixture.Feature{{ID: "1", WKT: "POINT(106 11)", Properties: []any{"một"}}}})
	begin, at := s.changes(t, c, 0, 10)
	if len(begin) != 1 || begin[0].Kind != spatial.ChangeReload {
		t.Fatalf("a feed begins with the whole collection: %+v", begin)
	}
	edits := s.features
	set := func(id, name string) {
		t.Helper()
		if _, err := edits.Update(t.Context(), c, id, editorAccess, func(*spatial.Feature) (spatial.Edit, error) {
			return spatial.Edit{Properties: map[int]any{0: name}}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{{}, {}}); err != nil {
		t.Fatal(err)
	}
	set("2", "a")
	set("2", "b")
	if err := edits.Delete(t.Context(), c, "3", editorAccess, keep); err != nil {
		t.Fatal(err)
	}
	run(t, s.Pool, `update layers.edit_feed set name = 'sql' where id = 1`)
	got, _ := s.changes(t, c, at, 10)
	want := []seenChange{
		{spatial.ChangeInsert, "2", "user:an", 1, false}, {spatial.ChangeInsert, "3", "user:an", 1, false},
		{spatial.ChangeUpdate, "2", "user:an", 2, false}, {spatial.ChangeUpdate, "2", "user:an", 3, true},
		{spatial.ChangeDelete, "3", "user:an", 1, false}, {spatial.ChangeUpdate, "1", got[5].By, 2, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	var paged []seenChange
	for next := at; ; {
		page, position := s.changes(t, c, next, 1)
		if len(page) == 0 {
			break
		}
		paged, next = append(paged, page...), position
	}
	if diff := cmp.Diff(want, paged); diff != "" {
		t.Errorf("one by one: %s", diff)
	}
	// What each was before stands in history, at the moment of the change.
	var before string
	if err := s.Pool.QueryRow(t.Context(), `
		select h.properties ->> 'name' from gisd.change ch
		join history.edit_feed h on h.id = ch.id and h.replaced_at = ch.at
		where ch.collection_id = 'edit_feed' and ch.id = '2' and ch.revision = 3`).Scan(&before); err != nil || before != "a" {
		t.Errorf("before: %q, %v", before, err)
	}
	watched(t, s, fixture.Spec{ID: "edit_feed", Department: "qh"})
	if got, _ = s.changes(t, c, at, 100); got[len(got)-1].Kind != spatial.ChangeReload {
		t.Errorf("a new version: %+v", got)
	}
	if _, err := edits.Changes(t.Context(), c, spatial.Access{}, 0, 1); err != nil {
		t.Errorf("what is public: %v", err)
	}
	hidden := *c
	hidden.Visibility = spatial.VisibilityInternal
	if _, err := edits.Changes(t.Context(), &hidden, spatial.Access{}, 0, 1); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("what is hidden: %v", err)
	}
}

// Whoever comes with a position behind which changes are forgotten is told so.
func TestForgottenChanges(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_old", Department: "qh", Features: []fixture.Feature{{ID: "1"}}})
	_, at := s.changes(t, c, 0, 10)
	run(t, s.Pool, `insert into gisd.change_forgotten (collection_id, position) values ('edit_old', $1)`, at)
	if _, err := s.features.Changes(t.Context(), c, editorAccess, at-1, 10); spatial.CodeOf(err) != spatial.CodeGone {
		t.Errorf("behind what is kept: %v", err)
	}
	for _, since := range []uint64{0, at} {
		if _, err := s.features.Changes(t.Context(), c, editorAccess, since, 10); err != nil {
			t.Errorf("since %d: %v", since, err)
		}
	}
}

// A transaction that commits late is not missed by who read up to a later one.
func TestLateCommitsHaveLatePositions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_late", Department: "qh", Features: []fixture.Feature{{ID: "1"}, {ID: "2"}}})
	_, at := s.changes(t, c, 0, 10)
	late, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = late.Rollback(context.WithoutCancel(t.Context())) }()
	run(t, late, `update layers.edit_late set name = 'late' where id = 1`)
	run(t, s.Pool, `update layers.edit_late set name = 'early' where id = 2`)
	got, at := s.changes(t, c, at, 10)
	if len(got) != 1 || got[0].ID != "2" {
		t.Fatalf("%+v", got)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ = s.changes(t, c, at, 10); len(got) != 1 || got[0].ID != "1" {
		t.Errorf("%+v", got)
	}
}
