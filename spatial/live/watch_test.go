package live_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

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
