package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// The caller "limited" sees one commune, where feature 1 of each collection lies, and
// not the column of owners. What only others may know of a collection that they read
// holds one of these texts.
var beyondLimits = []string{"beyond-", "hidden_owner", "Hidden title", "secret-", "106.66", "11.06"}

const walkCommune = "MULTIPOLYGON(((106.64 11.04,106.655 11.04,106.655 11.055,106.64 11.055,106.64 11.04)))"

// ownedFields are those of the fixture and the column that is hidden.
func ownedFields() []spatial.Field {
	return append(fixture.Fields(), spatial.Field{Name: "hidden_owner", Column: "hidden_owner", Type: spatial.FieldString,
		Title: spatial.Text{VI: "Hidden title", EN: "Hidden title"}})
}

func ownedFeatures(id string) []fixture.Feature {
	properties := func(name, owner string) []any {
		p := make([]any, len(ownedFields()))
		p[0], p[len(p)-1] = name, owner
		return p
	}
	return []fixture.Feature{
		{ID: "1", WKT: "POINT(106.65 11.05)", Properties: properties("marker-"+id, "secret-"+id)},
		{ID: "2", WKT: "POINT(106.66 11.06)", Properties: properties("marker-"+id+" beyond-"+id, "secret-"+id)},
	}
}

func (w *walker) limit(t *testing.T) {
	t.Helper()
	fixture.Limit{Role: "commune", Area: walkCommune, Hide: []string{"hidden_owner"}}.Store(t, w.db.Pool)
}

// checkLimits looks for what the caller "limited" may not know.
func (w *walker) checkLimits(t *testing.T, at, address string, res answer) {
	t.Helper()
	ofAll := slices.ContainsFunc(ofProgram, func(p string) bool { return strings.HasPrefix(address, p) })
	for _, text := range beyondLimits {
		if strings.Contains(res.body, text) && !strings.Contains(address, text) && !ofAll {
			t.Errorf("%s tells of %s: %.300s", at, text, res.body)
		}
	}
	for _, m := range regexp.MustCompile(`"(numberMatched|featureCount)":\s*(-?\d+)`).FindAllStringSubmatch(res.body, -1) {
		if m[2] != "0" && m[2] != "1" && m[2] != "-1" && !strings.HasPrefix(address, "/records") { // which counts collections
			t.Errorf("%s counts what lies elsewhere: %s", at, m[0])
		}
	}
}

// checkLimited asks, for a caller whose role is limited, for what names a feature or
// a column that they do not see.
func (w *walker) checkLimited(t *testing.T, identify caller) {
	t.Helper()
	const items = "/ogc/collections/walk_internal/items"
	for _, test := range []struct {
		address string
		want    int
		holds   string
	}{
		{items + "/1", 200, "marker-walk_internal"},
		{items + "/2", 404, ""},
		{items + "?limit=1", 200, `"numberMatched":1`},
		{items + "?bbox=106.659,11.059,106.7,11.1", 200, `"numberMatched":0`},
		{items + "?filter=hidden_owner='secret-walk_internal'", 400, ""},
		{items + "?sortby=hidden_owner", 400, ""},
		{items + "?properties=hidden_owner", 400, ""},
		{items + "?hidden_owner=x", 400, ""},
		{items + "?q=beyond-walk_internal", 200, `"numberMatched":0`},
		{items + "?f=geojsonl", 200, "marker-walk_internal"},
		{"/ogc/collections/walk_internal/changes", 200, `"reload"`},
		{"/tiles/walk_internal/16/52184/30741.mvt", 204, ""},
		{"/tiles/walk_public/10/815/480.mvt", 200, "marker-walk_public"},
		{"/tiles/walk_public,walk_internal/10/815/480.mvt?properties=hidden_owner", 400, ""},
		{"/tiles/walk_internal/10/815/480.mvt?filter=hidden_owner='x'", 400, ""},
		{"/tiles/walk_internal_label/10/815/480.mvt", 204, ""},
	} {
		req := w.request(t, "GET", strings.ReplaceAll(test.address, "'", "%27"), "")
		identify(req)
		res := w.do(t, req)
		at := "limited: " + test.address
		if res.status != test.want || !strings.Contains(res.body, test.holds) {
			t.Errorf("%s: %d, want %d: %.300s", at, res.status, test.want, res.body)
		}
		w.checkLimits(t, at, test.address, res)
		if policy := res.header.Get("Cache-Control"); res.status < http.StatusBadRequest && !strings.HasPrefix(policy, "private") {
			t.Errorf("%s: Cache-Control %q", at, policy)
		}
	}
}
