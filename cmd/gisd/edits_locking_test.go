package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"gisd/internal/fixture"
)

// Both kinds of locking (/conf/optimistic-locking-etags, -timestamps): a change that
// builds on another state than the one that is there is refused, and says what is.
func TestLocking(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	for _, test := range []struct{ method, body, contentType string }{
		{"PUT", putBody, geoJSON}, {"PATCH", patchBody, mergePatch}, {"DELETE", "", ""},
	} {
		send := func(header ...string) answer {
			return e.send(test.method, "/items/B.2", test.body, append(header, "Content-Type", test.contentType)...)
		}
		before := e.want(e.send("GET", "/items/B.2", ""), 200, "read")
		tag, modified := before.header.Get("ETag"), before.header.Get("Last-Modified")
		at, err := http.ParseTime(modified)
		if err != nil || strings.HasPrefix(tag, "W/") || !strings.HasPrefix(tag, `"`) {
			t.Fatalf("%s %s: %v", tag, modified, err)
		}
		res := e.want(send("If-Match", `"0"`), 412, test.method+" of another state")
		var problem struct {
			Detail  string
			Current struct {
				ETag, ChangedBy string
				Revision        int
				ChangedAt       time.Time
			}
		}
		if err := json.Unmarshal([]byte(res.body), &problem); err != nil {
			t.Fatal(err)
		}
		if c := problem.Current; !strings.HasPrefix(tag, strings.TrimSuffix(c.ETag, `"`)) || c.Revision == 0 || c.ChangedBy == "" || !strings.Contains(problem.Detail, c.ChangedBy) {
			t.Errorf("the conflict does not tell the other version: %s", res.body)
		}
		e.want(send("If-Unmodified-Since", at.Add(-24*time.Hour).Format(http.TimeFormat)), 412, test.method+" since yesterday")
		e.want(send("If-None-Match", "*"), 412, test.method+" of what must not be there")
		e.want(send("If-Match", `"a", "b"`, "If-Unmodified-Since", at.Format(http.TimeFormat)), 412, test.method+": a tag comes before a time")
		if after := e.send("GET", "/items/B.2", ""); after.body != before.body {
			t.Errorf("%s: what was refused was done", test.method)
		}
		e.want(e.send("GET", "/items/B.2", "", "If-None-Match", tag), 304, "unchanged")
		if test.method == "DELETE" {
			e.want(send("If-Match", problem.Current.ETag), 204, "delete by the tag of the problem")
			continue
		}
		res = e.want(send("If-Match", `"x", `+tag), 204, test.method+" by tag")
		second := res.header.Get("ETag")
		if second == "" || strings.HasPrefix(tag, strings.TrimSuffix(second, `"`)) || res.header.Get("Last-Modified") == "" {
			t.Errorf("%s: %v", test.method, res.header)
		}
		e.want(send("If-Match", tag), 412, test.method+" of the state before")
		e.want(e.send("PATCH", "/items/B.2", `{"properties":{"height":3}}`, "Content-Type", mergePatch, "If-Match", "W/"+second), 204, "a tag that a proxy weakened")
		res = e.send("GET", "/items/B.2", "", "Accept-Language", "en", "Accept", "application/fg+json")
		e.want(send("If-Match", res.header.Get("ETag")), 204, test.method+" by the tag of another representation")
		res = e.send("GET", "/items/B.2", "")
		e.want(send("If-Unmodified-Since", res.header.Get("Last-Modified")), 204, test.method+" by time")
		e.want(send("If-Match", "*"), 204, test.method+" of any state")
		e.want(send(), 204, test.method+" of whatever is there")
	}
}

// Where the collection requires it, a change names the state it builds on.
func TestLockingRequired(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	e.exec(t, `update gisd.collection set locking = 'required', updated_at = clock_timestamp() where id = 'buildings'`)
	e.await("the setting", func() bool {
		return e.send("PATCH", "/items/B.2", `{"properties":{"height":3}}`, "Content-Type", mergePatch).status == 428
	})
	e.want(e.send("PUT", "/items/B.2", putBody, "Content-Type", geoJSON), 428, "replace")
	e.want(e.send("DELETE", "/items/B.2", ""), 428, "delete")
	e.want(e.send("DELETE", "/items/B.2", "", "If-Unmodified-Since", "yesterday"), 428, "a time that is none")
	e.want(e.send("DELETE", "/items/B.900", ""), 404, "delete nothing")
	e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 201, "create")
	tag := e.send("GET", "/items/B.2", "").header.Get("ETag")
	e.want(e.send("DELETE", "/items/B.2", "", "If-Match", tag), 204, "delete by tag")
}

// Of many who build on one state, one wins.
func TestLockingSideBySide(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	tag := e.send("GET", "/items/B.2", "").header.Get("ETag")
	const many = 8
	statuses := make(chan int, many)
	for range many {
		go func() {
			req, err := http.NewRequestWithContext(t.Context(), "PATCH", e.site.URL+e.base+"/items/B.2", strings.NewReader(`{"properties":{"height":3}}`))
			if err != nil {
				statuses <- 0
				return
			}
			e.call(req)
			req.Header.Set("Content-Type", mergePatch)
			req.Header.Set("If-Match", tag)
			res, err := e.site.Client().Do(req)
			if err != nil {
				statuses <- 0
				return
			}
			statuses <- res.StatusCode
			_ = res.Body.Close()
		}()
	}
	got := map[int]int{}
	for range many {
		got[<-statuses]++
	}
	if got[204] != 1 || got[412] != many-1 {
		t.Errorf("%v", got)
	}
}

// The id comes from a property where the collection says so, and is never given twice.
func TestEditsWithIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	e := newEditor(t, func(s *fixture.Spec) {
		s.Features = []fixture.Feature{{ID: "City Hall", WKT: "POINT(106.7 11.4)", Properties: []any{"City Hall", "public"}}}
		s.Geometry = "Geometry"
	})
	e.exec(t, `update gisd.collection_version set id_field = 'name', id_source = 'field' where collection_id = 'buildings'`)
	e.exec(t, `update gisd.collection set updated_at = clock_timestamp() where id = 'buildings'`)
	e.await("the id", func() bool { return strings.Contains(e.send("GET", "/schema", "").body, `"x-ogc-role":"id"`) })
	location := e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 201, "create").header.Get("Location")
	if !strings.HasSuffix(location, "/items/New%20Warehouse") {
		t.Error(location)
	}
	res := e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 409, "create again")
	if !strings.Contains(res.body, `"current":{"id":"New Warehouse"`) || !strings.Contains(res.body, `"etag":"`) {
		t.Errorf("the conflict does not tell the other version: %s", res.body)
	}
	e.want(e.send("POST", "/items", strings.Replace(newBody, `"name":"New Warehouse",`, "", 1), "Content-Type", geoJSON), 400, "no id")
	e.want(e.send("PATCH", location, `{"properties":{"name":"x"}}`, "Content-Type", mergePatch), 400, "another id")
	e.want(e.send("PUT", location, putBody, "Content-Type", geoJSON), 400, "another id")
	e.want(e.send("PATCH", location, `{"properties":{"name":"New Warehouse","height":1}}`, "Content-Type", mergePatch), 204, "the same id")

	// PUT makes what is not there, under the id that the caller gives.
	nameless := strings.Replace(newBody, `"name":"New Warehouse",`, "", 1)
	e.want(e.send("PUT", "/items/Mill", nameless, "Content-Type", geoJSON, "If-Match", "*"), 412, "only where there is one")
	created := e.want(e.send("PUT", "/items/Mill", nameless, "Content-Type", geoJSON, "If-None-Match", "*"), 201, "create by PUT")
	if !strings.HasSuffix(created.header.Get("Location"), "/items/Mill") || e.feature("/items/Mill").Properties["name"] != "Mill" {
		t.Errorf("created: %v", created.header)
	}
	e.want(e.send("PUT", "/items/Mill", nameless, "Content-Type", geoJSON, "If-None-Match", "*"), 412, "only where there is none")
	e.want(e.send("PUT", "/items/Mill", nameless, "Content-Type", geoJSON), 204, "replace")
	e.want(e.send("PUT", "/items/Other", newBody, "Content-Type", geoJSON), 400, "create under another id")
}
