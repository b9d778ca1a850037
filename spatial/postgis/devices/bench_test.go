package devices_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gisd/internal/testdb"
	"gisd/spatial/live"
	"gisd/spatial/live/recorder"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
	"gisd/spatial/spool"
)

// benchHistory is a history of so many registered buses, with a position of each.
func benchHistory(b *testing.B, n int) (*devices.History, []live.Position) {
	b.Helper()
	db := postgis.NewDB(testdb.DB(b), nil)
	registry := make([]live.Device, n)
	lot := make([]live.Position, n)
	for i := range registry {
		registry[i] = bus(fmt.Sprint("b", i))
		lot[i] = live.Position{Device: registry[i].ID, Lon: 106, Lat: 11, Time: liveNoon, ReceivedAt: liveNoon, SpeedKMH: live.Known(30)}
	}
	if _, err := devices.NewStore(db).Register(b.Context(), registry, "bench"); err != nil {
		b.Fatal(err)
	}
	return devices.NewHistory(db, devices.HistoryConfig{}), lot
}

// BenchmarkWritePositions is the price of a lot of 5000 positions of as many devices.
func BenchmarkWritePositions(b *testing.B) {
	history, lot := benchHistory(b, 5000)
	for b.Loop() {
		for i := range lot {
			lot[i].Time = lot[i].Time.Add(time.Second)
		}
		if refused, err := history.WritePositions(b.Context(), lot); err != nil || refused > 0 {
			b.Fatal(refused, err)
		}
	}
	b.ReportMetric(float64(b.N*len(lot))/b.Elapsed().Seconds(), "positions/s")
}

// BenchmarkSpooled is the price of a position from Record, with a thousand senders of
// one each or of lots, until the spool is empty and PostgreSQL has committed the last.
func BenchmarkSpooled(b *testing.B) {
	for _, lotSize := range []int{1, 100} {
		b.Run(fmt.Sprintf("lot=%d", lotSize), func(b *testing.B) {
			history, lot := benchHistory(b, 1000)
			s, err := spool.Open(spool.Config{Dir: b.TempDir(), MaxBytes: 16 << 30})
			if err != nil {
				b.Fatal(err)
			}
			r := recorder.New(recorder.Config{Spool: s, Store: history, Stop: 10 * time.Minute})
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- r.Run(ctx) }()
			var sender atomic.Int64
			var mu sync.Mutex
			var waits []time.Duration
			b.SetParallelism(500)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				own := lot[sender.Add(1)%int64(len(lot))]
				var waited []time.Duration
				for pb.Next() {
					positions := make([]live.Position, lotSize)
					for i := range positions {
						own.Time = own.Time.Add(time.Second)
						positions[i] = own
					}
					began := time.Now()
					if err := r.Record(ctx, positions); err != nil {
						b.Error(err)
						return
					}
					waited = append(waited, time.Since(began))
				}
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, waited...)
			})
			acknowledged := b.Elapsed()
			cancel()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
			stats := s.Stats()
			b.ReportMetric(float64(b.N*lotSize)/acknowledged.Seconds(), "acknowledged/s")
			b.ReportMetric(float64(b.N*lotSize)/b.Elapsed().Seconds(), "stored/s")
			b.ReportMetric(float64(stats.Records)/float64(max(stats.Syncs, 1)), "records/fsync")
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50_ms")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99_ms")
		})
	}
}
