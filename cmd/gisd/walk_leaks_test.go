package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gisd/internal/testdata"
)

// TestNothingLeaks has every caller ask for every address, of what they may read and
// of what they may not.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	callers := w.callers(t)
	for name, readable := range mayRead {
		if callers[name] == nil {
			t.Fatalf("there is no caller %q", name)
		}
		if testdata.Raced && name != "viewer by session" && name != "limited" {
			continue // one who signed in and one with a limit ask every route; make test has the others
		}
		for _, route := range w.readRoutes() {
			addresses := targets[route.Path]
			if addresses == nil {
				t.Errorf("the route %s has no address in this test", route.Path)
			}
			for _, address := range addresses {
				if !strings.Contains(address, "{id}") {
					w.visit(t, name, callers[name], route.Path, address, readable)
					continue
				}
				for _, id := range append(everything, "walk_nothing") {
					if id == "walk_public" && strings.Contains(address, id) {
						continue // once is enough
					}
					if id == mixed && strings.Contains(address, "FeatureServer") {
						continue
					}
					w.visit(t, name, callers[name], route.Path, strings.ReplaceAll(address, "{id}", id), readable)
				}
			}
		}
	}
	w.checkLimited(t, callers["limited"])
}

// visit asks for one address and looks for what the caller may not know.
func (w *walker) visit(t *testing.T, name string, identify caller, route, address string, readable []string) {
	t.Helper()
	req := w.request(t, "GET", address, "")
	identify(req)
	res := w.do(t, req)
	at := fmt.Sprintf("%s: %s: %d", name, address, res.status)
	if res.status >= 500 {
		t.Errorf("%s: %s", at, res.body)
		return
	}
	asked := ""
	for _, id := range append(everything, "walk_nothing") {
		if strings.Contains(address, id) && (id != "walk_public" || asked == "") {
			asked = id
		}
		if slices.Contains(readable, id) {
			continue
		}
		// An error may repeat the id that was asked for, and nothing else.
		if strings.Contains(res.body, "marker-"+id) && !strings.Contains(address, "marker-"+id) ||
			strings.Contains(res.body, id) && !strings.Contains(address, id) {
			t.Errorf("%s tells of %s: %.300s", at, id, res.body)
		}
	}
	if asked != "" && !strings.HasPrefix(route, "/search") {
		device := strings.HasPrefix(route, "/live/devices")
		device = device || strings.HasPrefix(route, "/live/tracks")
		own := asked == "walk_draft" && device // no device has that id
		// Of what is readable tracks are for those that the rules name.
		named := strings.HasPrefix(route, "/live/tracks") && (res.status == http.StatusUnauthorized || res.status == http.StatusForbidden)
		if want := slices.Contains(readable, asked); !own && !(want && named) && want != (res.status == http.StatusOK || res.status == http.StatusNoContent) {
			t.Errorf("%s, readable: %v: %.300s", at, want, res.body)
		} else if !want && res.status != http.StatusNotFound {
			t.Errorf("%s: what is hidden is not found: %.300s", at, res.body)
		}
	}
	if strings.HasPrefix(route, "/search") && !strings.Contains(address, "walk_nothing") {
		w.countHits(t, at, name, res, readable, asked)
	}
	if route == "/ogc/collections" && !strings.Contains(address, "html") {
		if got := strings.Count(res.body, `"itemType"`); got != len(readable) {
			t.Errorf("%s: %d collections, want %d", at, got, len(readable))
		}
	}
	if name == "limited" {
		w.checkLimits(t, at, address, res)
	}
	w.checkPrivate(t, at, name, req.URL.Path, res)
	w.checkDocument(t, at, "GET", route, res)
}

func (w *walker) countHits(t *testing.T, at, name string, res answer, readable []string, asked string) {
	t.Helper()
	each := 2
	if name == "limited" {
		each = 1
	}
	want := each * len(readable)
	if asked != "" {
		want = 0
		if slices.Contains(readable, asked) {
			want = each
		}
	}
	if got := strings.Count(res.body, `"href"`); got != want {
		t.Errorf("%s: %d hits, want %d: %.300s", at, got, want, res.body)
	}
}

// checkPrivate wants answers to somebody to stay with them. A tile of what is
// public is the same for all; not its TileJSON, which repeats a key.
func (w *walker) checkPrivate(t *testing.T, at, name, path string, res answer) {
	t.Helper()
	if slices.ContainsFunc(ofProgram, func(p string) bool { return strings.HasPrefix(path, p) }) || res.status >= 400 {
		return
	}
	ofPublic := regexp.MustCompile(`^/tiles/walk_public/|^/arcgis/rest/services/walk_public/VectorTileServer/tile/|^/ogc/collections/walk_public/tiles/[^/]+/\d`)
	if name != "limited" && ofPublic.MatchString(path) || path == "/tiles/walk_public.json" && !strings.HasSuffix(name, "by address") {
		return
	}
	policy := res.header.Get("Cache-Control")
	private := strings.HasPrefix(policy, "private") || strings.HasPrefix(policy, "no-store")
	if name != "anonymous" && !private {
		t.Errorf("%s: Cache-Control %q", at, policy)
	}
}
