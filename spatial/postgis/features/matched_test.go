package features_test

import (
	"testing"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// What edits add and take away is counted at once.
func TestTotalFollowsEdits(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "edited", Features: fixture.Points(20)})
	if _, err := s.Pool.Exec(t.Context(), `select gisd.watch_edits('edited_v1')`); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		sql  string
		want int64
	}{
		{`update data.edited_v1 set name = 'x'`, 20},
		{`insert into data.edited_v1 (name) select 'new' from generate_series(1, 5)`, 25},
		{`delete from data.edited_v1 where id <= 3`, 22},
		{`delete from data.edited_v1 where name = 'new'`, 17},
		{`insert into data.edited_v1 (id, name) values (1, 'back')`, 18},
		{`update data.edited_v1 set id = 100 where id = 5`, 18},
	} {
		if _, err := s.Pool.Exec(t.Context(), tt.sql); err != nil {
			t.Fatal(err)
		}
		page, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 5})
		if err != nil || page.Matched != tt.want {
			t.Errorf("after %s: matched %d, want %d, %v", tt.sql, page.Matched, tt.want, err)
		}
	}
}
