package tiles_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
	"gisd/tiles"
)

func TestTileIsBuiltOnceAndKept(t *testing.T) {
	t.Parallel()
	src, cat := &source{}, catalogueOf(collection("a"), collection("b"))
	reg := prometheus.NewRegistry()
	s := tiles.NewService(tiles.Config{}, cat, src, &memory{}, reg)
	for range 3 {
		got, err := s.Tile(t.Context(), tiles.Request{IDs: "a,b", Coord: here})
		if err != nil {
			t.Fatal(err)
		}
		if want := "<a v1 10/815/480><b v1 10/815/480>"; string(plain(got)) != want || got.Private {
			t.Fatalf("tile %q, private %v; want %q, public", plain(got), got.Private, want)
		}
	}
	if n := src.calls.Load(); n != 2 {
		t.Errorf("%d layers drawn, want 2", n)
	}
	if got, want := requests(t, reg), map[string]float64{"hit 10": 2, "miss 10": 1}; !cmp.Equal(got, want) {
		t.Errorf("requests counted %v, want %v", got, want)
	}
	// A new version is another tile, without anyone purging.
	next := *collection("a")
	next.Version, next.VersionAt = 2, at.Add(time.Hour)
	cat.mu.Lock()
	cat.m["a"] = &next
	cat.mu.Unlock()
	got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
	if err != nil || string(plain(got)) != "<a v2 10/815/480>" {
		t.Errorf("after the import: %q, %v", plain(got), err)
	}
}

func requests(t *testing.T, reg *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if n := m.GetCounter().GetValue(); f.GetName() == "gisd_tiles_requests_total" && n > 0 {
				out[m.GetLabel()[0].GetValue()+" "+m.GetLabel()[1].GetValue()] = n
			}
		}
	}
	return out
}

func TestWhatIsNotDrawn(t *testing.T) {
	t.Parallel()
	none := collection("none")
	none.GeometryType = spatial.GeometryNone
	secret := collection("secret")
	secret.Visibility = spatial.VisibilityInternal
	void := collection("void")
	void.Extent = spatial.EmptyEnvelope(4326)
	pacific := collection("pacific")
	pacific.Extent.MinX, pacific.Extent.MaxX = 170, -170
	src := &source{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a"), none, secret, void, pacific), src, &memory{}, nil)
	tests := []struct {
		name, ids string
		c         tiles.Coord
		a         spatial.Access
		code      spatial.Code
		empty     bool
	}{
		{"below the first zoom", "a", tiles.Coord{Z: 4, X: 12, Y: 7}, spatial.Access{}, "", true},
		{"outside the extent", "a", tiles.Coord{Z: 10, X: 0, Y: 480}, spatial.Access{}, "", true},
		{"no features", "void", here, spatial.Access{}, "", true},
		{"across the antimeridian, elsewhere", "pacific", here, spatial.Access{}, "", true},
		{"across the antimeridian", "pacific", tiles.Coord{Z: 10, X: 1023, Y: 480}, spatial.Access{}, "", false},
		{"outside the grid", "a", tiles.Coord{Z: 4, X: 16}, spatial.Access{}, spatial.CodeNotFound, false},
		{"unknown", "a,zzz", here, spatial.Access{}, spatial.CodeNotFound, false},
		{"without geometry", "none", here, spatial.Access{}, spatial.CodeNotFound, false},
		{"hidden", "a,secret", here, spatial.Access{}, spatial.CodeNotFound, false},
		{"shown to who signed in", "a,secret", here, spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}, "", false},
		{"twice", "a,a", here, spatial.Access{}, spatial.CodeInvalid, false},
		{"empty id", "a,", here, spatial.Access{}, spatial.CodeNotFound, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := s.Tile(t.Context(), tiles.Request{IDs: tt.ids, Coord: tt.c, Access: tt.a})
			if spatial.CodeOf(err) != tt.code {
				t.Fatalf("error %v, want code %q", err, tt.code)
			}
			if err == nil && got.Tile.Empty() != tt.empty {
				t.Errorf("empty = %v, want %v", got.Tile.Empty(), tt.empty)
			}
			if err == nil && got.Private != (tt.ids == "a,secret") {
				t.Errorf("private = %v", got.Private)
			}
		})
	}
}

func TestOneBuildHoweverManyAsk(t *testing.T) {
	t.Parallel()
	src := &source{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), src, &memory{}, nil)
	var asked sync.WaitGroup
	errs := make(chan error, 20)
	for range 20 {
		asked.Go(func() {
			_, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
			errs <- err
		})
	}
	for src.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(src.hold)
	asked.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if n := src.calls.Load(); n != 1 {
		t.Errorf("%d builds for 20 askers, want 1", n)
	}
}

func TestWorkEndsWithTheLastWhoAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, workEndsWithTheLast)
}

func workEndsWithTheLast(t *testing.T) {
	src := &source{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), src, &memory{}, nil)
	first, leaveFirst := context.WithCancel(t.Context())
	second, leaveSecond := context.WithCancel(t.Context())
	ask := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() {
			_, err := s.Tile(ctx, tiles.Request{IDs: "a", Coord: here})
			done <- err
		}()
		return done
	}
	a := ask(first)
	synctest.Wait()
	b := ask(second)
	synctest.Wait()
	leaveFirst()
	if err := <-a; spatial.CodeOf(err) != spatial.CodeCanceled {
		t.Errorf("the first: %v, want canceled", err)
	}
	if src.canceled.Load() != 0 {
		t.Error("the build stopped while somebody was waiting for it")
	}
	leaveSecond()
	if err := <-b; spatial.CodeOf(err) != spatial.CodeCanceled {
		t.Errorf("the second: %v, want canceled", err)
	}
	s.Wait()
	if src.canceled.Load() != 1 || src.calls.Load() != 1 {
		t.Errorf("%d builds, %d stopped; want 1 and 1", src.calls.Load(), src.canceled.Load())
	}
}

func TestOverload(t *testing.T) {
	t.Parallel()
	src := &source{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{Concurrency: 1, Queue: 1}, catalogueOf(collection("a")), src, &memory{}, nil)
	results := make(chan error, 10)
	for i := range 10 {
		go func() {
			_, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: tiles.Coord{Z: 18, X: 208700 + uint32(i), Y: 123000}})
			results <- err
		}()
	}
	for range 8 { // one runs, one waits
		if err := <-results; spatial.CodeOf(err) != spatial.CodeUnavailable {
			t.Errorf("%v, want unavailable", err)
		}
	}
	close(src.hold)
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestBuildHasALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	src := &source{hold: make(chan struct{})}
	s := tiles.NewService(tiles.Config{BuildTimeout: 20 * time.Millisecond}, catalogueOf(collection("a")), src, &memory{}, nil)
	if _, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here}); spatial.CodeOf(err) != spatial.CodeTimeout {
		t.Errorf("%v, want timeout", err)
	}
}

func TestFailureIsNotKept(t *testing.T) {
	t.Parallel()
	src := &source{fail: errors.New("disk on fire")}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), src, &memory{}, nil)
	if _, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here}); spatial.CodeOf(err) != spatial.CodeInternal {
		t.Errorf("%v, want internal", err)
	}
	src.fail = nil
	if _, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestCachedTileCostsNoAllocation(t *testing.T) {
	src := &source{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a"), collection("b")), src, fixedCache{&tiles.Tile{}}, nil)
	got := testing.AllocsPerRun(100, func() {
		if _, err := s.Tile(t.Context(), tiles.Request{IDs: "a,b", Coord: here}); err != nil {
			t.Fatal(err)
		}
	})
	if got > 0 || src.calls.Load() > 0 {
		t.Errorf("%v allocations and %d builds for a cached tile, want none", got, src.calls.Load())
	}
}

type fixedCache struct{ t *tiles.Tile }

func (c fixedCache) Get(context.Context, tiles.Key) (*tiles.Tile, bool) { return c.t, true }
func (c fixedCache) Set(context.Context, tiles.Key, *tiles.Tile)        {}
func (c fixedCache) Reweigh(tiles.Key, *tiles.Tile)                     {}
func (c fixedCache) Forget(context.Context, string, func(tiles.Key) bool) {
}

func TestTileJSON(t *testing.T) {
	t.Parallel()
	b := collection("b")
	b.MinZoom, b.MaxZoom, b.Extent.MaxX, b.IDKind, b.Attribution = 3, 18, 108, spatial.IDText, "Sở Quy hoạch"
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a"), b), &source{}, &memory{}, nil)
	set, err := s.Tileset("a,b", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	got := set.TileJSON("http://x/tiles/a,b/{z}/{x}/{y}.mvt", "vi")
	fields := tiles.FieldTypes{{Name: "tên", Type: "String"}, {Name: "area", Type: "Number"}, {Name: "ok", Type: "Boolean"}}
	want := tiles.TileJSON{Version: "3.0.0", Scheme: "xyz", Name: "Lớp a, Lớp b", Attribution: "Sở Quy hoạch",
		Tiles: []string{"http://x/tiles/a,b/{z}/{x}/{y}.mvt"}, MinZoom: 3, MaxZoom: 18,
		Bounds: []float64{106.3, 10.8, 108, 11.5}, Center: []float64{107.15, 11.15, 7},
		VectorLayers: []tiles.VectorLayer{
			{ID: "a", MinZoom: 5, MaxZoom: 16, Fields: fields, GeometryType: spatial.GeometryPolygon},
			{ID: "b", MinZoom: 3, MaxZoom: 18, Fields: append(tiles.FieldTypes{{Name: "id", Type: "String"}}, fields...), GeometryType: spatial.GeometryPolygon},
		}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	text, err := fields.MarshalJSON()
	if err != nil || string(text) != `{"tên":"String","area":"Number","ok":"Boolean"}` {
		t.Errorf("fields as JSON: %s, %v", text, err)
	}
}
