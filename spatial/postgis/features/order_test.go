package features_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/cql"
)

// mixed are features with equal, missing and odd values of every type.
func mixed(n int) []fixture.Feature {
	names := []any{"An", "an", "Ân", "Đông", "", nil, "Z", "ông 'x'"}
	areas := []any{1.5, nil, -0.1, math.Inf(1), 0.1, 1e300, math.NaN(), 2.0}
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	features := make([]fixture.Feature, n)
	for i := range features {
		var built, seen, open, count any
		if i%5 > 0 {
			built, seen = day.AddDate(0, 0, i%4), day.Add(time.Duration(i%7)*time.Microsecond)
		}
		if i%3 > 0 {
			open, count = i%2 == 0, int64(i%6-3)
		}
		features[i] = fixture.Feature{ID: strconv.Itoa(i + 1), WKT: fmt.Sprintf("POINT(%f 10.9)", 106+float64(i)/1000),
			Properties: []any{names[i%len(names)], count, areas[i%7%len(areas)], open, built, seen}}
	}
	return features
}

// TestOrders walks in every order, forwards and backwards, by pages of odd sizes,
// and compares with the same order made here.
func TestOrders(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "orders", Features: mixed(120)})
	everything, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 1000})
	if err != nil || len(everything.Features) != 120 {
		t.Fatal(len(everything.Features), err)
	}
	for _, keys := range []string{"name", "-name", "count", "-count", "area", "-area", "open", "-open", "built", "-built", "seen", "-seen",
		"name,-count", "-name,area", "open,built,-name", "-seen,-area,count"} {
		sort := sortOf(t, c, keys)
		want := sorted(everything.Features, c, sort)
		for _, box := range []*spatial.Envelope{nil, {SRID: 4326, MinX: 100, MinY: 5, MaxX: 110, MaxY: 15}} {
			q := spatial.Query{Sort: sort, Limit: 7, BBox: box}
			if got := s.walk(t, c, q); !slices.Equal(got, want) {
				t.Errorf("%s: forwards\n got %v\nwant %v", keys, got, want)
			}
			if got := s.walkBack(t, c, q); !slices.Equal(got, want) {
				t.Errorf("%s: backwards\n got %v\nwant %v", keys, got, want)
			}
			for _, offset := range []int64{1, 50, 119, 120, 1000} {
				q.Offset = offset
				page, err := s.features.Query(t.Context(), c, q)
				if err != nil || !slices.Equal(idsOf(page), want[min(int(offset), 120):min(int(offset)+7, 120)]) {
					t.Errorf("%s: at %d: %v, %v", keys, offset, idsOf(page), err)
				}
			}
		}
	}
}

// walkBack reads the last page by an offset and goes from there to the start.
func (s store) walkBack(t *testing.T, c *spatial.Collection, q spatial.Query) []string {
	t.Helper()
	last := q
	last.Offset = 115
	page, err := s.features.Query(t.Context(), c, last)
	if err != nil {
		t.Fatal(err)
	}
	ids := idsOf(page)
	for page.Prev != nil {
		q.Before = page.Prev
		if page, err = s.features.Query(t.Context(), c, q); err != nil {
			t.Fatal(err)
		}
		if page.Next == nil {
			t.Error("a page before another has no next")
		}
		ids = append(idsOf(page), ids...)
	}
	return ids
}

func sortOf(t *testing.T, c *spatial.Collection, keys string) []spatial.Sort {
	t.Helper()
	var sort []spatial.Sort
	for name := range strings.SplitSeq(keys, ",") {
		name, descending := strings.CutPrefix(name, "-")
		field, ok := c.Field(name)
		if !ok {
			t.Fatal(name)
		}
		sort = append(sort, spatial.Sort{Field: field, Descending: descending})
	}
	return sort
}

func sorted(features []spatial.Feature, c *spatial.Collection, sort []spatial.Sort) []string {
	features = slices.Clone(features)
	slices.SortFunc(features, func(a, b spatial.Feature) int {
		for _, key := range sort {
			i := slices.IndexFunc(c.Fields, func(f spatial.Field) bool { return f.Name == key.Field.Name })
			x, y := a.Properties[i], b.Properties[i]
			switch {
			case x == nil && y == nil:
				continue
			case x == nil:
				return 1
			case y == nil:
				return -1
			}
			d := compare(x, y)
			if key.Descending {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		i, _ := strconv.Atoi(a.ID)
		j, _ := strconv.Atoi(b.ID)
		if sort[len(sort)-1].Descending {
			i, j = j, i
		}
		return cmp.Compare(i, j)
	})
	var ids []string
	for _, f := range features {
		ids = append(ids, f.ID)
	}
	return ids
}

// compare orders values as PostgreSQL does: NaN above all numbers.
func compare(x, y any) int {
	switch x := x.(type) {
	case string:
		return strings.Compare(x, y.(string))
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		if math.IsNaN(x) != math.IsNaN(y.(float64)) {
			return -cmp.Compare(x, y.(float64))
		}
		return cmp.Compare(x, y.(float64))
	case bool:
		return strings.Compare(strconv.FormatBool(x), strconv.FormatBool(y.(bool)))
	case time.Time:
		return x.Compare(y.(time.Time))
	}
	return 0
}

// TestWalkWhileOthersWrite reads 20,000 features by id and by name while somebody
// changes, adds and deletes others and a second reader reads: what was there all
// along is seen once.
func TestWalkWhileOthersWrite(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "busy", Geometry: spatial.GeometryPoint})
	for _, sql := range []string{
		`insert into data.busy_v1 (id, name, count, recorded_at, changed_by, geom)
		select i, case when i % 10 > 0 then 'Tên ' || (i * 7919) % 20000 end, i % 100, now(), 'test', st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326)
		from generate_series(1, 20000) i`,
		`analyze data.busy_v1`,
	} {
		if _, err := s.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	others.Go(func() { s.disturb(ctx, t) })
	others.Go(func() {
		for ctx.Err() == nil {
			if _, err := s.features.Query(ctx, c, spatial.Query{Limit: 5000, Sort: sortOf(t, c, "-count")}); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	for _, keys := range []string{"", "name", "-count,name"} {
		q := spatial.Query{Limit: 997}
		if keys != "" {
			q.Sort = sortOf(t, c, keys)
		}
		seen := map[string]int{}
		for _, id := range s.walk(t, c, q) {
			seen[id]++
		}
		for i := 1; i <= 20000; i++ {
			id := strconv.Itoa(i)
			if i%50 > 0 && seen[id] != 1 {
				t.Fatalf("%q: feature %s is seen %d times", keys, id, seen[id])
			}
		}
	}
	stop()
	others.Wait()
}

// disturb moves every fiftieth feature through the order, deletes it and puts it
// back, and adds new ones.
func (s store) disturb(ctx context.Context, t *testing.T) {
	for round := 0; ctx.Err() == nil; round++ {
		for _, sql := range []string{
			`update data.busy_v1 set name = 'Đổi ' || $1::int, count = ($1::int * 31 + id) % 100 where id <= 20000 and id % 50 = 0`,
			`with gone as (delete from data.busy_v1 where id <= 20000 and id % 50 = 0 and id % 3 = $1::int % 3 returning *) select count(*) from gone`,
			`insert into data.busy_v1 (id, name, count, recorded_at, changed_by)
			select i, 'Mới ' || i, $1::int % 100, now(), 'test' from generate_series(1, 20050) i
			where i % 50 = 0 and not exists (select from data.busy_v1 b where b.id = i)`,
		} {
			if _, err := s.Pool.Exec(ctx, sql, round); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	}
}

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

// A selective filter on geometry in a large collection does not walk the ids, nor
// the order.
func TestSpatialFilterUsesItsIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "plan", SRID: 9210, Geometry: spatial.GeometryPoint, Features: fixture.Points(10)})
	for _, sql := range []string{
		`insert into data.plan_v1 (id, name, count, recorded_at, changed_by, geom)
		select i, 'Tên ' || i, i, now(), 'test', st_setsrid(st_makepoint(550000 + i % 300 * 100, 1190000 + i / 300 * 100), 9210)
		from generate_series(100, 30000) i`,
		`create index on data.plan_v1 (count, id)`,
		`analyze data.plan_v1`,
		`update gisd.collection_version set min_lon = 106, min_lat = 10.5, max_lon = 107, max_lat = 11.5, feature_count = 29911`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := s.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("plan", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{
		"S_INTERSECTS(geometry, BBOX(106.21, 10.77, 106.22, 10.78))",
		"count > 5 AND S_WITHIN(geometry, POLYGON((106.21 10.77, 106.22 10.77, 106.22 10.78, 106.21 10.77)))",
		"DWITHIN(geometry, POINT(106.21 10.77), 300)",
	} {
		n, err := cql.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, sort := range [][]spatial.Sort{nil, sortOf(t, c, "count")} {
			q := spatial.Query{Limit: 3, Filter: n, Sort: sort}
			plan, err := s.features.ExplainBox(t.Context(), c, q)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(plan, "plan_v1_geom_idx") || strings.Contains(plan, "plan_v1_pkey") || strings.Contains(plan, "plan_v1_count_id_idx") {
				t.Errorf("%s does not use the index on geometry alone:\n%s", filter, plan)
			}
			count, err := s.features.Count(t.Context(), c, q)
			if got := s.walk(t, c, q); err != nil || len(got) == 0 || int64(len(got)) != count {
				t.Errorf("%s: %d features of %d, %v", filter, len(got), count, err)
			}
		}
	}
}

// A name is found whatever its diacritics, and one term of several suffices.
func TestNames(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var features []fixture.Feature
	for i, name := range []any{"Đường Nguyễn Trãi", "Đường Lê Lợi", "Chợ Nguyễn", nil, "đại lộ Bình Dương"} {
		features = append(features, fixture.Feature{ID: strconv.Itoa(i + 1), Properties: []any{name}})
	}
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "names", Features: features})
	for _, tt := range []struct {
		terms []string
		want  string
	}{
		{[]string{"nguyen"}, "1 3"}, {[]string{"Nguyễn trãi"}, "1"}, {[]string{"trai nguyen"}, "1"},
		{[]string{"cho", "le loi"}, "2 3"}, {[]string{"DAI LO"}, "5"}, {[]string{"xyz"}, ""},
	} {
		if got := strings.Join(s.walk(t, c, spatial.Query{Limit: 1, Names: tt.terms}), " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.terms, got, tt.want)
		}
	}
	if _, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 1, Names: []string{"…"}}); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("marks alone: %v", err)
	}
}

// Functions of filters, and geometries that are simplified or left out.
func TestFunctionsAndGeometry(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, srid := range []spatial.SRID{4326, 9210} {
		c := fixture.Collection(t, s.Pool, fixture.Spec{ID: fmt.Sprintf("shapes%d", srid), SRID: srid, Features: []fixture.Feature{
			{ID: "1", WKT: "POLYGON((106.6 11, 106.601 11, 106.601 11.001, 106.6005 11.00100001, 106.6 11.001, 106.6 11))", Properties: []any{"Ấp Một", -5, 2.5, nil, day, day.Add(time.Hour)}},
			{ID: "2", WKT: "LINESTRING(106.6 11, 106.6 11.01)", Properties: []any{"ấp hai", 7, -2.4, nil, day.AddDate(1, 1, 0), nil}},
		}})
		for filter, want := range map[string]string{
			"abs(count) = 5":                                   "1",
			"round(area) = -2 AND floor(area) = -3":            "2",
			"ceil(area) = 3":                                   "1",
			"upper(name) = 'ẤP HAI'":                           "2",
			"lower(name) = 'ấp một'":                           "1",
			"char_length(name) = 6":                            "1 2",
			"year(built) = 2026 AND month(built) = 8":          "2",
			"month(seen) = 7":                                  "1",
			"now() > TIMESTAMP('2020-01-01T00:00:00Z')":        "1 2",
			"area(geometry) BETWEEN 12000 AND 12200":           "1",
			"length(geometry) BETWEEN 1105 AND 1107":           "2",
			"dwithin(geometry, POINT(106.602 11), 150)":        "1",
			"distance(geometry, POINT(106.602 11)) > 150":      "2",
			"NOT DWITHIN(geometry, POINT(106.602 11), 150)":    "2",
			"Year(TIMESTAMP('2024-12-31T23:59:59Z')) = 2024.0": "1 2",
		} {
			n, err := cql.Parse(filter)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.walk(t, c, spatial.Query{Limit: 5, Filter: n}), " "); got != want {
				t.Errorf("%s in %d: %s, want %s", filter, srid, got, want)
			}
		}
		for _, tt := range []struct {
			q     spatial.Query
			bytes int
		}{
			{spatial.Query{Limit: 1}, 9 + 4 + 4 + 6*16}, {spatial.Query{Limit: 1, ToleranceMeters: 0.5}, 9 + 4 + 4 + 5*16}, {spatial.Query{Limit: 1, WithoutGeometry: true}, 0},
		} {
			page, err := s.features.Query(t.Context(), c, tt.q)
			if err != nil || len(page.Features[0].Geometry.EWKB) != tt.bytes {
				t.Errorf("%d: %d bytes of geometry, want %d, %v", srid, len(page.Features[0].Geometry.EWKB), tt.bytes, err)
			}
		}
	}
}
