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
	"gisd/internal/testdata"
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
	testdata.SkipUnderRace(t)
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
