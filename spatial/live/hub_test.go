package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/livetest"
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

func TestWatchViewport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		h.SetDevices([]live.Device{device("near", spatial.VisibilityPublic), device("far", spatial.VisibilityPublic)})
		h.Update([]live.Position{fix("near", 106.65, 11, noon), fix("far", 108, 16, noon)})
		runHub(t, h)
		time.Sleep(300 * time.Millisecond)
		w := h.Watch(live.Watch{Filter: live.Filter{BBox: box(106.6, 10.9, 106.7, 11.1)}, Zoom: 14})
		defer w.Close()
		if !woken(w) {
			t.Fatal("no snapshot is due at the start")
		}
		expect(t, "snapshot", w, told{Snapshot: true, Positions: []string{"near"}})

		time.Sleep(300 * time.Millisecond)
		if woken(w) {
			t.Error("woken though nothing moved since the snapshot")
			w.Take()
		}
		h.Update([]live.Position{fix("far", 108.1, 16, noon.Add(time.Second))})
		time.Sleep(300 * time.Millisecond)
		if woken(w) {
			t.Error("woken by a move out of sight")
		}
		h.Update([]live.Position{fix("near", 106.66, 11, noon.Add(time.Second))})
		h.Update([]live.Position{fix("near", 106.67, 11, noon.Add(2*time.Second))})
		time.Sleep(300 * time.Millisecond)
		if !woken(w) {
			t.Error("not woken by a move in sight")
		}
		expect(t, "two moves in a tick are one", w, told{Positions: []string{"near"}})

		h.Update([]live.Position{fix("near", 109, 11, noon.Add(3*time.Second)), fix("far", 106.7, 11.1, noon.Add(3*time.Second))})
		time.Sleep(300 * time.Millisecond)
		expect(t, "one leaves, one comes onto the edge", w, told{Positions: []string{"far"}, Removed: []string{"near"}})

		h.SetDevices([]live.Device{device("near", spatial.VisibilityPublic)})
		time.Sleep(300 * time.Millisecond)
		expect(t, "unregistered", w, told{Removed: []string{"far"}})
	})
}

// TestWatchBetweenTicks: a snapshot shows a device that no tick has told of yet;
// when it is gone by the tick, the watcher still hears of it.
func TestWatchBetweenTicks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		h.PutDevice(device("b", spatial.VisibilityPublic))
		runHub(t, h)
		h.Update([]live.Position{fix("b", 106.65, 11, noon)})
		w := h.Watch(live.Watch{Filter: live.Filter{BBox: box(106.6, 10.9, 106.7, 11.1)}, Zoom: 14})
		defer w.Close()
		expect(t, "snapshot", w, told{Snapshot: true, Positions: []string{"b"}})
		h.Update([]live.Position{fix("b", 20, 50, noon.Add(time.Second))})
		time.Sleep(300 * time.Millisecond)
		expect(t, "gone", w, told{Removed: []string{"b"}})
	})
}

func TestWatchAcrossAntimeridian(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		h.SetDevices([]live.Device{device("east", "public"), device("west", "public"), device("between", "public")})
		runHub(t, h)
		w := h.Watch(live.Watch{Filter: live.Filter{BBox: box(179.9, -1, -179.9, 1)}, Zoom: 12})
		defer w.Close()
		expect(t, "snapshot", w, told{Snapshot: true})
		h.Update([]live.Position{fix("east", 180, 0, noon), fix("west", -179.95, 0, noon), fix("between", 0, 0, noon)})
		time.Sleep(300 * time.Millisecond)
		expect(t, "moves", w, told{Positions: []string{"east", "west"}})
	})
}

func TestWatchAccessAndKinds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		barge := device("barge", spatial.VisibilityPublic)
		barge.Kind = live.KindBarge
		h.SetDevices([]live.Device{barge, device("bus", spatial.VisibilityPublic), device("patrol", spatial.VisibilityInternal)})
		runHub(t, h)
		anonymous := h.Watch(live.Watch{Zoom: 12})
		defer anonymous.Close()
		viewer := h.Watch(live.Watch{Filter: live.Filter{Access: spatial.Access{Subject: "user:an"}}, Zoom: 12})
		defer viewer.Close()
		barges := h.Watch(live.Watch{Filter: live.Filter{Kinds: []live.Kind{live.KindBarge}}, Zoom: 12})
		defer barges.Close()
		for _, w := range []*live.Watcher{anonymous, viewer, barges} {
			expect(t, "snapshot", w, told{Snapshot: true})
		}
		h.Update([]live.Position{fix("barge", 1, 1, noon), fix("bus", 1, 1, noon), fix("patrol", 1, 1, noon)})
		time.Sleep(300 * time.Millisecond)
		expect(t, "anonymous", anonymous, told{Positions: []string{"barge", "bus"}})
		expect(t, "viewer", viewer, told{Positions: []string{"barge", "bus", "patrol"}})
		expect(t, "barges", barges, told{Positions: []string{"barge"}})

		h.PutDevice(device("bus", spatial.VisibilityInternal))
		time.Sleep(300 * time.Millisecond)
		expect(t, "anonymous, the bus turned internal", anonymous, told{Removed: []string{"bus"}})
		expect(t, "viewer, the bus turned internal", viewer, told{Positions: []string{"bus"}})
	})
}

func TestWatchLowZoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		h.PutDevice(device("b", spatial.VisibilityPublic))
		runHub(t, h)
		w := h.Watch(live.Watch{Zoom: 5})
		defer w.Close()
		<-w.Wake()
		w.Take()
		wakes := 0
		for i := range 40 { // ten seconds of ticks
			h.Update([]live.Position{fix("b", 1, 1, noon.Add(time.Duration(i)*time.Second))})
			time.Sleep(250 * time.Millisecond)
			if woken(w) {
				wakes++
				w.Take()
			}
		}
		if wakes < 9 || wakes > 11 {
			t.Errorf("woken %d times in 10 s at zoom 5, want 10", wakes)
		}
	})
}

// TestSlowWatcher: who does not take for long finds each device once, in its
// latest state.
func TestSlowWatcher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		for i := range 100 {
			h.PutDevice(device(fmt.Sprint(i), spatial.VisibilityPublic))
		}
		runHub(t, h)
		w := h.Watch(live.Watch{Zoom: 12})
		defer w.Close()
		w.Take()
		for round := range 50 {
			for i := range 100 {
				h.Update([]live.Position{fix(fmt.Sprint(i), float64(round), 1, noon.Add(time.Duration(round)*time.Second))})
			}
			time.Sleep(250 * time.Millisecond)
		}
		synctest.Wait()
		f := w.Take()
		if len(f.Positions) != 100 {
			t.Fatalf("got %d positions, want 100", len(f.Positions))
		}
		for _, text := range f.Positions {
			if !strings.Contains(string(text), `"lon":49,`) {
				t.Fatalf("%s is not the latest", text)
			}
		}
		if rest := w.Take(); !rest.Empty() {
			t.Errorf("a second take has %d positions", len(rest.Positions))
		}
	})
}

func TestAnnounceCollections(t *testing.T) {
	t.Parallel()
	h := live.NewHub(live.Config{})
	anonymous := h.Watch(live.Watch{Zoom: 12})
	viewer := h.Watch(live.Watch{Filter: live.Filter{Access: spatial.Access{Subject: "user:an"}}, Zoom: 12})
	for _, w := range []*live.Watcher{anonymous, viewer} {
		<-w.Wake()
		w.Take()
	}
	for range 2 {
		h.AnnounceCollections(func(a spatial.Access) []string {
			if a.Anonymous() {
				return nil
			}
			return []string{"plan"}
		})
	}
	<-viewer.Wake()
	expect(t, "viewer", viewer, told{Collections: []string{"plan"}})
	select {
	case <-anonymous.Wake():
		t.Error("the anonymous watcher was woken")
	default:
	}
	viewer.Close()
	anonymous.Close()
	if s := h.Stats(); s.Watchers != 0 {
		t.Errorf("%d watchers after all closed", s.Watchers)
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

func TestTwoNodes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &live.LocalBus{}
		var hubs []*live.Hub
		for i := range 2 {
			h := live.NewHub(live.Config{Bus: bus, Epoch: fmt.Sprint("node", i)})
			h.PutDevice(device("b", spatial.VisibilityPublic))
			runHub(t, h)
			hubs = append(hubs, h)
		}
		w := hubs[1].Watch(live.Watch{Zoom: 12})
		defer w.Close()
		w.Take()
		p := fix("b", 106.5, 11.25, noon)
		p.SpeedKMH = live.Known(36)
		hubs[0].Update([]live.Position{p})
		time.Sleep(600 * time.Millisecond)
		expect(t, "at the other node", w, told{Positions: []string{"b"}})
		last := hubs[1].Last(live.Filter{})
		if diff := cmp.Diff(p, last[0].Position); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestLocalBus(t *testing.T) {
	t.Parallel()
	livetest.TestBus(t, func(*testing.T) live.Bus { return &live.LocalBus{} })
}
