package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdb"
)

// hearer is an anonymous browser's stream of one node.
type hearer struct{ events chan map[string]any }

func hear(t *testing.T, server string) *hearer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/live/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stream.Body.Close() })
	l := &hearer{events: make(chan map[string]any, 1000)}
	ready := make(chan struct{})
	go func() {
		defer close(l.events)
		event := ""
		for s := bufio.NewScanner(stream.Body); s.Scan(); {
			name, value, _ := strings.Cut(s.Text(), ": ")
			if name == "event" {
				event = value
			}
			if name != "data" {
				continue
			}
			if event == "snapshot" {
				close(ready)
			}
			var data map[string]any
			if json.Unmarshal([]byte(value), &data) == nil && event == "tiles-changed" {
				l.events <- data
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("the stream does not begin")
	}
	return l
}

// tiles returns the next list of changed tiles; events about versions are
// passed over.
func (l *hearer) tiles(t *testing.T) []any {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case data, ok := <-l.events:
			if !ok {
				t.Fatal("the stream ended")
			}
			if tiles, _ := data["tiles"].([]any); len(tiles) > 0 {
				return tiles
			}
		case <-timeout:
			t.Fatal("nobody told of changed tiles")
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// squares writes two squares of 0.01 degrees: "near" at 106.65 11.05, and "far"
// one degree to the north.
func squares(t *testing.T) string {
	t.Helper()
	var features []string
	for i, name := range []string{"near", "far"} {
		x, y := 106.65, 11.05+float64(i)
		features = append(features, fmt.Sprintf(`{"type":"Feature","id":%d,"properties":{"name":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%g,%g],[%g,%g],[%g,%g],[%g,%g],[%g,%g]]]}}`,
			i+1, name, x, y, x+0.01, y, x+0.01, y+0.01, x, y+0.01, x, y))
	}
	path := filepath.Join(t.TempDir(), "squares.geojson")
	if err := os.WriteFile(path, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFresh: an edit in plain SQL shows in the tiles of every node as soon as
// the node has told of it, and other tiles stay.
func TestFresh(t *testing.T) {
	t.Parallel()
	address := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + address, "PATH=" + os.Getenv("PATH")}
	must(t, env, "import", squares(t), "--collection", "zones", "--publish")
	must(t, env, "import", squares(t), "--collection", "secret", "--publish", "--visibility", "internal")
	must(t, env, "import", squares(t), "--collection", "secret", "--mode", "upsert", "--key", "name", "--allow-loss")
	must(t, env, "import", squares(t), "--collection", "secret", "--mode", "append")
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	sql := func(text string) {
		t.Helper()
		if _, err := pool.Exec(context.WithoutCancel(t.Context()), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if n := ask[int64](t, pool, "select count(*) from gisd.dirty"); n != 0 {
		t.Errorf("imports noted %d changes of features", n)
	}
	const near, far = "/tiles/zones/14/13045/7685.mvt", "/tiles/zones/14/13045/7639.mvt" // 106.654 11.054; 106.654 12.054
	type node struct {
		url    string
		stream *hearer
	}
	var nodes []node
	for range 2 {
		url, _ := startServer(t, env)
		nodes = append(nodes, node{url, hear(t, url)})
	}
	for _, n := range nodes {
		for range 2 { // the second comes from the cache
			if status, body := get(t, n.url+near); status != http.StatusOK || !strings.Contains(body, "near") {
				t.Fatalf("before: %d %q", status, body)
			}
			if status, body := get(t, n.url+far); status != http.StatusOK || !strings.Contains(body, "far") {
				t.Fatalf("before: %d %q", status, body)
			}
		}
	}
	hits := func(n node) string { return metric(t, n.url, `gisd_tiles_requests_total{cache="hit",z="14"}`) }
	before := hits(nodes[0])

	sql(`update layers.secret set name = 'hidden'`)
	sql(`update layers.zones set name = 'edited' where name = 'near'`)
	want := []any{map[string]any{"collection": "zones", "boxes": []any{[]any{106.65, 11.05, 106.66, 11.06}}}}
	roughly := cmp.Comparer(func(a, b float64) bool { return a-b < 2e-5 && b-a < 2e-5 })
	for i, n := range nodes {
		if diff := cmp.Diff(want, n.stream.tiles(t), roughly); diff != "" {
			t.Errorf("node %d (-want +got):\n%s", i, diff)
		}
		if status, body := get(t, n.url+near); status != http.StatusOK || !strings.Contains(body, "edited") {
			t.Errorf("node %d after the edit: %d %q", i, status, body)
		}
	}
	for i, n := range nodes { // and so it is once packed cells have followed
		waitFor(t, "cells to follow", func() bool { return metric(t, n.url, "gisd_freshness_pending") == "0" })
		if status, body := get(t, n.url+"/tiles/zones/16/52183/30742.mvt"); status != http.StatusOK || !strings.Contains(body, "edited") {
			t.Errorf("node %d later: %d %q", i, status, body)
		}
	}
	if _, body := get(t, nodes[0].url+far); !strings.Contains(body, "far") || hits(nodes[0]) == before {
		t.Errorf("a tile that was not touched left the cache: hits %s", hits(nodes[0]))
	}

	sql(`insert into layers.zones (name, geom) select 'outside', st_translate(geom, 2, 0) from layers.zones where name = 'far'`)
	for i, n := range nodes {
		n.stream.tiles(t)
		shown := func() bool {
			status, body := get(t, n.url+"/tiles/zones/14/13136/7639.mvt")
			return status == http.StatusOK && strings.Contains(body, "outside")
		}
		waitFor(t, fmt.Sprintf("node %d: what is outside of the extent", i), shown)
	}

	sql(`truncate data.zones_v1`)
	for i, n := range nodes {
		for all := false; !all; {
			item, _ := n.stream.tiles(t)[0].(map[string]any)
			all = item["all"] == true
		}
		if status, _ := get(t, n.url+near); status != http.StatusNoContent {
			t.Errorf("node %d after truncate: %d", i, status)
		}
	}
}

// metric reads one line of a node's metrics.
func metric(t *testing.T, server, name string) string {
	t.Helper()
	_, text := get(t, server+"/metrics")
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
