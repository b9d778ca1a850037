package features_test

import (
	"fmt"
	"testing"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// A summary speaks of what the caller may see, and of no other columns.
func TestSummaryIsLimited(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "summed", Visibility: spatial.VisibilityInternal, Features: mixed(24)})
	count, _ := c.Field("count")
	open, _ := c.Field("open")
	ask := spatial.Summary{Groups: []spatial.Field{open}, Statistics: []spatial.Statistic{{Kind: spatial.StatisticCount, Field: count}}, Limit: 10}
	member := spatial.SystemAccess("test")
	for _, tt := range []struct {
		name   string
		filter spatial.Query
		want   string
	}{
		{"all", spatial.Query{}, "[[false 8] [true 8] [<nil> 0]]"},
		{"a box", spatial.Query{BBox: &spatial.Envelope{SRID: 4326, MinX: 106.0005, MinY: 10, MaxX: 106.0025, MaxY: 11}}, "[[false 1] [true 1]]"},
		{"nowhere", spatial.Query{BBox: &spatial.Envelope{SRID: 4326, MinX: 1, MinY: 1, MaxX: 2, MaxY: 2}}, "[]"},
	} {
		tt.filter.Access = member
		rows, more, err := s.features.Summarize(t.Context(), c, tt.filter, ask)
		if err != nil || more || fmt.Sprint(rows) != tt.want {
			t.Errorf("%s: %v, %v, %v, want %s", tt.name, rows, more, err, tt.want)
		}
	}
	if _, _, err := s.features.Summarize(t.Context(), c, spatial.Query{}, ask); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a stranger: %v", err)
	}
	ask.Statistics[0].Field.Name = "hidden"
	if _, _, err := s.features.Summarize(t.Context(), c, spatial.Query{Access: member}, ask); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("another column: %v", err)
	}
}
