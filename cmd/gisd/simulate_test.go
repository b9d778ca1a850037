package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gisd/internal/testdb"
)

// startServer serves the database on a free port until stop is called or the
// test ends.
func startServer(t *testing.T, env []string) (address string, stop context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	listen, data := freeAddress(t), t.TempDir()
	var out bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--listen", listen}, append([]string{"GISD_DATA_DIR=" + data}, env...), streams{strings.NewReader(""), &out, &out})
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != exitDone {
			t.Errorf("serve: exit code %d: %s", code, out.String())
		}
	})
	address = "http://" + listen
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get(address + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return address, cancel
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server is not ready: %s", out.String())
		}
	}
}

// TestSimulate: devices drive along the server's own collections and are seen
// to move by an anonymous caller.
func TestSimulate(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t), "PATH=" + os.Getenv("PATH")}
	dir := t.TempDir()
	for id, line := range map[string]string{
		demoRoads:     `[[106.60,10.98],[106.65,11.00],[106.70,10.99]]`,
		demoWaterways: `[[106.60,10.90],[106.70,10.95]]`,
	} {
		file := filepath.Join(dir, id+".geojson")
		text := fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"LineString","coordinates":%s}}]}`, line)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		must(t, env, "import", file, "--collection", id, "--publish")
	}
	server, _ := startServer(t, env)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"simulate", "--url", server, "--devices", "10", "--rate", "10"}, env, streams{strings.NewReader(""), &out, &out})
	}()
	where := func() map[string]string {
		response, err := http.Get(server + "/live/positions")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var found struct {
			Features []struct {
				ID       string
				Geometry struct{ Coordinates json.RawMessage }
			}
		}
		if err := json.NewDecoder(response.Body).Decode(&found); err != nil {
			t.Fatal(err)
		}
		places := make(map[string]string)
		for _, f := range found.Features {
			places[f.ID] = string(f.Geometry.Coordinates)
		}
		return places
	}
	var first map[string]string
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		now := where()
		if first == nil && len(now) == 10 {
			first = now
		}
		moved := 0
		for id, place := range now {
			if first != nil && first[id] != place {
				moved++
			}
		}
		if moved >= 8 {
			break
		}
		if time.Now().After(deadline) {
			cancel()
			<-done
			t.Fatalf("%d devices, %d of them moved: %s", len(now), moved, out.String())
		}
	}
	for _, id := range []string{"sim-bus-001", "sim-ambulance-001", "sim-barge-001"} {
		if first[id] == "" {
			t.Errorf("there is no %s", id)
		}
	}
	cancel()
	if code := <-done; code != exitDone || !strings.Contains(out.String(), "positions were accepted") {
		t.Errorf("simulate: exit code %d: %s", code, out.String())
	}
	waitFor(t, "the last positions to reach the database", func() bool {
		return !strings.Contains(must(t, env, "devices", "list"), "never")
	})
}

func TestSimulateUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--devices", "0"}, {"--rate", "0"}, {"--rate", "NaN"}, {"--url", "localhost"}, {"extra"}} {
		if r := gisd(t, nil, append([]string{"simulate"}, args...)...); r.code != exitUsage {
			t.Errorf("%v: exit code %d: %s", args, r.code, r.err)
		}
	}
	if r := gisd(t, nil, "simulate", "--url", "http://127.0.0.1:1"); r.code != exitFailed || !strings.Contains(r.err, "does not answer") {
		t.Errorf("without a server: exit code %d: %s", r.code, r.err)
	}
}
