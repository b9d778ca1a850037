package live_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/livetest"
)

func compactTake(t *testing.T, w *live.Watcher, m *livetest.Map) (bytes int) {
	t.Helper()
	f := w.Take()
	if f.Compact == nil {
		return 0
	}
	if err := m.Apply(f.Compact); err != nil {
		t.Fatal(err)
	}
	return len(f.Compact)
}

// Whoever looks has in the end the devices of the tiles that the box touches, where they
// are, whether every frame was taken, some, or none but the last.
func TestCompactFrames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		h := live.NewHub(live.Config{})
		const n = 60
		devices := make([]live.Device, n)
		for i := range devices {
			devices[i] = device(fmt.Sprint("d", i), spatial.VisibilityPublic)
			if i%10 == 0 {
				devices[i].Visibility = spatial.VisibilityInternal
			}
		}
		h.SetDevices(devices)
		runHub(t, h)
		watch := live.Watch{Filter: live.Filter{BBox: box(106.6, 10.95, 106.75, 11.05)}, Zoom: 13, Compact: true}
		prompt, slow, inside := h.Watch(watch), h.Watch(watch), h.Watch(live.Watch{Filter: live.Filter{BBox: watch.BBox,
			Access: spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}}, Zoom: 13, Compact: true})
		var maps [3]livetest.Map
		lon, lat := make([]float64, n), make([]float64, n)
		for i := range n {
			lon[i], lat[i] = 106.5+0.35*r.Float64(), 10.85+0.3*r.Float64()
		}
		for round := range 200 {
			for range 20 {
				i := r.IntN(n)
				lon[i], lat[i] = lon[i]+0.003*r.NormFloat64(), lat[i]+0.003*r.NormFloat64()
				p := fix(devices[i].ID, lon[i], lat[i], time.Now())
				p.SpeedKMH = live.Known(41)
				h.Update([]live.Position{p})
				time.Sleep(time.Millisecond)
			}
			switch round {
			case 50:
				devices[3].Name = "ba"
				h.PutDevice(devices[3])
			case 100:
				devices[4].Revoked = true
				h.PutDevice(devices[4])
			}
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
			compactTake(t, prompt, &maps[0])
			compactTake(t, inside, &maps[2])
			if round%7 == 6 {
				compactTake(t, slow, &maps[1])
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for i, w := range []*live.Watcher{prompt, slow, inside} {
			compactTake(t, w, &maps[i])
			compare(t, &maps[i], h, live.Filter{Access: [3]spatial.Access{{}, {}, {Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}}[i]})
			w.Close()
		}
		if maps[0].Blocks[0] == 0 || maps[1].Blocks[1] == 0 {
			t.Errorf("forms of blocks: %v, %v", maps[0].Blocks, maps[1].Blocks)
		}
	})
}

// compare holds a map against the hub: columns 3261 to 3263 and rows 2297 to 2298 of
// level 12 are those that the box touches.
func compare(t *testing.T, m *livetest.Map, h *live.Hub, f live.Filter) {
	t.Helper()
	byName := map[string]livetest.Marker{}
	for number, marker := range m.Devices {
		byName[m.Names[number].Device] = marker
	}
	want := 0
	for _, s := range h.Last(f) {
		p := s.Position
		column, row := math.Floor((p.Lon+180)/360*4096), math.Floor((p.Lat+90)/180*4096)
		seen := column >= math.Floor((106.6+180)/360*4096) && column <= math.Floor((106.75+180)/360*4096) &&
			row >= math.Floor((10.95+90)/180*4096) && row <= math.Floor((11.05+90)/180*4096)
		got, ok := byName[p.Device]
		if ok != seen {
			t.Errorf("%s at %v, %v: on the map %v, want %v", p.Device, p.Lon, p.Lat, ok, seen)
			continue
		}
		if !seen {
			continue
		}
		want++
		if math.Abs(got.Lon-p.Lon) > 1e-6 || math.Abs(got.Lat-p.Lat) > 1e-6 || p.SpeedKMH.Known && got.Speed != 21 {
			t.Errorf("%s is %+v, want %+v", p.Device, got, p)
		}
	}
	if len(byName) != want || want < 5 {
		t.Errorf("%d devices on the map, want %d", len(byName), want)
	}
}

// Below zoom 9 there are counts, of those whom the watcher may see.
func TestCompactCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		h.SetDevices([]live.Device{device("a", spatial.VisibilityPublic), device("b", spatial.VisibilityPublic),
			device("c", spatial.VisibilityPublic), device("secret", spatial.VisibilityInternal)})
		runHub(t, h)
		h.Update([]live.Position{fix("a", 106.6, 11, time.Now()), fix("b", 106.61, 11, time.Now()), fix("secret", 106.61, 11, time.Now())})
		w := h.Watch(live.Watch{Filter: live.Filter{BBox: box(100, 8, 110, 24)}, Zoom: 6, Compact: true})
		defer w.Close()
		var m livetest.Map
		total := func() (sum int) {
			for _, cells := range m.Counts {
				for _, n := range cells {
					sum += n
				}
			}
			return sum
		}
		for i, step := range []struct {
			move live.Position
			want int
		}{
			{fix("a", 106.6, 11, time.Now()), 2},
			{fix("c", 106.6, 11, time.Now()), 3},
			{fix("b", 0, 11, time.Now().Add(time.Hour)), 2},
		} {
			h.Update([]live.Position{step.move})
			time.Sleep(1100 * time.Millisecond)
			synctest.Wait()
			compactTake(t, w, &m)
			if got := total(); got != step.want {
				t.Errorf("step %d: %d devices are counted, want %d: %v", i, got, step.want, m.Counts)
			}
		}
		if len(m.Devices) > 0 {
			t.Errorf("markers too: %v", m.Devices)
		}
	})
}

// A device that moves costs 16 bytes of a frame at most.
func TestCompactBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := live.NewHub(live.Config{})
		const n = 40
		devices := make([]live.Device, n)
		for i := range devices {
			devices[i] = device(fmt.Sprint("d", i), spatial.VisibilityPublic)
		}
		h.SetDevices(devices)
		runHub(t, h)
		w := h.Watch(live.Watch{Filter: live.Filter{BBox: box(106.6, 10.95, 106.7, 11.05)}, Zoom: 13, Compact: true})
		defer w.Close()
		var m livetest.Map
		for range 3 {
			for i := range n {
				h.Update([]live.Position{fix(devices[i].ID, 106.605+0.002*float64(i), 10.955+0.002*float64(i), time.Now())})
			}
			time.Sleep(300 * time.Millisecond)
			synctest.Wait()
			bytes := compactTake(t, w, &m)
			if m.Blocks[1] > 0 && m.Blocks[0] > 0 && bytes > 16*n {
				t.Errorf("a frame of %d devices has %d bytes", n, bytes)
			}
		}
		if len(m.Devices) != n || m.Blocks[0] == 0 {
			t.Errorf("%d devices, forms %v", len(m.Devices), m.Blocks)
		}
	})
}
