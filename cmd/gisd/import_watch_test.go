package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// running is a command that goes on until the test stops it.
func running(t *testing.T, env []string, args ...string) (stop func() result) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out, err bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, append([]string{"PATH=" + os.Getenv("PATH")}, env...), streams{strings.NewReader(""), &out, &err})
	}()
	return func() result {
		cancel()
		return result{<-done, out.String(), err.String()}
	}
}

// until waits for a condition that something else brings about.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not within two minutes", what)
}

func TestImportWatch(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	dir := t.TempDir()
	stop := running(t, env, "import", dir, "--watch")
	drop := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	drop("Vùng quy hoạch.geojson", threeZones)
	drop("broken.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature"`)
	filed := func(folder, name string) string {
		found, err := filepath.Glob(filepath.Join(dir, folder, "*_"+name, "report.txt"))
		if err != nil || len(found) != 1 {
			return ""
		}
		b, err := os.ReadFile(found[0])
		if err != nil {
			return ""
		}
		return string(b)
	}
	until(t, "both files are filed away", func() bool {
		return filed("done", "Vùng quy hoạch.geojson") != "" && filed("failed", "broken.geojson") != ""
	})
	stop()
	if got := ask[int](t, pool, "select count(*) from layers.vung_quy_hoach"); got != 3 {
		t.Errorf("%d features", got)
	}
	if report := filed("done", "Vùng quy hoạch.geojson"); !strings.Contains(report, "3 features") {
		t.Errorf("the report says %s", report)
	}
	if report := filed("failed", "broken.geojson"); !strings.Contains(report, "broken.geojson: ") {
		t.Errorf("the report says %s", report)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.geojson")); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d leftovers", n)
	}
}

func TestImportAddress(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	var state, asked atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		tag := fmt.Sprintf(`"%d"`, state.Load())
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, strings.Replace(threeZones, "ODT", fmt.Sprintf("ODT%d", state.Load()), 1))
	}))
	t.Cleanup(site.Close)

	refused := gisd(t, env, "import", site.URL+"/zones.geojson", "--collection", "zones")
	if refused.code != exitFailed || !strings.Contains(refused.err, "outgoing-allow") || asked.Load() != 0 {
		t.Fatalf("loopback: exit code %d, %s", refused.code, refused.err)
	}
	env = append(env, "GISD_OUTGOING_ALLOW=127.0.0.1")
	must(t, env, "import", site.URL+"/zones.geojson", "--collection", "zones", "--key", "code")
	if got := ask[string](t, pool, "select source_name from gisd.import where state = 'done'"); got != "zones.geojson" {
		t.Errorf("the source is called %s", got)
	}

	// The least time between two looks is for people; a test shortens it.
	a := newApp(env, streams{strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer)})
	if err := a.cfg.load(a.env, newRootCommand(a).PersistentFlags()); err != nil {
		t.Fatal(err)
	}
	f := importFlags{collection: "zones", mode: "replace", key: "code", encoding: "auto", maxErrors: 0}
	var seen look
	versions := func() int { return ask[int](t, pool, "select current_version from gisd.collection where id = 'zones'") }
	for _, step := range []struct {
		name  string
		state int64
		want  int // versions
	}{{"the first look", 0, 2}, {"nothing new", 0, 2}, {"changed", 1, 3}, {"nothing new again", 1, 3}} {
		state.Store(step.state)
		if err := a.importChanged(t.Context(), site.URL+"/zones.geojson", &f, &seen); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := versions(); got != step.want {
			t.Errorf("%s: version %d, want %d", step.name, got, step.want)
		}
	}
}

func TestImportEveryRefuses(t *testing.T) {
	t.Parallel()
	env, _ := importDB(t)
	for _, args := range [][]string{
		{"x.geojson", "--collection", "x", "--every", "1s"}, {"-", "--collection", "x", "--every", "1h"},
		{"x.geojson", "--every", "1h"}, {"x.geojson", "--collection", "x", "--watch"}, {"x", "--watch", "--every", "1h"},
		{filepath.Join(t.TempDir(), "none.geojson"), "--collection", "x", "--every", "1h"},
	} {
		if r := gisd(t, env, append([]string{"import"}, args...)...); r.code != exitUsage {
			t.Errorf("%v: exit code %d, %s", args, r.code, r.err)
		}
	}
}
