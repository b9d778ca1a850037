package cache_test

import (
	"math/rand/v2"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/tiles"
	"gisd/tiles/cache"
)

func tileOf(t testing.TB, size int) *tiles.Tile {
	t.Helper()
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return tiles.NewTile(b)
}

func TestMemoryFindsByTheWholeKey(t *testing.T) {
	t.Parallel()
	m, err := cache.NewMemory(0, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	k := tiles.Key{IDs: "a", Stamp: 1, Predicate: [16]byte{2}, Coord: tiles.Coord{Z: 3, X: 4, Y: 5}}
	want := tileOf(t, 10)
	m.Set(t.Context(), k, want)
	if got, ok := m.Get(t.Context(), k); !ok || got != want {
		t.Fatalf("Get = %v, %v", got, ok)
	}
	for name, change := range map[string]func(*tiles.Key){
		"ids":       func(k *tiles.Key) { k.IDs = "a,b" },
		"stamp":     func(k *tiles.Key) { k.Stamp++ },
		"predicate": func(k *tiles.Key) { k.Predicate[0]++ },
		"zoom":      func(k *tiles.Key) { k.Coord.Z++ },
		"column":    func(k *tiles.Key) { k.Coord.X++ },
		"row":       func(k *tiles.Key) { k.Coord.Y++ },
	} {
		other := k
		change(&other)
		if _, ok := m.Get(t.Context(), other); ok {
			t.Errorf("found under another %s", name)
		}
	}
	m.Clear()
	if _, ok := m.Get(t.Context(), k); ok {
		t.Error("found after Clear")
	}
}

func TestMemoryIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	m, err := cache.NewMemory(limit, nil)
	if err != nil {
		t.Fatal(err)
	}
	tile := tileOf(t, 10_000)
	for i := range 2000 {
		m.Set(t.Context(), tiles.Key{IDs: "a", Coord: tiles.Coord{Z: 20, X: uint32(i)}}, tile)
	}
	if got := m.Bytes(); got > limit || got < limit/2 {
		t.Errorf("%d bytes kept of at most %d", got, limit)
	}
	if n := m.Len(); n < 30 || n > limit/tile.Size() {
		t.Errorf("%d tiles kept", n)
	}
	k := tiles.Key{IDs: "huge"}
	m.Set(t.Context(), k, tileOf(t, limit/4))
	if _, ok := m.Get(t.Context(), k); ok {
		t.Error("a tile of a quarter of the cache was kept")
	}
}

func TestMemoryForgetsWhatIsTouched(t *testing.T) {
	t.Parallel()
	m, err := cache.NewMemory(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	key := func(ids string, z, x uint32) tiles.Key { return tiles.Key{IDs: ids, Coord: tiles.Coord{Z: z, X: x}} }
	for _, tt := range []struct {
		key  tiles.Key
		kept bool
	}{
		{key("a", 3, 1), false}, {key("a", 3, 2), true}, {key("b,a", 3, 1), false}, {key("b", 3, 1), true}, {key("aa", 3, 1), true},
	} {
		m.Set(t.Context(), tt.key, tileOf(t, 10))
		m.Forget(t.Context(), "a", func(k tiles.Key) bool { return k.Coord.X == 1 })
		if _, ok := m.Get(t.Context(), tt.key); ok != tt.kept {
			t.Errorf("%v: kept %v, want %v", tt.key, ok, tt.kept)
		}
	}
}

// TestMemoryReweighs: encodings made later count, and what was dropped stays so.
func TestMemoryReweighs(t *testing.T) {
	t.Parallel()
	m, err := cache.NewMemory(1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	k, tile := tiles.Key{IDs: "a"}, tileOf(t, 1000)
	m.Set(t.Context(), k, tile)
	before := m.Bytes()
	m.Reweigh(k, tile)
	if got := m.Bytes(); got != before {
		t.Errorf("%d bytes, before %d", got, before)
	}
	m.Reweigh(k, tileOf(t, 50_000)) // not the one that is kept
	if got := m.Bytes(); got != before {
		t.Errorf("%d bytes after another tile grew, before %d", got, before)
	}
	m.Clear()
	m.Reweigh(k, tile)
	if _, ok := m.Get(t.Context(), k); ok {
		t.Error("a tile that was dropped is back")
	}
}
