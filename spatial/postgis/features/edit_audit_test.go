package features_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
)

// The audit trail tells who changed what, before and after.
func TestAuditTrail(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := watched(t, s, fixture.Spec{ID: "edit_audit", Department: "qh", Features: []fixture.Feature{{ID: "1", WKT: "POINT(106 11)", Properties: []any{"một", int64(1)}}}})
	if _, err := s.features.Insert(t.Context(), c, editorAccess, []spatial.Edit{{Properties: map[int]any{0: "hai"}}}); err != nil {
		t.Fatal(err)
	}
	update := func(values map[int]any) {
		t.Helper()
		if _, err := s.features.Update(t.Context(), c, "1", editorAccess, func(*spatial.Feature) (spatial.Edit, error) {
			return spatial.Edit{Properties: values}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	update(map[int]any{0: "ba", 1: int64(1)})
	update(map[int]any{0: strings.Repeat("x", 70_000)})
	run(t, s.Pool, `update layers.edit_audit set name = null, area = 'NaN' where id = 1`)
	if err := s.features.Delete(t.Context(), c, "1", editorAccess, keep); err != nil {
		t.Fatal(err)
	}
	got := testdb.Strings(t, s.Pool, `select actor || ' ' || action || ' ' || detail::text from gisd.audit where object = 'edit_audit' order by id`)
	want := []string{
		`user:an features.insert {"ids": ["2"], "after": {"name": "hai"}, "count": 1}`,
		`user:an features.update {"ids": ["1"], "after": {"name": "ba"}, "count": 1, "before": {"name": "một"}}`,
		`user:an features.update {"ids": ["1"], "count": 1}`, // too large for the trail, not for history
		`user:an features.delete {"ids": ["1"], "count": 1}`, // NaN is no JSON
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
