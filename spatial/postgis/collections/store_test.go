package collections_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/collections"
)

func ptr[T any](v T) *T { return &v }

var (
	admin    = spatial.SystemAccess("cli")
	editor   = spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"}
	stranger = spatial.Access{Subject: "user:binh", Roles: []spatial.Role{spatial.RoleEditor}, Department: "gt"}
)

func TestCollectionsLife(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	store := collections.NewStore(s.DB, s.Catalogue)
	if err := store.Create(t.Context(), editor, "plan", spatial.CollectionPatch{Title: &spatial.Text{VI: "Quy hoạch", EN: "Plan"}}); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("plan", editor)
	if err != nil || c.Published || c.Department != "qh" || c.Title.VI != "Quy hoạch" {
		t.Fatalf("%+v, %v", c, err)
	}
	if err := store.Create(t.Context(), admin, "plan", spatial.CollectionPatch{}); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("created twice: %v", err)
	}
	patch := spatial.CollectionPatch{
		Description: &spatial.Text{EN: "d"}, Group: ptr("planning"), Ordinal: ptr(3), Keywords: &[]string{"a", "b"},
		Licence: ptr("CC0"), Attribution: ptr("x"), Visibility: ptr(spatial.VisibilityRestricted),
		Roles: &[]spatial.Role{"surveyor"}, Published: ptr(true), MinZoom: ptr(2), MaxZoom: ptr(17),
		Style: ptr(json.RawMessage(`{"kind": "x"}`)), Locking: ptr(spatial.LockingRequired), Required: &[]string{spatial.RequiredGeometry},
	}
	if err := store.Update(t.Context(), editor, "plan", patch); err != nil {
		t.Fatal(err)
	}
	c, err = s.Catalogue.Collection("plan", admin)
	if err != nil {
		t.Fatal(err)
	}
	want := &spatial.Collection{
		ID: "plan", Title: spatial.Text{VI: "Quy hoạch", EN: "Plan"}, Description: spatial.Text{EN: "d"}, Group: "planning",
		Ordinal: 3, Keywords: []string{"a", "b"}, Licence: "CC0", Attribution: "x", Department: "qh",
		Visibility: "restricted", Roles: []spatial.Role{"surveyor"}, Published: true, MinZoom: 2, MaxZoom: 17,
		Style: json.RawMessage(`{"kind": "x"}`), GeometryType: "none", Dimensions: "XY", IDKind: "integer",
		Extent: spatial.EmptyEnvelope(4326), UpdatedAt: c.UpdatedAt, CreatedAt: c.CreatedAt, VersionAt: c.VersionAt,
		Locking: spatial.LockingRequired, Required: []string{spatial.RequiredGeometry},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if err := store.Update(t.Context(), admin, "plan", spatial.CollectionPatch{Style: ptr(json.RawMessage(`null`))}); err != nil {
		t.Fatal(err)
	}
	if c, _ = s.Catalogue.Collection("plan", admin); c.Style != nil || c.Ordinal != 3 {
		t.Errorf("%+v", c)
	}
	if err := store.Drop(t.Context(), admin, "plan"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Catalogue.Collection("plan", admin); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("after the drop: %v", err)
	}
	actions := testdb.Strings(t, s.Pool, `select actor || ' ' || action || ' ' || object from gisd.audit order by id`)
	if diff := cmp.Diff([]string{
		"user:an collection.create plan", "user:an collection.update plan", "cli collection.update plan", "cli collection.drop plan",
	}, actions); diff != "" {
		t.Error(diff)
	}
}

func TestCollectionsRevertAndDrop(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	store := collections.NewStore(s.DB, s.Catalogue)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(1)})
	if _, err := store.Revert(t.Context(), admin, "r", collections.Revert{}); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("revert of the first version: %v", err)
	}
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(2)})
	for _, want := range []int{1, 2, 1} {
		got, err := store.Revert(t.Context(), admin, "r", collections.Revert{})
		if err != nil || got != want {
			t.Fatalf("reverted to %d, want %d: %v", got, want, err)
		}
		c, err := s.Catalogue.Collection("r", admin)
		if err != nil || c.Version != want || c.FeatureCount != int64(want) {
			t.Errorf("%+v, %v", c, err)
		}
		if n := testdb.Strings(t, s.Pool, `select count(*)::text from layers.r`); n[0] != string(rune('0'+want)) {
			t.Errorf("the view has %v features", n)
		}
	}
	// The version that was reverted away from goes with the next publish.
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "r", Features: fixture.Points(3)})
	versions, err := store.Versions(t.Context(), admin, "r")
	if err != nil {
		t.Fatal(err)
	}
	var kept []int
	for _, v := range versions {
		kept = append(kept, v.Version)
		if v.Current != (v.Version == 3) || v.CreatedAt.IsZero() || v.FeatureCount != int64(v.Version) {
			t.Errorf("%+v", v)
		}
	}
	if diff := cmp.Diff([]int{3, 1}, kept); diff != "" {
		t.Error(diff)
	}
	reader, err := s.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback(t.Context()) }()
	if _, err := reader.Exec(t.Context(), `select from data.r_v3`); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if err := store.Drop(t.Context(), admin, "r"); spatial.CodeOf(err) != spatial.CodeUnavailable || time.Since(started) > 8*time.Second {
		t.Errorf("drop under a reader: %v after %v", err, time.Since(started))
	}
	if err := reader.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Drop(t.Context(), admin, "r"); err != nil {
		t.Fatal(err)
	}
	if left := testdb.Strings(t, s.Pool, `select relname::text from pg_class where relnamespace in ('data'::regnamespace, 'layers'::regnamespace, 'history'::regnamespace)`); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCollectionsRefuse(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	store := collections.NewStore(s.DB, s.Catalogue)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "open", Department: "qh", Features: fixture.Points(1)})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "draft", Department: "qh", Draft: true})
	readOnly := editor
	readOnly.ReadOnly = true
	for _, tt := range []struct {
		name string
		a    spatial.Access
		id   string
		want spatial.Code
	}{
		{"anonymous, public", spatial.Access{}, "open", spatial.CodeForbidden},
		{"anonymous, draft", spatial.Access{}, "draft", spatial.CodeNotFound},
		{"other department, public", stranger, "open", spatial.CodeForbidden},
		{"other department, draft", stranger, "draft", spatial.CodeNotFound},
		{"key in a URL", readOnly, "open", spatial.CodeForbidden},
		{"absent", admin, "absent", spatial.CodeNotFound},
		{"own department", editor, "draft", ""},
	} {
		_, versions := store.Versions(t.Context(), tt.a, tt.id)
		_, revert := store.Revert(t.Context(), tt.a, tt.id, collections.Revert{})
		if tt.want == "" && spatial.CodeOf(revert) == spatial.CodeConflict {
			revert = nil // allowed, and there is nothing to revert to
		}
		wantVersions := tt.want
		if tt.want == spatial.CodeForbidden {
			wantVersions = "" // who may read sees them
		}
		if got := spatial.CodeOf(versions); got != wantVersions {
			t.Errorf("%s, versions: got %q, want %q", tt.name, got, wantVersions)
		}
		for what, err := range map[string]error{
			"update": store.Update(t.Context(), tt.a, tt.id, spatial.CollectionPatch{Ordinal: ptr(1)}),
			"revert": revert,
		} {
			if got := spatial.CodeOf(err); got != tt.want {
				t.Errorf("%s, %s: got %q, want %q", tt.name, what, got, tt.want)
			}
		}
		if tt.want != "" {
			if got := spatial.CodeOf(store.Drop(t.Context(), tt.a, tt.id)); got != tt.want {
				t.Errorf("%s, drop: got %q, want %q", tt.name, got, tt.want)
			}
		}
	}
	for _, a := range []spatial.Access{{}, readOnly, {Subject: "user:x", Roles: []spatial.Role{spatial.RoleViewer}}} {
		if err := store.Create(t.Context(), a, "new", spatial.CollectionPatch{}); spatial.CodeOf(err) != spatial.CodeForbidden {
			t.Errorf("%+v creates: %v", a, err)
		}
	}
	for _, id := range []string{"", "A", "1a", "a b", `a"b`, "a.b"} {
		if err := store.Create(t.Context(), admin, id, spatial.CollectionPatch{}); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("id %q: %v", id, err)
		}
	}
	err := store.Update(t.Context(), editor, "open", spatial.CollectionPatch{
		Visibility: ptr(spatial.VisibilityRestricted), MinZoom: ptr(20), MaxZoom: ptr(3), Department: ptr("gt"),
		Style: ptr(json.RawMessage(`[1]`)), SearchField: ptr("area"), TimeField: ptr("name"),
		Locking: ptr(spatial.Locking("none")), Required: &[]string{"name", "nothing"},
	})
	e, ok := errors.AsType[*spatial.Error](err)
	if !ok || e.Code != spatial.CodeInvalid {
		t.Fatalf("a patch full of faults: %v", err)
	}
	var faults []string
	for _, f := range e.Fields {
		faults = append(faults, f.Name)
	}
	if diff := cmp.Diff([]string{"roles", "minZoom", "department", "style", "searchField", "timeField", "locking", "required"}, faults); diff != "" {
		t.Error(diff)
	}
}

func TestCodeLists(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	lists := collections.NewCodeLists(s.DB)
	day := time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)
	want := spatial.CodeList{ID: "land_use", Title: spatial.Text{VI: "Loại đất", EN: "Land use"}, LegalBasis: "law", Values: []spatial.CodeValue{
		{Code: "ONT", Label: spatial.Text{VI: "Đất ở nông thôn"}, Color: "#FFD0FF", ValidFrom: day},
		{Code: "LUC", Label: spatial.Text{VI: "Đất trồng lúa"}},
	}}
	for range 2 {
		if err := lists.Put(t.Context(), admin, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := lists.CodeList(t.Context(), "land_use")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := lists.CodeList(t.Context(), "none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("absent: %v", err)
	}
	if err := lists.Put(t.Context(), editor, want); spatial.CodeOf(err) != spatial.CodeForbidden {
		t.Errorf("an editor writes: %v", err)
	}
	twice := want
	twice.Values = append(twice.Values, want.Values[0])
	if err := lists.Put(t.Context(), admin, twice); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("a code twice: %v", err)
	}
	if err := lists.Put(t.Context(), admin, spatial.CodeList{ID: "Bad id"}); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("bad id: %v", err)
	}
}
