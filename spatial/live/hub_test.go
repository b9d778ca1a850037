package live_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

func device(id string, v spatial.Visibility) live.Device {
	return live.Device{ID: id, Kind: live.KindBus, Visibility: v}
}

func fix(id string, lon, lat float64, at time.Time) live.Position {
	return live.Position{Device: id, Lon: lon, Lat: lat, Time: at}
}

func box(minX, minY, maxX, maxY float64) *spatial.Envelope {
	return &spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
}

// runHub runs the hub until the test's bubble ends.
func runHub(t *testing.T, h *live.Hub) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	synctest.Wait()
}

// told is a frame in a form that compares.
type told struct {
	Snapshot    bool
	Positions   []string // device ids
	Removed     []string
	Collections []string
}

func take(t *testing.T, w *live.Watcher) told {
	t.Helper()
	f := w.Take()
	got := told{Snapshot: f.Snapshot, Removed: f.Removed, Collections: f.Collections}
	for _, text := range f.Positions {
		var item struct{ Device string }
		if err := json.Unmarshal(text, &item); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got.Positions = append(got.Positions, item.Device)
	}
	slices.Sort(got.Positions)
	return got
}

func woken(w *live.Watcher) bool {
	synctest.Wait()
	select {
	case <-w.Wake():
		return true
	default:
		return false
	}
}

func expect(t *testing.T, what string, w *live.Watcher, want told) {
	t.Helper()
	if diff := cmp.Diff(want, take(t, w)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestUpdateOrder(t *testing.T) {
	t.Parallel()
	h := live.NewHub(live.Config{})
	h.PutDevice(device("b", spatial.VisibilityPublic))
	got := h.Update([]live.Position{
		fix("b", 1, 1, noon),
		fix("b", 2, 2, noon.Add(time.Second)),
		fix("b", 3, 3, noon.Add(-time.Second)),
		fix("b", 2, 2, noon.Add(time.Second)),
		fix("x", 1, 1, noon),
	})
	want := []live.Outcome{live.Moved, live.Moved, live.Late, live.Duplicate, live.Unknown}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	last := h.Last(live.Filter{})
	if len(last) != 1 || last[0].Position.Lon != 2 {
		t.Errorf("last known is %v, want lon 2", last)
	}
}

// TestUpdateShuffled: the marker ends at the newest fix, in whatever order they
// arrive.
func TestUpdateShuffled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		h := live.NewHub(live.Config{})
		h.PutDevice(device("b", spatial.VisibilityPublic))
		for _, i := range random.Perm(50) {
			h.Update([]live.Position{fix("b", float64(i), 0, noon.Add(time.Duration(i)*time.Second))})
		}
		if last := h.Last(live.Filter{BBox: box(49, -1, 49, 1)}); len(last) != 1 {
			t.Fatal("the marker is not at the newest fix")
		}
	}
}

// source is a registry in memory.
type source struct {
	devices   []live.Device
	positions []live.Position
	changed   chan struct{}
}

func (s *source) Devices(context.Context) ([]live.Device, error)         { return s.devices, nil }
func (s *source) LastPositions(context.Context) ([]live.Position, error) { return s.positions, nil }
func (s *source) WatchDevices(ctx context.Context, changed func()) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.changed:
			changed()
		}
	}
}

func TestRunLoadsAndReloads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &source{devices: []live.Device{device("a", "public")}, positions: []live.Position{fix("a", 1, 2, noon)}, changed: make(chan struct{})}
		h := live.NewHub(live.Config{Source: s})
		runHub(t, h)
		if last := h.Last(live.Filter{}); len(last) != 1 || last[0].Position.Lat != 2 {
			t.Errorf("after the start: %v", last)
		}
		s.devices = []live.Device{device("b", "public")}
		s.positions = nil
		s.changed <- struct{}{}
		time.Sleep(time.Second)
		if got := h.Devices(spatial.Access{}, nil); len(got) != 1 || got[0].ID != "b" {
			t.Errorf("after the change: %v", got)
		}
		if last := h.Last(live.Filter{}); len(last) != 0 {
			t.Errorf("the removed device is still at %v", last)
		}
	})
}
