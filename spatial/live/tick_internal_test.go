package live

import (
	"fmt"
	"testing"
	"time"

	"gisd/spatial"
)

// BenchmarkFanOut is the price of one tick in which 10,000 devices moved before
// 1,000 watchers who each see a city block of them, their frames included.
func BenchmarkFanOut(b *testing.B) {
	h := NewHub(Config{})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	positions := make([]Position, 10_000)
	for i := range positions {
		id := fmt.Sprint("bus-", i)
		h.PutDevice(Device{ID: id, Kind: KindBus, Visibility: spatial.VisibilityPublic})
		positions[i] = Position{Device: id, Lon: 106.2 + 0.01*float64(i%100), Lat: 10.8 + 0.008*float64(i/100)}
	}
	watchers := make([]*Watcher, 1000)
	for i := range watchers {
		lon, lat := 106.2+0.03*float64(i%32), 10.8+0.025*float64(i/32)
		e := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: lon, MinY: lat, MaxX: lon + 0.05, MaxY: lat + 0.05}
		watchers[i] = h.Watch(Watch{Filter: Filter{BBox: &e}, Zoom: 14})
		watchers[i].Take()
	}
	frames, sent := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Second)
		for i := range positions {
			positions[i].Time = at
		}
		h.Update(positions)
		h.distribute()
		for _, w := range watchers {
			f := w.Take()
			frames++
			sent += len(f.Positions)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(frames), "ns/frame")
	b.ReportMetric(float64(sent)/float64(frames), "positions/frame")
}
