package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
)

// TestPagesWhileOthersWrite follows the links of a whole server, in every way
// there is, while somebody writes and a second reader reads: what was there all
// along comes once.
func TestPagesWhileOthersWrite(t *testing.T) {
	t.Parallel()
	address := testdb.URL(t)
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const features = 12_000
	fixture.Collection(t, pool, fixture.Spec{ID: "busy", Geometry: spatial.GeometryPoint})
	for _, sql := range []string{
		`insert into data.busy_v1 (id, name, count, recorded_at, changed_by, geom)
		select i, case when i % 10 > 0 then 'Tên ' || (i * 7919) % 12000 end, i % 100, now(), 'test', st_setsrid(st_makepoint(106 + i * 0.00005, 10.9), 4326)
		from generate_series(1, 12000) i`,
		`analyze data.busy_v1`,
		`select gisd.watch_edits('busy_v1')`,
		`update gisd.collection_version set feature_count = 12000, min_lon = 106, min_lat = 10, max_lon = 107, max_lat = 11`,
		`update gisd.collection set updated_at = now()`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	site := publicSite(t, address)
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	others.Go(func() { disturb(ctx, t, pool) })
	others.Go(func() {
		for ctx.Err() == nil {
			pageAt(t, site, site.URL+"/ogc/collections/busy/items?limit=3000&sortby=-count")
		}
	})
	for _, query := range []string{"limit=1999", "limit=1999&sortby=name", "limit=3001&sortby=-count,name", "limit=2500&bbox=105,10,107,11",
		"limit=2500&filter=" + url.QueryEscape("count >= 0"), "offset=0&limit=1999", "offset=0&limit=2999&sortby=name"} {
		seen := map[string]int{}
		at := site.URL + "/ogc/collections/busy/items?f=json&" + query
		for offset := 0; at != ""; {
			page := pageAt(t, site, at)
			for _, f := range page.Features {
				seen[f.ID]++
			}
			at = page.link("next")
			if offset += len(page.Features); strings.HasPrefix(query, "offset") && at != "" {
				at = site.URL + "/ogc/collections/busy/items?f=json&" + strings.Replace(query, "offset=0", "offset="+strconv.Itoa(offset), 1)
			}
		}
		for i := 1; i <= features; i++ {
			if id := strconv.Itoa(i); i%50 > 0 && seen[id] != 1 {
				t.Errorf("%s: feature %s is seen %d times", query, id, seen[id])
				break
			}
		}
	}
	stop()
	others.Wait()
	var want int
	if err := pool.QueryRow(t.Context(), `select count(*) from data.busy_v1`).Scan(&want); err != nil {
		t.Fatal(err)
	}
	if got := pageAt(t, site, site.URL+"/ogc/collections/busy/items?limit=1").NumberMatched; got != want {
		t.Errorf("numberMatched %d, want %d", got, want)
	}
}

// disturb moves every fiftieth feature through the order, deletes it and puts it
// back.
func disturb(ctx context.Context, t *testing.T, pool *pgxpool.Pool) {
	for round := 0; ctx.Err() == nil; round++ {
		for _, sql := range []string{
			`update data.busy_v1 set name = 'Đổi ' || $1::int, count = ($1::int * 31 + id) % 100 where id % 50 = 0`,
			`delete from data.busy_v1 where id % 50 = 0 and id % 3 = $1::int % 3`,
			`insert into data.busy_v1 (id, name, count)
			select i, 'Mới ' || i, $1::int % 100 from generate_series(50, 12000, 50) i
			where i % 2 = $1::int % 2 and not exists (select from data.busy_v1 b where b.id = i)`,
		} {
			if _, err := pool.Exec(ctx, sql, round); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	}
}

type itemsPage struct {
	NumberMatched int
	Features      []struct{ ID string }
	Links         []struct{ Rel, Href string }
}

func (p itemsPage) link(rel string) string {
	for _, l := range p.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func pageAt(t *testing.T, site *httptest.Server, address string) (page itemsPage) {
	t.Helper()
	res, err := site.Client().Get(address)
	if err != nil {
		t.Error(err)
		return page
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", address, res.Status, err)
	}
	return page
}

// A link belongs to who got it, whatever the credentials that it is followed
// with.
func TestLinksOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	callers := w.callers(t)
	for _, name := range []string{"anonymous", "viewer", "admin", "viewer by address", "viewer by session"} {
		req := w.request(t, "GET", "/ogc/collections/walk_public/items?limit=1&sortby=name", "")
		callers[name](req)
		var page itemsPage
		if err := json.Unmarshal([]byte(w.do(t, req).body), &page); err != nil || page.link("next") == "" {
			t.Fatalf("%s: %+v, %v", name, page, err)
		}
		next, err := url.Parse(page.link("next"))
		if err != nil {
			t.Fatal(err)
		}
		query := next.Query()
		query.Del("key")
		for other, identify := range callers {
			req := w.request(t, "GET", next.Path+"?"+query.Encode(), "")
			identify(req)
			res := w.do(t, req)
			same := other == name || strings.TrimSuffix(other, " by address") == strings.TrimSuffix(name, " by address") // one key
			if want := map[bool]int{true: 200, false: 400}[same]; res.status != want {
				t.Error(fmt.Sprintf("%s follows the link of %s: %d, want %d: ", other, name, res.status, want), res.body)
			}
		}
	}
}
