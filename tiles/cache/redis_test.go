package cache_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gisd/tiles"
	"gisd/tiles/cache"
)

// startRedis runs a server on a unix socket in the folder until stop is called.
func startRedis(t *testing.T, dir string) (stop func()) {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed")
		}
		t.Skip("SKIPPED: redis-server is not installed (apt install redis-server)")
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	for deadline := time.Now().Add(20 * time.Second); client.Ping(t.Context()).Err() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer")
		}
	}
	return func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
}

// redisDir is short enough for a socket, which t.TempDir is not.
func redisDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gisd-tiles")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// tier is one node's tier on the URL, with its writing.
func tier(t *testing.T, url string, cfg cache.RedisConfig) *cache.Redis {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	options.ContextTimeoutEnabled, options.MaxRetries = true, -1
	client := redis.NewClient(options)
	r := cache.NewRedis(client, cfg, slog.New(slog.DiscardHandler), nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done; _ = client.Close() })
	return r
}

// found waits for a tile that was set a moment ago.
func found(t *testing.T, r *cache.Redis, k tiles.Key, again func()) *tiles.Tile {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if got, ok := r.Get(t.Context(), k); ok {
			return got
		}
		again()
	}
	t.Fatal("the tile does not come")
	return nil
}

// patient waits for Redis as long as a busy machine may need.
var patient = cache.RedisConfig{Wait: 10 * time.Second, Pause: time.Millisecond}

func TestRedisSharesTiles(t *testing.T) {
	t.Parallel()
	dir := redisDir(t)
	t.Cleanup(startRedis(t, dir))
	url := "unix://" + filepath.Join(dir, "s")
	one, other := tier(t, url, patient), tier(t, url, patient)
	for name, b := range map[string][]byte{"zeros": make([]byte, 10_000), "small": []byte("small"), "empty": nil} {
		k := tiles.Key{IDs: "a," + name, Stamp: 1, Predicate: [16]byte{2}, Coord: tiles.Coord{Z: 3, X: 4, Y: 5}}
		tile := tiles.NewTile(b)
		tile.Since = "17:17:"
		one.Set(t.Context(), k, tile)
		got := found(t, other, k, func() {})
		want, _ := tile.Match([]string{"*"})
		if tag, _ := got.Match([]string{"*"}); tag != want || got.Since != tile.Since || got.Len() != len(b) {
			t.Errorf("%s: %s since %q of %d bytes, want %s", name, tag, got.Since, got.Len(), want)
		}
		for _, change := range []func(*tiles.Key){
			func(k *tiles.Key) { k.IDs += "b" }, func(k *tiles.Key) { k.Stamp++ }, func(k *tiles.Key) { k.Predicate[15]++ },
			func(k *tiles.Key) { k.Coord.Z++ }, func(k *tiles.Key) { k.Coord.X++ }, func(k *tiles.Key) { k.Coord.Y++ },
		} {
			near := k
			change(&near)
			if _, ok := other.Get(t.Context(), near); ok {
				t.Errorf("%s: found under %+v", name, near)
			}
		}
	}
}

// TestRedisThatIsSilent: what takes connections and never answers is asked once
// and then left alone.
func TestRedisThatIsSilent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("unix", filepath.Join(redisDir(t), "s"))
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	r := tier(t, "unix://"+l.Addr().String(), cache.RedisConfig{Wait: 20 * time.Millisecond, Pause: time.Hour})
	for i := range 1000 {
		if _, ok := r.Get(t.Context(), tiles.Key{IDs: "a", Stamp: uint64(i)}); ok {
			t.Fatal("a tile from nowhere")
		}
		r.Set(t.Context(), tiles.Key{IDs: "a"}, tiles.NewTile(nil))
	}
	if n := asked.Load(); n > 2 {
		t.Errorf("asked %d times although it is silent", n)
	}
}

func TestRedisComesBack(t *testing.T) {
	t.Parallel()
	dir := redisDir(t)
	stop := startRedis(t, dir)
	r := tier(t, "unix://"+filepath.Join(dir, "s"), patient)
	k, tile := tiles.Key{IDs: "a"}, tiles.NewTile(bytes.Repeat([]byte("tile"), 1000))
	again := func() { r.Set(t.Context(), k, tile) }
	found(t, r, k, again)
	stop()
	for range 10 {
		if _, ok := r.Get(t.Context(), k); ok {
			t.Fatal("a tile from a server that is gone")
		}
	}
	t.Cleanup(startRedis(t, dir))
	found(t, r, k, again)
}
