package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	env := []string{"GISD_DATABASE_URL=" + pool.Config().ConnString()}
	fixture.Collection(t, pool, fixture.Spec{ID: "communes", Features: []fixture.Feature{
		{ID: "7", WKT: "POLYGON((106.59 10.89,106.65 10.89,106.65 11,106.59 11,106.59 10.89))"},
	}})
	fixture.Collection(t, pool, fixture.Spec{ID: "lots", Visibility: spatial.VisibilityInternal, Features: fixture.Polygons(10)})
	for name, args := range map[string][]string{
		"admin":          {"admin", "--hide", "name"},
		"nothing said":   {"west"},
		"no such column": {"west", "--collection", "lots", "--hide", "owner"},
		"no ids":         {"west", "--area", "communes"},
		"bad role":       {"West", "--everywhere"},
		"both":           {"west", "--hide", "a", "--show", "b"},
	} {
		if r := gisd(t, env, append([]string{"roles", "limit"}, args...)...); r.code != exitUsage {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
	}
	for name, args := range map[string][]string{
		"no such area":       {"limit", "west", "--area", "communes:9"},
		"no such collection": {"limit", "west", "--collection", "none", "--hide", "a"},
		"no such limit":      {"unlimit", "west"},
	} {
		if r := gisd(t, env, append([]string{"roles"}, args...)...); r.code != exitFailed {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
	}
	must(t, env, "roles", "limit", "west", "--area", "communes:7")
	must(t, env, "roles", "limit", "west", "--collection", "lots", "--hide", "count,area")
	if out := must(t, env, "roles", "list"); !strings.Contains(out, "communes:7") || !strings.Contains(out, "all but count,area") {
		t.Errorf("list:\n%s", out)
	}
	file := filepath.Join(t.TempDir(), "lots.geojson")
	must(t, env, "export", "lots", "-o", file, "--role", "west")
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Features []struct{ Properties map[string]any }
	}
	if err := json.Unmarshal(body, &doc); err != nil || len(doc.Features) != 5 {
		t.Fatalf("%d features, %v", len(doc.Features), err)
	}
	for _, f := range doc.Features {
		if _, named := f.Properties["name"]; !named || f.Properties["count"] != nil || f.Properties["area"] != nil {
			t.Errorf("%v", f.Properties)
		}
	}

	limits := func() string {
		lines := strings.Split(gisd(t, env, "doctor").out, "\n")
		return lines[slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "limits of roles") })]
	}
	if got := limits(); !strings.HasPrefix(got, "ok") {
		t.Error(got)
	}
	fixture.Collection(t, pool, fixture.Spec{ID: "lots", Fields: fixture.Fields()[:2], Features: fixture.Points(1)[:0]})
	if _, err := pool.Exec(t.Context(), `update layers.communes set geom = st_translate(geom, 1, 0)`); err != nil {
		t.Fatal(err)
	}
	if got := limits(); !strings.HasPrefix(got, "WRONG") || !strings.Contains(got, "west: there is no column area") || !strings.Contains(got, "communes:7") {
		t.Error(got)
	}
	must(t, env, "roles", "unlimit", "west", "--collection", "lots")
	must(t, env, "roles", "unlimit", "west")
	if out := must(t, env, "roles", "list", "--json"); out != "" {
		t.Errorf("what is left: %s", out)
	}
}
