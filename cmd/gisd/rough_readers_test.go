package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"
)

// readers are clients that look at the tiles and items of a collection whose
// features all bear the version in "v".
type readers struct {
	client   *http.Client
	address  string
	tiles    map[string]int // features of each
	requests atomic.Int64
	seen     [10]atomic.Int64 // answers by version
}

// tile returns how many features a tile has and of which versions they are.
func (r *readers) tile(ctx context.Context, at string) (n int, versions map[int]bool, err error) {
	body, err := r.get(ctx, r.address+"/tiles/land/"+at+".mvt")
	if err != nil {
		return 0, nil, err
	}
	layers, err := mvt.Unmarshal(body)
	if err != nil {
		return 0, nil, fmt.Errorf("tile %s does not decode: %w", at, err)
	}
	versions = map[int]bool{}
	for _, l := range layers {
		for _, f := range l.Features {
			n++
			v, ok := f.Properties["v"].(float64)
			if !ok {
				return 0, nil, fmt.Errorf("tile %s: v is %v", at, f.Properties["v"])
			}
			versions[int(v)] = true
		}
	}
	return n, versions, nil
}

func (r *readers) items(ctx context.Context) (n int, versions map[int]bool, err error) {
	body, err := r.get(ctx, r.address+"/ogc/collections/land/items?f=json&limit=200")
	if err != nil {
		return 0, nil, err
	}
	var page struct {
		Features []struct{ Properties struct{ V int } }
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return 0, nil, err
	}
	versions = map[int]bool{}
	for _, f := range page.Features {
		versions[f.Properties.V] = true
	}
	return len(page.Features), versions, nil
}

func (r *readers) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	from := io.Reader(res.Body)
	if res.Header.Get("Content-Encoding") == "gzip" {
		if from, err = gzip.NewReader(res.Body); err != nil {
			return nil, err
		}
	}
	body, err := io.ReadAll(from)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %s", address, res.StatusCode, body)
	}
	return body, err
}

// look makes one request and judges the answer.
func (r *readers) look(ctx context.Context, turn int, at []string) error {
	n, want, what := 0, 200, "items"
	var versions map[int]bool
	var err error
	if turn%4 == 0 {
		n, versions, err = r.items(ctx)
	} else {
		what = at[turn%len(at)]
		want = r.tiles[what]
		n, versions, err = r.tile(ctx, what)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	r.requests.Add(1)
	if n != want || len(versions) != 1 {
		return fmt.Errorf("%s: %d features, want %d; of the versions %v", what, n, want, versions)
	}
	for v := range versions {
		r.seen[v].Add(1)
	}
	return nil
}

// TestImportUnderReaders replaces a collection again and again while 50 clients
// read its tiles and items from a server: no request fails, and each answer is
// of one version, in full.
func TestImportUnderReaders(t *testing.T) {
	t.Parallel()
	const versions, clients = 5, 50
	env, _ := importDB(t)
	must(t, env, "import", numberedPoints(t, 1, 5000, 1), "--collection", "land", "--key", "number", "--publish")
	// Within this process, where the race detector sees what they do to the server.
	address, _ := startServer(t, append(env, "GISD_RATE_LIMIT=0", "GISD_DATA_DIR="+t.TempDir()))
	r := &readers{address: address, tiles: map[string]int{},
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
	var at []string
	for _, z := range []int{14, 15, 16} {
		tile := tileOf([]float64{106.6003, 11.00003}, z)
		n, _, err := r.tile(t.Context(), tile)
		if err != nil || n == 0 {
			t.Fatalf("tile %s: %d features, %v", tile, n, err)
		}
		r.tiles[tile] = n
		at = append(at, tile)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	failed := make(chan error, clients)
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for turn := c; ctx.Err() == nil; turn++ {
				if err := r.look(ctx, turn, at); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for v := 2; v <= versions; v++ {
		// Of the versions before the current one the last alone is kept.
		waitFor(t, "the version to be read", func() bool { return r.seen[v-1].Load() > 0 || len(failed) > 0 })
		cmd, said := child(t, env, "import", numberedPoints(t, 1, 5000, v), "--collection", "land", "--mode", "replace")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if code := exitCode(t, cmd); code != exitDone {
			t.Errorf("version %d: exit code %d: %s", v, code, lastMessage(said.String()))
		}
	}
	waitFor(t, "the last version to be read", func() bool { return r.seen[versions].Load() > 2*clients && r.requests.Load() >= 300 || len(failed) > 0 })
	stop()
	group.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	var seen []string
	for v := 1; v <= versions; v++ {
		seen = append(seen, fmt.Sprintf("v%d %d", v, r.seen[v].Load()))
	}
	t.Logf("%d answers: %s", r.requests.Load(), strings.Join(seen, ", "))
	if r.seen[1].Load() == 0 || r.requests.Load() < 300 {
		t.Errorf("%d answers only: %v", r.requests.Load(), seen)
	}
}
