package features_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/internal/fixture"
	"gisd/spatial"
)

func pointAt(t *testing.T, srid spatial.SRID, x, y float64) spatial.Geometry {
	t.Helper()
	b, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, []float64{x, y}), binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	return spatial.Geometry{SRID: srid, EWKB: b}
}

var (
	editorAccess = spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"}
	keep         = func(*spatial.Feature) error { return nil }
)

// watched is a collection whose edits are noticed.
func watched(t *testing.T, s store, spec fixture.Spec) *spatial.Collection {
	t.Helper()
	c := fixture.Collection(t, s.Pool, spec)
	run(t, s.Pool, `select gisd.watch_edits($1)`, c.Table)
	return c
}

func run(t *testing.T, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestEditsOfEveryType(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, spec := range []fixture.Spec{
		{ID: "edit_degrees"}, {ID: "edit_national", SRID: 9210}, {ID: "edit_texts", IDKind: spatial.IDText},
	} {
		spec.Department = "qh"
		c := watched(t, s, spec)
		edits := s.features
		at := time.Date(2026, 3, 1, 5, 6, 7, 123456000, time.UTC)
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		x, y := 106.5, 11.0
		if c.SRID == 9210 {
			x, y = 600000, 1216000
		}
		full := map[int]any{0: "Chợ", 1: int64(7), 2: 2.5, 3: true, 4: day, 5: at, 6: json.RawMessage(`{"a": 1}`)}
		states, err := edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{
			{Properties: full, Geometry: pointAt(t, c.SRID, x, y), SetsGeometry: true},
			{Properties: map[int]any{0: "hai"}, Geometry: pointAt(t, c.SRID, x, y), SetsGeometry: true},
		})
		if err != nil || len(states) != 2 || states[0].Revision != 1 || states[0].ChangedBy != "user:an" || states[0].ID == states[1].ID {
			t.Fatalf("%s: %+v, %v", spec.ID, states, err)
		}
		f, err := s.features.Feature(t.Context(), c, states[0].ID, editorAccess)
		if err != nil {
			t.Fatal(err)
		}
		want := []any{"Chợ", int64(7), 2.5, true, day, at, json.RawMessage(`{"a": 1}`)}
		if diff := cmp.Diff(want, f.Properties); diff != "" || !f.RecordedAt.Equal(states[0].ChangedAt) || f.Geometry.Empty() {
			t.Errorf("%s: %s", spec.ID, diff)
		}
		state, err := edits.Update(t.Context(), c, f.ID, editorAccess, func(before *spatial.Feature) (spatial.Edit, error) {
			if diff := cmp.Diff(want, before.Properties); diff != "" {
				t.Error(diff)
			}
			return spatial.Edit{Properties: map[int]any{0: nil, 6: json.RawMessage(`[1]`)}, Geometry: pointAt(t, c.SRID, x+0.1, y), SetsGeometry: true}, nil
		})
		if err != nil || state.Revision != 2 || !state.ChangedAt.After(states[0].ChangedAt) {
			t.Fatalf("%s: %+v, %v", spec.ID, state, err)
		}
		f, err = s.features.Feature(t.Context(), c, f.ID, editorAccess)
		want[0], want[6] = nil, json.RawMessage(`[1]`)
		if diff := cmp.Diff(want, f.Properties); err != nil || diff != "" || f.State() != state {
			t.Errorf("%s: %v %s", spec.ID, err, diff)
		}
		same, err := edits.Update(t.Context(), c, f.ID, editorAccess, func(*spatial.Feature) (spatial.Edit, error) {
			return spatial.Edit{Properties: map[int]any{1: int64(7)}}, nil
		})
		if err != nil || same != state {
			t.Errorf("%s: nothing changed: %+v, %v", spec.ID, same, err)
		}
		if err := edits.Delete(t.Context(), c, f.ID, editorAccess, keep); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"read":   func() error { _, err := s.features.Feature(t.Context(), c, f.ID, editorAccess); return err }(),
			"delete": edits.Delete(t.Context(), c, f.ID, editorAccess, keep),
			"other":  edits.Delete(t.Context(), c, "no number", editorAccess, keep),
		} {
			if spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Errorf("%s: %s after a delete: %v", spec.ID, name, err)
			}
		}
	}
}

func TestEditsAreAtomic(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_atomic", Department: "qh", Features: []fixture.Feature{{ID: "1", WKT: "POINT(106 11)", Properties: []any{"một"}}}})
	edits := s.features
	refused := errors.New("no")
	if _, err := edits.Update(t.Context(), c, "1", editorAccess, func(*spatial.Feature) (spatial.Edit, error) { return spatial.Edit{}, refused }); !errors.Is(err, refused) {
		t.Errorf("the callback's error: %v", err)
	}
	if err := edits.Delete(t.Context(), c, "1", editorAccess, func(*spatial.Feature) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("the check's error: %v", err)
	}
	for name, a := range map[string]spatial.Access{
		"nobody":    {},
		"viewer":    {Subject: "user:b", Roles: []spatial.Role{spatial.RoleViewer}, Department: "qh"},
		"elsewhere": {Subject: "user:c", Roles: []spatial.Role{spatial.RoleEditor}, Department: "gt"},
		"by URL":    {Subject: "key:d", Roles: []spatial.Role{spatial.RoleAdmin}, ReadOnly: true},
	} {
		if _, err := edits.Insert(t.Context(), c, a, []spatial.Edit{{}}); spatial.CodeOf(err) != spatial.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The right is that of the moment, not of the caller's snapshot.
	run(t, s.Pool, `update gisd.collection set department = 'gt' where id = 'edit_atomic'`)
	if err := edits.Delete(t.Context(), c, "1", editorAccess, keep); spatial.CodeOf(err) != spatial.CodeForbidden {
		t.Errorf("after the collection was handed over: %v", err)
	}
	run(t, s.Pool, `update gisd.collection set department = 'qh', visibility = 'restricted', roles = '{planner}' where id = 'edit_atomic'`)
	if err := edits.Delete(t.Context(), c, "1", editorAccess, keep); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("of a hidden collection: %v", err)
	}
	run(t, s.Pool, `update gisd.collection set visibility = 'public' where id = 'edit_atomic'`)
	old := *c
	watched(t, s, fixture.Spec{ID: "edit_atomic", Department: "qh", Features: []fixture.Feature{{ID: "1", WKT: "POINT(106 11)"}}})
	if err := edits.Delete(t.Context(), &old, "1", editorAccess, keep); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("another version: %v", err)
	}
}

func TestEditsGiveIDs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_ids", Department: "qh", Features: []fixture.Feature{{ID: "41", WKT: "POINT(106 11)", Properties: []any{"x", int64(41)}}}})
	run(t, s.Pool, `update gisd.collection_version set id_field = 'count', id_source = 'field' where collection_id = 'edit_ids'`)
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection(c.ID, editorAccess)
	if err != nil {
		t.Fatal(err)
	}
	edits := s.features
	states, err := edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{{Properties: map[int]any{}}, {Properties: map[int]any{1: int64(50)}}, {Properties: map[int]any{}}})
	if err != nil || len(states) != 3 || states[0].ID != "51" || states[1].ID != "50" || states[2].ID != "52" {
		t.Fatalf("%+v, %v", states, err)
	}
	f, err := s.features.Feature(t.Context(), c, "52", editorAccess)
	if err != nil || f.Properties[1] != int64(52) {
		t.Errorf("%+v, %v", f, err)
	}
	_, err = edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{{Properties: map[int]any{1: int64(60)}}, {Properties: map[int]any{1: int64(41)}}})
	e, ok := errors.AsType[*spatial.Error](err)
	if !ok || e.Code != spatial.CodeConflict || e.Current == nil || e.Current.ID != "41" {
		t.Errorf("%+v", err)
	}
	if _, err := s.features.Feature(t.Context(), c, "60", editorAccess); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("half of a batch stands: %v", err)
	}
	if _, err = edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{{Properties: map[int]any{1: int64(61)}}, {Properties: map[int]any{1: int64(61)}}}); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("twice in one batch: %v", err)
	}
	// Features without geometry are in every box from the first one on.
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := s.Catalogue.Collection(c.ID, editorAccess)
	if err != nil || now.WithoutGeometry != 0 {
		t.Fatalf("%d, %v: nothing set a geometry", now.WithoutGeometry, err)
	}
	if _, err := edits.Insert(t.Context(), c, editorAccess, []spatial.Edit{{Properties: map[int]any{}, SetsGeometry: true}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err = s.Catalogue.Collection(c.ID, editorAccess); err != nil || now.WithoutGeometry == 0 {
		t.Errorf("%d, %v", now.WithoutGeometry, err)
	}
}

func TestFlaws(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ring := func(flat ...float64) spatial.Geometry {
		b, err := ewkb.Marshal(geom.NewPolygonFlat(geom.XY, flat, []int{len(flat)}), binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		return spatial.Geometry{EWKB: b}
	}
	flaws, err := s.features.Flaws(t.Context(), []spatial.Geometry{
		ring(0, 0, 1, 0, 1, 1, 0, 0), {}, ring(0, 0, 1, 1, 1, 0, 0, 1, 0, 0), pointAt(t, 4326, 1, 2),
	})
	if err != nil || len(flaws) != 4 || flaws[0] != "" || flaws[1] != "" || flaws[2] == "" || flaws[3] != "" {
		t.Errorf("%q, %v", flaws, err)
	}
}

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

// Writers side by side lose nothing: each builds on what it has read.
func TestEditsSideBySide(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_race", Department: "qh", Features: []fixture.Feature{{ID: "1", Properties: []any{"x", int64(0)}}}})
	edits := s.features
	const writers, rounds = 4, 5
	done := make(chan error, writers)
	for range writers {
		go func() {
			var failed error
			for range rounds {
				_, err := edits.Update(t.Context(), c, "1", editorAccess, func(f *spatial.Feature) (spatial.Edit, error) {
					return spatial.Edit{Properties: map[int]any{1: f.Properties[1].(int64) + 1}}, nil
				})
				failed = errors.Join(failed, err)
			}
			done <- failed
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	f, err := s.features.Feature(t.Context(), c, "1", editorAccess)
	if err != nil || f.Properties[1] != int64(writers*rounds) || f.Revision != writers*rounds+1 {
		t.Errorf("%+v, %v", f, err)
	}
	got, _ := s.changes(t, c, 0, 100)
	var revisions []string
	for _, ch := range got[1:] {
		revisions = append(revisions, strconv.FormatInt(ch.Rev, 10))
	}
	if len(revisions) != writers*rounds || !slices.IsSortedFunc(got[1:], func(a, b seenChange) int { return int(a.Rev - b.Rev) }) {
		t.Errorf("%q", revisions)
	}
}
