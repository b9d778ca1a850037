package features_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis/features"
)

// The west of the fixture's polygons is the area of the role "west", with all of
// column 5's border inside: polygons of the columns 0 to 4 lie there.
const west = "MULTIPOLYGON(((106.59 10.89,106.65 10.89,106.65 11,106.59 11,106.59 10.89)))"

var (
	westEditor = spatial.Access{Subject: "user:tay", Roles: []spatial.Role{spatial.RoleEditor, "west"}, Department: "qh"}
	// Its point on surface lies at 106.648, in the west; most of it in the east.
	crossing = fixture.Feature{ID: "100", WKT: "POLYGON((106.646 10.95,106.690 10.95,106.690 10.951,106.650 10.951,106.650 10.960,106.646 10.960,106.646 10.95))", Properties: []any{"Qua ranh giới", int64(1)}}
	nowhere  = fixture.Feature{ID: "101", Properties: []any{"Không hình", int64(2)}}
)

func limitedFixture(t *testing.T, srid spatial.SRID) (store, *spatial.Collection) {
	t.Helper()
	s := newStore(t)
	watched(t, s, fixture.Spec{ID: "lots", Department: "qh", SRID: srid, Visibility: spatial.VisibilityInternal,
		Features: append(fixture.Polygons(30), crossing, nowhere)})
	fixture.Limit{Role: "west", Area: west}.Store(t, s.Pool)
	fixture.Limit{Role: "west", Collection: "lots", Hide: []string{"count"}}.Store(t, s.Pool)
	return s, s.as(t, westEditor)
}

// as is the collection as somebody sees it now.
func (s store) as(t *testing.T, a spatial.Access) *spatial.Collection {
	t.Helper()
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("lots", a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func westernIDs() (ids []string) {
	for i, f := range fixture.Polygons(30) {
		if i%10 < 5 {
			ids = append(ids, f.ID)
		}
	}
	return append(ids, "100")
}

func TestLimitedReading(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{4326, 9210} {
		s, c := limitedFixture(t, srid)
		want := westernIDs()
		sorted := slices.Sorted(slices.Values(want))
		if !c.Limits.Rows() || !c.Limits.Columns() || c.FeatureCount != -1 || c.Extent.MaxX > 106.6501 {
			t.Fatalf("%v: as handed out: %+v", srid, c)
		}
		if got := s.walk(t, c, spatial.Query{Access: westEditor, Limit: 4}); cmp.Diff(sorted, slices.Sorted(slices.Values(got))) != "" {
			t.Errorf("%v: walk: %v", srid, got)
		}
		if got := s.walk(t, c, spatial.Query{Access: westEditor, Limit: 4, Sort: sortOf(t, c, "-name")}); len(got) != len(want) {
			t.Errorf("%v: by name: %v", srid, got)
		}
		if rest, err := s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 100, Offset: 10}); err != nil || len(rest.Features) != len(want)-10 {
			t.Errorf("%v: behind the tenth: %v, %v", srid, rest, err)
		}
		page, err := s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 3})
		if err != nil || page.Matched != int64(len(want)) || page.Estimated {
			t.Errorf("%v: %d matched, %v", srid, page.Matched, err)
		}
		box := spatial.Envelope{SRID: 4326, MinX: 106.68, MinY: 10.90, MaxX: 106.7, MaxY: 10.96}
		if got := s.walk(t, c, spatial.Query{Access: westEditor, Limit: 10, BBox: &box}); cmp.Diff([]string{"100"}, got) != "" {
			t.Errorf("%v: a box beyond the area: %v", srid, got)
		}
		if n, err := s.features.Count(t.Context(), c, spatial.Query{Access: westEditor}); err != nil || n != int64(len(want)) {
			t.Errorf("%v: counted %d, %v", srid, n, err)
		}
		for id, seen := range map[string]bool{"1": true, "6": false, "100": true, "101": false} {
			_, err := s.features.Feature(t.Context(), c, id, westEditor)
			if (err == nil) != seen || err != nil && spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Errorf("%v: feature %s: %v", srid, id, err)
			}
		}
		src, header, err := s.features.Export(t.Context(), c, features.ExportOptions{Query: spatial.Query{Access: westEditor}})
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, src); len(got) != len(want) || header.Count != -1 || len(header.Fields) != len(fixture.Fields())-1 {
			t.Errorf("%v: export of %d, header %+v", srid, len(got), header)
		}
	}
}

// A small area in a large collection is found by the index on geometry, with its
// arguments planned for, whatever the order.
func TestLimitsUseTheIndex(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "lots", SRID: 9210, Geometry: spatial.GeometryPoint, Features: fixture.Points(10)})
	for _, statement := range []string{
		`insert into data.lots_v1 (id, name, recorded_at, changed_by, geom)
		select i, 'Tên ' || i, now(), 'test', st_setsrid(st_makepoint(550000 + i % 300 * 100, 1190000 + i / 300 * 100), 9210)
		from generate_series(100, 30000) i`,
		`analyze data.lots_v1`,
		`update gisd.collection_version set min_lon = 106, min_lat = 10.5, max_lon = 107, max_lat = 11.5, feature_count = 29911`,
		`update gisd.collection set updated_at = now()`,
	} {
		run(t, s.Pool, statement)
	}
	fixture.Limit{Role: "west", Area: "MULTIPOLYGON(((106.21 10.77,106.22 10.77,106.22 10.78,106.21 10.78,106.21 10.77)))"}.Store(t, s.Pool)
	c := s.as(t, westEditor)
	for _, q := range []spatial.Query{{}, {Sort: sortOf(t, c, "name")}, {After: &spatial.Position{ID: "5"}}} {
		q.Access, q.Limit = westEditor, 10
		plan, err := s.features.ExplainBox(t.Context(), c, q)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "lots_v1_geom_idx") || strings.Contains(plan, "lots_v1_pkey") {
			t.Errorf("%+v does not use the index on geometry alone:\n%s", q, plan)
		}
	}
	page, err := s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 1000})
	if err != nil || page.Matched != int64(len(page.Features)) || page.Matched < 50 {
		t.Errorf("%d of %d, %v", len(page.Features), page.Matched, err)
	}

	// Of a triangle the planner knows the box alone; too many are there to sort them out.
	run(t, s.Pool, `update gisd.collection_version set feature_count = 60000`)
	fixture.Limit{Role: "west", Area: "MULTIPOLYGON(((106.2 10.75,106.49 10.75,106.49 10.86,106.2 10.75)))"}.Store(t, s.Pool)
	c = s.as(t, westEditor)
	n, err := s.features.Count(t.Context(), c, spatial.Query{Access: westEditor})
	if err != nil {
		t.Fatal(err)
	}
	page, err = s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 10})
	if err != nil || !page.Estimated || page.Matched < n*3/4 || page.Matched > n*5/4 {
		t.Errorf("%d estimated for %d, %v", page.Matched, n, err)
	}
}

func TestLimitedColumnsHaveNoName(t *testing.T) {
	t.Parallel()
	s, c := limitedFixture(t, 4326)
	whole := c.Whole()
	count, _ := whole.Field("count")
	condition, err := cql.Parse("count > 1")
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]spatial.Query{
		"sort": {Sort: []spatial.Sort{{Field: count}}}, "filter": {Filter: condition},
		"value": {Equals: []spatial.Equal{{Field: count, Value: int64(10)}}}, "property": {Fields: []string{"count"}},
	} {
		q.Access, q.Limit = westEditor, 1
		if _, err := s.features.Query(t.Context(), c, q); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever holds a collection that was handed out to others, or before their limits
// were others, gets nothing of it.
func TestLimitsAreThoseOfNow(t *testing.T) {
	t.Parallel()
	s, c := limitedFixture(t, 4326)
	all := s.as(t, spatial.SystemAccess("test"))
	if _, err := s.features.Query(t.Context(), all, spatial.Query{Access: westEditor, Limit: 10}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("as admins see it: %v", err)
	}
	if _, err := s.features.Feature(t.Context(), all, "6", westEditor); err == nil {
		t.Error("a feature as admins see it")
	}
	if _, err := s.features.Update(t.Context(), all, "6", westEditor, func(*spatial.Feature) (spatial.Edit, error) { return spatial.Edit{}, nil }); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("an edit: %v", err)
	}
	if _, err := s.features.Changes(t.Context(), all, westEditor, 0, 10); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("changes: %v", err)
	}
	fixture.Limit{Role: "west", Area: west, Hide: []string{"name"}}.Store(t, s.Pool)
	if _, err := s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 10}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("under another rule: %v", err)
	}
	c, err := s.Catalogue.Collection("lots", westEditor) // reading told it
	if err != nil {
		t.Fatal(err)
	}
	if page, err := s.features.Query(t.Context(), c, spatial.Query{Access: westEditor, Limit: 100}); err != nil || len(page.Features) != len(westernIDs()) {
		t.Errorf("the next try: %v", err)
	}
}

func TestLimitedEditing(t *testing.T) {
	t.Parallel()
	s, c := limitedFixture(t, 4326)
	square := func(x float64) spatial.Edit {
		return spatial.Edit{Properties: map[int]any{0: "mới"}, Geometry: pointAt(t, 4326, x, 10.95), SetsGeometry: true}
	}
	change := func(id string, edit spatial.Edit) error {
		_, err := s.features.Update(t.Context(), c, id, westEditor, func(*spatial.Feature) (spatial.Edit, error) { return edit, nil })
		return err
	}
	for name, test := range map[string]struct {
		err  error
		want spatial.Code
	}{
		"changes what is elsewhere":   {change("6", spatial.Edit{Properties: map[int]any{0: "x"}}), spatial.CodeNotFound},
		"takes it away":               {s.features.Delete(t.Context(), c, "6", westEditor, keep), spatial.CodeNotFound},
		"moves its own away":          {change("1", square(106.68)), spatial.CodeForbidden},
		"takes the geometry away":     {change("1", spatial.Edit{SetsGeometry: true}), spatial.CodeForbidden},
		"moves its own within":        {change("1", square(106.61)), ""},
		"changes one that reaches on": {change("100", spatial.Edit{Properties: map[int]any{0: "x"}}), ""},
	} {
		if got := spatial.CodeOf(test.err); test.err == nil && test.want != "" || test.err != nil && got != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
	insert := func(edits ...spatial.Edit) error {
		_, err := s.features.Insert(t.Context(), c, westEditor, edits)
		return err
	}
	if err := insert(square(106.62), square(106.67)); spatial.CodeOf(err) != spatial.CodeForbidden {
		t.Errorf("adds elsewhere: %v", err)
	}
	if err := insert(square(106.62)); err != nil {
		t.Errorf("adds within: %v", err)
	}
	whole := s.as(t, spatial.SystemAccess("test"))
	f, err := s.features.Feature(t.Context(), whole, "1", spatial.SystemAccess("test"))
	if err != nil || f.Properties[0] != "mới" || f.Properties[1] != int64(0) {
		t.Errorf("hidden columns stay as they are: %+v, %v", f, err)
	}
}

func TestLimitedChanges(t *testing.T) {
	t.Parallel()
	for _, kind := range []spatial.IDKind{spatial.IDInteger, spatial.IDText} {
		s := newStore(t)
		watched(t, s, fixture.Spec{ID: "lots", Department: "qh", IDKind: kind, Features: fixture.Polygons(10)})
		fixture.Limit{Role: "west", Area: west, Hide: []string{"count"}}.Store(t, s.Pool)
		c := s.as(t, westEditor)
		begin, err := s.features.Changes(t.Context(), c, westEditor, 0, 10)
		if err != nil || len(begin.List) != 1 || begin.List[0].Kind != spatial.ChangeReload {
			t.Fatalf("begins with %+v, %v", begin, err)
		}
		for _, statement := range []string{
			`update layers.lots set name = 'a' where id = '1'`, `update layers.lots set name = 'b' where id = '6'`, // in, out
			`update layers.lots set geom = st_translate(geom, 0.05, 0) where id = '2'`,  // leaves
			`update layers.lots set geom = st_translate(geom, -0.05, 0) where id = '7'`, // comes
			`update layers.lots set name = 'c' where id = '2'`, `update layers.lots set name = 'd' where id = '7'`,
			`delete from layers.lots where id = '3'`, `delete from layers.lots where id = '8'`,
			`delete from layers.lots where id = '7'`,
		} {
			run(t, s.Pool, statement)
		}
		page, err := s.features.Changes(t.Context(), c, westEditor, begin.Position, 20)
		if err != nil {
			t.Fatal(err)
		}
		var got []seenChange
		for _, ch := range page.List {
			got = append(got, seenChange{Kind: ch.Kind, ID: ch.ID, Present: ch.Feature != nil})
			if ch.Feature != nil && len(ch.Feature.Properties) != len(fixture.Fields())-1 {
				t.Errorf("%d properties", len(ch.Feature.Properties))
			}
		}
		want := []seenChange{
			{Kind: spatial.ChangeUpdate, ID: "1", Present: true}, {Kind: spatial.ChangeDelete, ID: "2"},
			{Kind: spatial.ChangeInsert, ID: "7"}, {Kind: spatial.ChangeUpdate, ID: "7"},
			{Kind: spatial.ChangeDelete, ID: "3"}, {Kind: spatial.ChangeDelete, ID: "7"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s ids:\n%s", kind, diff)
		}
	}
}
