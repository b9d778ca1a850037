package features_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/postgis/features"
)

type store struct {
	fixture.Store
	features *features.Store
}

func newStore(t *testing.T) store {
	t.Helper()
	s := fixture.Open(t)
	return store{Store: s, features: features.NewStore(s.DB, s.Catalogue)}
}

func idsOf(page *spatial.FeaturePage) []string {
	ids := []string{}
	for _, f := range page.Features {
		ids = append(ids, f.ID)
	}
	return ids
}

// walk reads every page and returns the ids in order.
func (s store) walk(t *testing.T, c *spatial.Collection, q spatial.Query) []string {
	t.Helper()
	ids := []string{}
	for range 1000 {
		page, err := s.features.Query(t.Context(), c, q)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, idsOf(page)...)
		if page.Next == nil {
			return ids
		}
		q.After = page.Next
	}
	t.Fatal("the walk does not end")
	return nil
}

func TestFeatureValues(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	full := []any{"Hẻm 1 \"quoted\"", int64(-1 << 62), 0.1, true, day, day.Add(time.Hour + time.Microsecond), json.RawMessage(`{"a": [1, null]}`)}
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "values", Features: []fixture.Feature{
		{ID: "1", WKT: "POINT(106.6 10.9)", Properties: full},
		{ID: "2"},
	}})
	page, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{full, make([]any, 7)}, [][]any{page.Features[0].Properties, page.Features[1].Properties}); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
	if page.Features[0].Geometry.SRID != 4326 || len(page.Features[0].Geometry.EWKB) != 25 || !page.Features[1].Geometry.Empty() {
		t.Errorf("geometries: %+v", page.Features)
	}
	if page.Matched != 2 || page.Next != nil {
		t.Errorf("matched %d, next %v", page.Matched, page.Next)
	}
	some, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 1, Fields: []string{"open", "name"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []any{full[0], nil, nil, true, nil, nil, nil}
	if diff := cmp.Diff(want, some.Features[0].Properties); diff != "" {
		t.Errorf("selected properties (-want +got):\n%s", diff)
	}
	if some.Next == nil || some.Next.ID != "1" {
		t.Errorf("next %v", some.Next)
	}
	one, err := s.features.Feature(t.Context(), c, "1", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page.Features[0], *one); diff != "" {
		t.Errorf("single feature (-page +single):\n%s", diff)
	}
	for _, id := range []string{"3", "x", "", "1 or true", "99999999999999999999"} {
		if _, err := s.features.Feature(t.Context(), c, id, spatial.Access{}); spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("feature %q: %v", id, err)
		}
	}
}

func TestQueryPages(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	byNumber := fixture.Collection(t, s.Pool, fixture.Spec{ID: "by_number", Features: fixture.Points(25)})
	texts := fixture.Points(25)
	for i := range texts {
		texts[i].ID = fmt.Sprintf("Đ-%d's", (i*7)%25)
	}
	byText := fixture.Collection(t, s.Pool, fixture.Spec{ID: "by_text", IDKind: spatial.IDText, Features: texts})
	world := &spatial.Envelope{SRID: 4326, MinX: -180, MinY: -90, MaxX: 180, MaxY: 90}
	for _, c := range []*spatial.Collection{byNumber, byText} {
		for _, box := range []*spatial.Envelope{nil, world} {
			for _, limit := range []int{1, 7, 25, 26} {
				got := s.walk(t, c, spatial.Query{Limit: limit, BBox: box})
				if len(got) != 25 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 25 {
					t.Errorf("%s by %d: %v", c.ID, limit, got)
				}
			}
		}
	}
	if got := s.walk(t, byText, spatial.Query{Limit: 4}); !slices.IsSorted(got) {
		t.Errorf("text ids are not in byte order: %v", got)
	}
	for name, q := range map[string]spatial.Query{
		"limit 0":          {},
		"cursor":           {Limit: 1, After: &spatial.Position{ID: "x"}},
		"unknown property": {Limit: 1, Fields: []string{"nope"}},
		"unknown filter":   {Limit: 1, Equals: []spatial.Equal{{Field: spatial.Field{Name: "nope"}, Value: "x"}}},
		"unknown CRS":      {Limit: 1, BBox: &spatial.Envelope{SRID: 1, MaxX: 1, MaxY: 1}},
	} {
		if _, err := s.features.Query(t.Context(), byNumber, q); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQueryFilters(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	reader := append(fixture.Points(5), fixture.Feature{ID: "6"})
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "filters", Features: reader})
	dated := fixture.Collection(t, s.Pool, fixture.Spec{ID: "dated", TimeField: "built", Features: reader})
	solid := fixture.Collection(t, s.Pool, fixture.Spec{ID: "solid", Features: fixture.Points(5)})
	blank := fixture.Collection(t, s.Pool, fixture.Spec{ID: "blank", Features: []fixture.Feature{{ID: "1"}, {ID: "2"}, {ID: "3"}}})
	table := *blank
	table.GeometryType, table.TimeField = spatial.GeometryNone, ""
	bare := &table
	elsewhere := &spatial.Envelope{SRID: 4326, MinX: 1, MinY: 1, MaxX: 2, MaxY: 2}
	day := func(n int) time.Time { return time.Date(2025, 7, n, 0, 0, 0, 0, time.UTC) }
	field := func(name string) spatial.Field { f, _ := c.Field(name); return f }
	equal := func(name string, v any) []spatial.Equal { return []spatial.Equal{{Field: field(name), Value: v}} }
	for _, tt := range []struct {
		name string
		c    *spatial.Collection
		q    spatial.Query
		want string
	}{
		{"string", c, spatial.Query{Equals: equal("name", "Quốc lộ 13 3")}, "3"},
		{"integer", c, spatial.Query{Equals: equal("count", int64(40))}, "5"},
		{"number", c, spatial.Query{Equals: equal("area", 1.5)}, "2"},
		{"boolean", c, spatial.Query{Equals: equal("open", false)}, "2 4"},
		{"date", c, spatial.Query{Equals: equal("built", day(2))}, "2"},
		{"datetime", c, spatial.Query{Equals: equal("seen", day(2).Add(90*time.Minute))}, "2"},
		{"null", c, spatial.Query{Equals: equal("name", nil)}, "6"},
		{"two", c, spatial.Query{Equals: append(equal("open", true), equal("count", int64(20))...)}, "3"},
		{"instant", c, spatial.Query{Time: &spatial.TimeRange{Start: day(2).Add(90 * time.Minute), End: day(2).Add(90 * time.Minute)}}, "2 6"},
		{"interval", c, spatial.Query{Time: &spatial.TimeRange{Start: day(2), End: day(3)}}, "2 6"},
		{"open start", c, spatial.Query{Time: &spatial.TimeRange{End: day(3)}}, "1 2 6"},
		{"open end", c, spatial.Query{Time: &spatial.TimeRange{Start: day(4)}}, "4 5 6"},
		{"instant within a date", dated, spatial.Query{Time: &spatial.TimeRange{Start: day(2).Add(time.Hour), End: day(2).Add(time.Hour)}}, "2 6"},
		{"interval of dates", dated, spatial.Query{Time: &spatial.TimeRange{Start: day(2), End: day(3)}}, "2 3 6"},
		{"no time field", bare, spatial.Query{Time: &spatial.TimeRange{Start: day(2), End: day(3)}}, "1 2 3"},
		{"box and value", c, spatial.Query{
			BBox:   &spatial.Envelope{SRID: 4326, MinX: 106.605, MinY: 10, MaxX: 107, MaxY: 11},
			Equals: equal("open", true),
		}, "3 5"},
		{"a box of no size", c, spatial.Query{BBox: &spatial.Envelope{SRID: 4326, MinX: 106.61, MinY: 10.9, MaxX: 106.61, MaxY: 10.9}}, "2 6"},
		{"a box of no height", c, spatial.Query{BBox: &spatial.Envelope{SRID: 4326, MinX: 106.61, MinY: 10.9, MaxX: 106.63, MaxY: 10.9}}, "2 3 4 6"},
		{"elsewhere", c, spatial.Query{BBox: elsewhere}, "6"},
		{"elsewhere and time", c, spatial.Query{BBox: elsewhere, Time: &spatial.TimeRange{Start: day(2), End: day(3)}}, "6"},
		{"elsewhere and value", c, spatial.Query{BBox: elsewhere, Equals: equal("open", true)}, ""},
		{"two boxes", c, spatial.Query{BBox: &spatial.Envelope{SRID: 4326, MinX: 106.605, MinY: 10, MaxX: -179, MaxY: 11}}, "2 3 4 5 6"},
		{"elsewhere, all with geometry", solid, spatial.Query{BBox: elsewhere}, ""},
		{"a table without geometry", bare, spatial.Query{BBox: elsewhere}, "1 2 3"},
		{"no geometry in any feature", blank, spatial.Query{BBox: elsewhere}, "1 2 3"},
	} {
		tt.q.Limit = 2
		if got := strings.Join(s.walk(t, tt.c, tt.q), " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		count, err := s.features.Count(t.Context(), tt.c, tt.q)
		if err != nil || count != int64(len(strings.Fields(tt.want))) {
			t.Errorf("%s: count %d, %v", tt.name, count, err)
		}
	}
}

func TestFeaturesAreHidden(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "secret", Visibility: spatial.VisibilityInternal, Features: fixture.Points(3)})
	// A snapshot from before the collection became internal.
	stale := *c
	stale.Visibility = spatial.VisibilityPublic
	nowhere := &spatial.Envelope{SRID: 4326, MinX: 1, MinY: 1, MaxX: 2, MaxY: 2}
	for name, held := range map[string]*spatial.Collection{"fresh": c, "stale": &stale} {
		for _, box := range []*spatial.Envelope{nil, &c.Extent, nowhere} {
			if page, err := s.features.Query(t.Context(), held, spatial.Query{Limit: 1, BBox: box}); spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Errorf("%s query: %+v, %v", name, page, err)
			}
			if n, err := s.features.Count(t.Context(), held, spatial.Query{BBox: box}); spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Errorf("%s count: %d, %v", name, n, err)
			}
		}
		if _, err := s.features.Feature(t.Context(), held, "1", spatial.Access{}); spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("%s feature: %v", name, err)
		}
	}
	if got := s.walk(t, c, spatial.Query{Limit: 5, Access: spatial.Access{Subject: "user:an"}}); len(got) != 3 {
		t.Errorf("a signed-in reader got %v", got)
	}
}

func TestVanishedVersion(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	spec := fixture.Spec{ID: "moving", Features: fixture.Points(2)}
	old := fixture.Collection(t, s.Pool, spec)
	spec.Fields = slices.Clone(fixture.Fields())
	slices.Reverse(spec.Fields)
	spec.SearchField, spec.TimeField, spec.SRID = "name", "seen", 9210
	for i := range spec.Features {
		slices.Reverse(spec.Features[i].Properties)
	}
	fixture.Collection(t, s.Pool, spec)
	if got := s.walk(t, old, spatial.Query{Limit: 5}); len(got) != 2 {
		t.Errorf("the previous version is gone at once: %v", got)
	}
	// Its table is still there and nothing is known of it any more: that falls into the
	// middle of a request.
	forgotten := *old
	forgotten.Version = 99
	if page, err := s.features.Query(t.Context(), &forgotten, spatial.Query{Limit: 5}); err != nil || len(page.Features) != 2 || page.Matched != 2 {
		t.Errorf("a page of a version that is forgotten: %+v, %v", page, err)
	}
	fixture.Collection(t, s.Pool, spec)
	page, err := s.features.Query(t.Context(), old, spatial.Query{Limit: 5, BBox: &spatial.Envelope{
		SRID: 4326, MinX: 106, MinY: 10, MaxX: 107, MaxY: 11,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Features) != 2 || page.Features[0].Geometry.SRID != 9210 || page.Features[0].Properties[0] != "Đường Nguyễn Trãi 1" {
		t.Errorf("page of the replaced version: %+v", page)
	}
	if _, err := s.Pool.Exec(t.Context(), `drop table data.moving_v3 cascade`); err != nil {
		t.Fatal(err)
	}
	now, err := s.Catalogue.Collection("moving", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.features.Query(t.Context(), now, spatial.Query{Limit: 5}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("a table that is gone: %v", err)
	}
}

// The first of several pages tells how many match where that is cheap to count;
// the pages after it do not count again.
func TestFirstPageCounts(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	many := fixture.Collection(t, s.Pool, fixture.Spec{ID: "many", Features: fixture.Points(10_050)})
	extent := many.Extent
	half := extent
	half.MaxY = (extent.MinY + extent.MaxY) / 2
	exact, err := s.features.Count(t.Context(), many, spatial.Query{BBox: &half})
	if err != nil || exact < 1000 || exact > 9000 {
		t.Fatalf("%d, %v", exact, err)
	}
	for _, tt := range []struct {
		name      string
		q         spatial.Query
		want      int64
		estimated bool
	}{
		{"a box", spatial.Query{BBox: &half}, exact, false},
		{"its second page", spatial.Query{BBox: &half, After: &spatial.Position{ID: "5"}}, -1, false},
		{"no filter", spatial.Query{}, 10_050, false},
	} {
		tt.q.Limit = 3
		page, err := s.features.Query(t.Context(), many, tt.q)
		for range 20 { // a busy machine may not count within its 50 ms
			if err != nil || page.Matched == tt.want {
				break
			}
			page, err = s.features.Query(t.Context(), many, tt.q)
		}
		if err != nil || page.Matched != tt.want || page.Estimated != tt.estimated || page.Next == nil {
			t.Errorf("%s: matched %d, want %d, %v", tt.name, page.Matched, tt.want, err)
		}
	}
	page, err := s.features.Query(t.Context(), many, spatial.Query{BBox: &extent, Limit: 3})
	if err != nil || page.Estimated || page.Matched != 10_050 {
		t.Errorf("what was sorted out is counted: %d, %v, %v", page.Matched, page.Estimated, err)
	}
	since := spatial.TimeRange{Start: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	page, err = s.features.Query(t.Context(), many, spatial.Query{Time: &since, Limit: 3})
	if err != nil || !page.Estimated || page.Matched < 5000 || page.Matched > 20_000 {
		t.Errorf("more than are counted: %+v, %v", page, err)
	}
}
