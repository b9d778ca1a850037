package live_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// province makes devices spread over 1 x 0.8 degrees.
func province(h *live.Hub, n int) []live.Position {
	random := rand.New(rand.NewPCG(5, 6))
	positions := make([]live.Position, n)
	for i := range positions {
		id := fmt.Sprint("bus-", i)
		h.PutDevice(device(id, spatial.VisibilityPublic))
		positions[i] = fix(id, 106.2+random.Float64(), 10.8+0.8*random.Float64(), noon)
	}
	h.Update(positions)
	return positions
}

// BenchmarkUpdate is the price of one position in a lot of 100.
func BenchmarkUpdate(b *testing.B) {
	h := live.NewHub(live.Config{})
	positions := province(h, 20_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		lot := positions[i : i+100]
		for j := range lot {
			lot[j].Time = lot[j].Time.Add(time.Second)
			lot[j].Lon += 0.0001
		}
		h.Update(lot)
		if i += 100; i == len(positions) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*100), "ns/position")
}

// BenchmarkTake is the price of one frame of 500 positions, encoded once for
// all watchers.
func BenchmarkTake(b *testing.B) {
	h := live.NewHub(live.Config{})
	province(h, 500)
	b.ReportAllocs()
	for b.Loop() {
		w := h.Watch(live.Watch{Zoom: 12})
		if len(w.Take().Positions) != 500 {
			b.Fatal("not 500")
		}
		w.Close()
	}
}

func BenchmarkDecodePosition(b *testing.B) {
	text := []byte(`{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-03-01T11:59:00Z","speed":40.5,"bearing":90,"accuracy":5}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := live.DecodePosition(text, noon, live.Limits{}); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}
