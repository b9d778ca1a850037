package tiles_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/tiles"
)

// slow draws the collection "slow" for as long as it is held, others at once.
type slow struct {
	hold     chan struct{}
	drawing  atomic.Int32
	canceled atomic.Int32
}

func (s *slow) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	if r.Collection.ID != "slow" {
		return []byte(r.Collection.ID), nil
	}
	s.drawing.Add(1)
	defer s.drawing.Add(-1)
	select {
	case <-s.hold:
		return []byte("slow"), nil
	case <-ctx.Done():
		s.canceled.Add(1)
		return nil, ctx.Err()
	}
}

// address is one of many tiles over Thủ Dầu Một.
func address(i int) tiles.Coord { return tiles.Coord{Z: 18, X: 208700 + uint32(i), Y: 123000} }

// TestASlowCollectionLeavesRoom: however many ask for tiles that take for ever,
// those of other collections are drawn.
func TestASlowCollectionLeavesRoom(t *testing.T) {
	t.Parallel()
	src := &slow{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Concurrency: 4, Queue: 8}, catalogueOf(collection("slow"), collection("quick")), src, &memory{}, nil)
	const asked = 40
	results := make(chan error, asked)
	for i := range asked {
		go func() {
			_, err := s.Tile(t.Context(), tiles.Request{IDs: "slow", Coord: address(i)})
			results <- err
		}()
	}
	const drawn, waiting = 3, 6 // three quarters of the places and of the queue
	for range asked - drawn - waiting {
		if err := <-results; spatial.CodeOf(err) != spatial.CodeUnavailable {
			t.Errorf("%v, want unavailable", err)
		}
	}
	for i := range 100 {
		if _, err := s.Tile(t.Context(), tiles.Request{IDs: "quick", Coord: address(i)}); err != nil {
			t.Fatalf("another collection: %v", err)
		}
	}
	if _, err := s.Tile(t.Context(), tiles.Request{IDs: "quick,slow", Coord: here}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("a tile with a layer of the slow collection: %v, want unavailable", err)
	}
	close(src.hold)
	for range drawn + waiting {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

// TestPlacesComeBack: askers who leave the queue, or just as they get a place,
// take nothing with them.
func TestPlacesComeBack(t *testing.T) {
	t.Parallel()
	src := &slow{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Concurrency: 2, Queue: 100}, catalogueOf(collection("slow")), src, &memory{}, nil)
	ctx, leave := context.WithCancel(t.Context())
	results := make(chan error, 50)
	for i := range 50 {
		go func() {
			_, err := s.Tile(ctx, tiles.Request{IDs: "slow", Coord: address(i)})
			results <- err
		}()
	}
	for src.drawing.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	leave()
	for range 50 {
		if err := <-results; spatial.CodeOf(err) != spatial.CodeCanceled {
			t.Errorf("%v, want canceled", err)
		}
	}
	s.Wait()
	if n := src.drawing.Load(); n != 0 {
		t.Errorf("%d still draw", n)
	}
	close(src.hold)
	for i := range 50 {
		if _, err := s.Tile(t.Context(), tiles.Request{IDs: "slow", Coord: address(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForget: an edit drops what it touches, and who asks after it does not get
// what was begun before.
func TestForget(t *testing.T) {
	t.Parallel()
	src := &source{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a"), collection("b")), src, &memory{}, nil)
	ask := func(ids string, c tiles.Coord) {
		t.Helper()
		if _, err := s.Tile(t.Context(), tiles.Request{IDs: ids, Coord: c}); err != nil {
			t.Fatal(err)
		}
	}
	beside := tiles.Coord{Z: here.Z, X: here.X, Y: here.Y + 1}
	ask("a", here)
	ask("a", beside)
	ask("b", here)
	ask("a,b", here)
	drawn := src.calls.Load()
	s.Forget(t.Context(), "a", func(c tiles.Coord) bool { return c == here }, nil)
	ask("a", beside)
	ask("b", here)
	if n := src.calls.Load(); n != drawn {
		t.Errorf("%d layers drawn anew of what was not touched", n-drawn)
	}
	ask("a", here)
	ask("a,b", here)
	if n := src.calls.Load(); n != drawn+3 {
		t.Errorf("%d layers drawn anew, want 3", n-drawn)
	}
	if _, ok := s.Cached(t.Context(), tiles.Request{IDs: "a", Coord: here}); !ok {
		t.Error("not cached after it was drawn again")
	}
}

// TestForgetSmall: small scales that follow an edit later keep what shows all of a
// collection until they do.
func TestForgetSmall(t *testing.T) {
	t.Parallel()
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), &source{}, &memory{}, nil)
	large := tiles.Coord{Z: tiles.PlainZoom, X: here.X << 3, Y: here.Y << 3}
	asked := []tiles.Request{
		{IDs: "a", Coord: here}, {IDs: "a", Coord: large}, {IDs: "a", Coord: here, Query: &tiles.Query{Properties: []string{}}},
		{IDs: "a", Coord: tiles.Coord{Z: 1, X: 1}, Matrix: "WorldCRS84Quad"},
	}
	want := []bool{true, false, false, false}
	yes, no := func(tiles.Coord) bool { return true }, func(tiles.Coord) bool { return false }
	for _, follows := range []bool{false, true} {
		for _, r := range asked {
			if _, err := s.Tile(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if follows {
			s.Forget(t.Context(), "a", no, yes)
			want = []bool{false, true, true, false}
		} else {
			s.Forget(t.Context(), "a", yes, no)
		}
		for i, r := range asked {
			if _, ok := s.Cached(t.Context(), r); ok != want[i] {
				t.Errorf("%+v is kept: %v", r, ok)
			}
		}
	}
}

func TestForgetLetsGoOfBuilds(t *testing.T) {
	t.Parallel()
	src := &source{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Concurrency: 4}, catalogueOf(collection("a")), src, &memory{}, nil)
	results := make(chan error, 2)
	ask := func() {
		_, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
		results <- err
	}
	go ask()
	for src.calls.Load() < 1 {
		time.Sleep(time.Millisecond)
	}
	s.Forget(t.Context(), "a", func(tiles.Coord) bool { return true }, nil)
	go ask()
	for deadline := time.Now().Add(30 * time.Second); src.calls.Load() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("who asks after the edit waits for a build from before it")
		}
	}
	close(src.hold)
	if err := errors.Join(<-results, <-results); err != nil {
		t.Error(err)
	}
}

// elsewhere keeps tiles as another node has left them.
type elsewhere struct{ m memory }

func (e *elsewhere) Get(ctx context.Context, k tiles.Key) (*tiles.Tile, bool) { return e.m.Get(ctx, k) }
func (e *elsewhere) Set(ctx context.Context, k tiles.Key, t *tiles.Tile)      { e.m.Set(ctx, k, t) }

// TestShared: a tile is built on one of two nodes.
func TestShared(t *testing.T) {
	t.Parallel()
	shared, src, cat := &elsewhere{}, &source{}, catalogueOf(collection("a"))
	for range 2 {
		node := tiles.NewService(tiles.Config{Shared: shared}, cat, src, &memory{}, nil)
		for range 2 {
			a, err := node.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
			if err != nil || string(plain(a)) != "<a v1 10/815/480>" {
				t.Fatalf("%q, %v", plain(a), err)
			}
		}
		if _, ok := node.Cached(t.Context(), tiles.Request{IDs: "a", Coord: here}); !ok {
			t.Error("the tile of another node is not kept in memory")
		}
	}
	if n := src.calls.Load(); n != 1 {
		t.Errorf("%d builds on two nodes, want 1", n)
	}
}

// slowOrLarge draws "large" at once, into a tile that is worth compressing.
type slowOrLarge struct{ slow }

func (s *slowOrLarge) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	if r.Collection.ID == "large" {
		return compressible(20_000), nil
	}
	return s.slow.Layer(ctx, r)
}

// TestBrotliWaitsForTiles: br, which takes as long as drawing several tiles, is
// made when none is being drawn.
func TestBrotliWaitsForTiles(t *testing.T) {
	t.Parallel()
	src := &slowOrLarge{slow{hold: make(chan struct{})}}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("slow"), collection("large")), src, &memory{}, nil)
	large, err := s.Tile(t.Context(), tiles.Request{IDs: "large", Coord: here})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Tile(t.Context(), tiles.Request{IDs: "slow", Coord: here})
		done <- err
	}()
	for src.drawing.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 50 {
		if got := large.In(tiles.Either).Coding[0]; got != "zstd" {
			t.Fatalf("in %s while a tile is being drawn", got)
		}
		time.Sleep(time.Millisecond)
	}
	close(src.hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(20 * time.Second); large.In(tiles.Either).Coding[0] != "br"; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never in br")
		}
	}
}
