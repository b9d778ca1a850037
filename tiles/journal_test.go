package tiles_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"gisd/tiles"
)

// journal is one that a test writes.
type journal struct {
	mu       sync.Mutex
	position uint64
	changes  map[uint64]string // collection by position; every tile is touched
}

func (j *journal) Position() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.position
}

func (j *journal) Touched(collection string, position uint64, _ tiles.Coord) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for p, id := range j.changes {
		if p > position && id == collection {
			return true
		}
	}
	return false
}

func (j *journal) change(collection string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changes == nil {
		j.changes = map[uint64]string{}
	}
	j.position++
	j.changes[j.position] = collection
}

// rows is a source whose next answer the test lets go, with the state that rows
// had when it began.
type rows struct {
	state atomic.Int32
	begun chan struct{}
	let   chan struct{}
}

func (r *rows) Layer(context.Context, tiles.LayerRequest) ([]byte, error) {
	state := r.state.Load()
	r.begun <- struct{}{}
	<-r.let
	return fmt.Append(nil, "state ", state), nil
}

// TestBuildsAcrossAChange: what was begun before a change is answered to those
// who asked before it, and kept for nobody.
func TestBuildsAcrossAChange(t *testing.T) {
	t.Parallel()
	j, r := &journal{}, &rows{begun: make(chan struct{}, 10), let: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Journal: j}, catalogueOf(collection("a"), collection("b")), r, &memory{}, nil)
	ask := func() chan string {
		answer := make(chan string, 1)
		go func() {
			got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
			if err != nil {
				t.Error(err)
				answer <- ""
				return
			}
			answer <- string(got.In(tiles.Identity).Bytes)
		}()
		return answer
	}
	edit := func(collection string) {
		r.state.Add(1)
		j.change(collection)
		s.Forget(t.Context(), collection, func(tiles.Coord) bool { return true }, nil)
	}
	early := ask()
	<-r.begun
	edit("a")
	late := ask()
	<-r.begun // a build of its own
	r.let <- struct{}{}
	r.let <- struct{}{}
	if a, b := <-early, <-late; a+b != "state 0state 1" {
		t.Errorf("who asked before got %q, who asked after %q", a, b)
	}
	if got := <-ask(); got != "state 1" { // from the cache: nothing is let go
		t.Errorf("kept is %q", got)
	}
	edit("b")
	if got := <-ask(); got != "state 1" {
		t.Errorf("after a change of another collection: %q", got)
	}

	edit("a")
	again := ask()
	<-r.begun
	j.change("a") // not yet told to forget
	r.let <- struct{}{}
	<-again
	fresh := ask()
	<-r.begun // the build before was not kept
	r.let <- struct{}{}
	<-fresh
	s.Wait()
}

// TestLabelsFollowTheirCollection: a change of a collection while its label
// points are drawn leaves none of before.
func TestLabelsFollowTheirCollection(t *testing.T) {
	t.Parallel()
	j, r := &journal{}, &rows{begun: make(chan struct{}, 10), let: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Journal: j}, catalogueOf(collection("a")), r, &memory{}, nil)
	done := make(chan error, 1)
	ask := tiles.Request{IDs: "a" + tiles.LabelSuffix, Coord: here}
	go func() {
		_, err := s.Tile(t.Context(), ask)
		done <- err
	}()
	<-r.begun
	j.change("a")
	r.let <- struct{}{}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Cached(t.Context(), ask); ok {
		t.Error("label points of before the change are kept")
	}
}

// shelf is what another node has put there.
type shelf struct{ tile *tiles.Tile }

func (s *shelf) Get(context.Context, tiles.Key) (*tiles.Tile, bool) { return s.tile, s.tile != nil }
func (s *shelf) Set(_ context.Context, _ tiles.Key, t *tiles.Tile)  { s.tile = t }

// TestSharedTileJudgesItself: what another node built before a change, and wrote
// after it, is not believed.
func TestSharedTileJudgesItself(t *testing.T) {
	t.Parallel()
	for since, want := range map[string]string{"": "<a v1 10/815/480>", "0": "<a v1 10/815/480>", "1": "shared", "7": "shared"} {
		j := &journal{}
		j.change("a")
		shared := &shelf{tiles.NewTile([]byte("shared"))}
		shared.tile.Since = since
		s := tiles.NewService(tiles.Config{Journal: j, Shared: shared}, catalogueOf(collection("a")), &source{}, &memory{}, nil)
		for range 2 { // the second comes from memory
			got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
			if err != nil {
				t.Fatal(err)
			}
			if text := string(got.In(tiles.Identity).Bytes); text != want {
				t.Errorf("built at %q: got %q, want %q", since, text, want)
			}
		}
		if want != "shared" && shared.tile.Since != "1" {
			t.Errorf("the new tile says that it was built at %q", shared.tile.Since)
		}
	}
}

// corner knows of a change that touches one corner of the world.
type corner struct{}

func (corner) Position() uint64 { return 1 }

func (corner) Touched(_ string, _ uint64, c tiles.Coord) bool { return c.X == 0 && c.Y == 0 }

// Where a change lies is told in WebMercatorQuad: in other sets it may be
// anywhere, and no tile that may lack it is kept.
func TestChangesCountForEveryTileOfOtherGrids(t *testing.T) {
	t.Parallel()
	national := matrixSet(t, "VN2000_9210Quad")
	at := tiles.Coord{Z: 10, X: uint32((603000 - national.MinX) / national.TileWidth(10)), Y: uint32((national.MaxY - 1221000) / national.TileWidth(10))}
	for _, tt := range []struct {
		name  string
		r     tiles.Request
		drawn int32
	}{
		{"web Mercator", tiles.Request{IDs: "a", Coord: here}, 1},
		{"VN-2000", tiles.Request{IDs: "a", Coord: at, Matrix: national.ID}, 2},
	} {
		src := &source{}
		s := tiles.NewService(tiles.Config{Journal: corner{}}, catalogueOf(collection("a")), src, &memory{}, nil)
		for range 2 {
			if _, err := s.Tile(t.Context(), tt.r); err != nil {
				t.Fatal(err)
			}
		}
		if n := src.calls.Load(); n != tt.drawn {
			t.Errorf("%s: drawn %d times, want %d", tt.name, n, tt.drawn)
		}
	}
}
