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
	"gisd/internal/testdata"
	"gisd/spatial"
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
	testdata.SkipUnderRace(t)
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
