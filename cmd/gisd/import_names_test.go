package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"gisd/spatial/postgis/search"
)

// The index of names follows the publishing as a stage of its own. Who stops it
// has a published collection, and a later start makes the index.
func TestImportIndexesNames(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	path := writeFile(t, "zones.geojson", threeZones)
	indexes := func() (n int) {
		err := pool.QueryRow(t.Context(), "select count(*) from pg_indexes where schemaname = 'data' and indexdef like '%gin_trgm_ops%'").Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	importing := func(id string, at func(line string)) (int, string, []string) {
		var out strings.Builder
		told := &listener{at: at}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if at == nil {
			told.at = func(line string) {
				if strings.HasSuffix(line, ": index names\n") {
					cancel()
				}
			}
		}
		code := run(ctx, []string{"import", path, "--collection", id, "--publish"},
			append([]string{"PATH=" + os.Getenv("PATH")}, env...), streams{strings.NewReader(""), &out, told})
		return code, out.String(), told.lines
	}
	code, out, lines := importing("whole", func(string) {})
	names := slices.Index(lines, "zones: index names\n")
	if code != exitDone || indexes() != 1 || names < 0 || slices.Index(lines, "zones: done\n") < names || strings.Contains(out, "is left") {
		t.Errorf("exit code %d, %d indexes, %q: %s", code, indexes(), lines, out)
	}
	code, out, lines = importing("stopped", nil)
	if code != exitDone || indexes() != 1 || !strings.Contains(out, "note: published; the index of names, which makes the search fast, is left for the next start of the server\n") {
		t.Errorf("exit code %d, %d indexes, %q: %s", code, indexes(), lines, out)
	}
	for range 2 {
		if err := search.IndexNames(t.Context(), pool); err != nil || indexes() != 2 {
			t.Errorf("%d indexes after a start: %v", indexes(), err)
		}
	}
}

// listener hears each line of what is written to it.
type listener struct {
	at    func(line string)
	lines []string
}

func (l *listener) Write(p []byte) (int, error) {
	l.lines = append(l.lines, string(p))
	l.at(string(p))
	return len(p), nil
}
