package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What changes something is refused to those who may not, whatever the address.
func TestChangesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	callers := w.callers(t)
	device := `{"id":"new","kind":"bus","name":"new"}`
	replace := `{"url":"http://127.0.0.1:1/a.zip","collection":"walk_public","mode":"replace"}`
	feature := func(lon float64) string {
		return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%g,11.05]},"properties":{"name":"mới"}}`, lon)
	}
	position := `{"device":"walk_internal","lon":106.65,"lat":11.05}`
	for _, test := range []struct {
		name, target, body string
		want               int
	}{
		{"anonymous", "/live/devices", device, 401},
		{"viewer", "/live/devices", device, 403},
		{"editor", "/live/devices", device, 403},
		{"operator", "/live/devices", device, 200},
		{"operator by address", "/live/devices", device, 403},
		{"operator by session", "/live/devices", device, 403}, // without the CSRF token
		{"device", "/live/devices", device, 403},
		{"anonymous", "/live/positions", position, 401},
		{"viewer", "/live/positions", position, 403},
		{"admin by address", "/live/positions", position, 403},
		{"operator", "/live/positions", position, 202},
		{"operator", "/live/positions", `{"device":"walk_internal","lon":106.65,"lat":95}`, 400},
		{"anonymous", "/imports", replace, 401},
		{"viewer", "/imports", replace, 403},
		{"operator", "/imports", replace, 403},
		{"device", "/imports", replace, 403},
		{"editor elsewhere", "/imports", replace, 403},
		{"editor by session", "/imports", replace, 403}, // without the CSRF token
		{"admin by address", "/imports", replace, 403},
		{"editor", "/imports", `{"url":"a","collection":"walk_public","mode":"replace"}`, 400},
		{"limited editor", "/imports", replace, 403}, // it would replace what they do not see
		{"limited editor", "/ogc/collections/walk_public/items", feature(106.66), 403},
		{"limited editor", "/ogc/collections/walk_public/items", feature(106.65), 201},
		{"limited editor", "/ogc/collections/walk_public/items", strings.Replace(feature(106.65), "name", "hidden_owner", 1), 400},
		{"editor", "/imports", replace, 202},
		{"viewer by session", "/auth/logout", "", 403},
		{"anonymous", "/auth/logout", "", 204},
	} {
		req := w.request(t, "POST", test.target, test.body)
		req.Header.Set("Content-Type", "application/json")
		callers[test.name](req)
		res := w.do(t, req)
		if res.status != test.want {
			t.Errorf("%s: %s: %d, want %d: %s", test.name, test.target, res.status, test.want, res.body)
		}
		w.checkDocument(t, test.name+" "+test.target, "POST", strings.Replace(test.target, "walk_public", ":collection", 1), res)
	}
}

// Bad credentials are refused on every address, public data too.
func TestBadCredentialsAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	for _, route := range w.readRoutes() {
		for _, address := range targets[route.Path] {
			address = strings.ReplaceAll(address, "{id}", "walk_public")
			header := w.request(t, "GET", address, "")
			header.Header.Set("Authorization", "Bearer gisd_nonsense")
			query := w.request(t, "GET", address, "")
			values := query.URL.Query()
			values.Set("key", "gisd_nonsense")
			query.URL.RawQuery = values.Encode()
			for _, req := range []*http.Request{header, query} {
				res := w.do(t, req)
				if res.status != http.StatusUnauthorized {
					t.Errorf("%s: %d %.200s", address, res.status, res.body)
				}
				w.checkDocument(t, address, "GET", route.Path, res)
			}
		}
	}
}
