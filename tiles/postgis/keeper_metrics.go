package postgis

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type keeperMetrics struct {
	oldest         atomic.Int64 // when the first edit was that small scales do not show, in microseconds since 1970; 0 is none
	cells, tiles   prometheus.Counter
	whole          prometheus.Counter
	took, lateness prometheus.Observer
}

func newKeeperMetrics(reg prometheus.Registerer) *keeperMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	took := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "gisd_tiles_small_rebuild_seconds", Help: "Time to make again what small scales have of the neighbourhood of edits.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	})
	late := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "gisd_tiles_small_lag_seconds", Help: "Age of the first of some edits when small scales came to show them.",
		Buckets: []float64{1, 2, 3, 4, 5, 7.5, 10, 20, 60},
	})
	m := &keeperMetrics{
		cells: counter("gisd_tiles_small_cells_total", "Cells of small scales that were made again after edits and were different."),
		tiles: counter("gisd_tiles_small_changed_total", "Tiles of small scales that were different then."),
		whole: counter("gisd_tiles_small_whole_total", "Times that edits did not fit what was chosen for their zooms, so that all small scales of a collection were made."),
		took:  took, lateness: late,
	}
	if reg == nil {
		return m
	}
	reg.MustRegister(m.cells, m.tiles, m.whole, took, late, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "gisd_tiles_small_pending_seconds", Help: "Age of the oldest edit that small scales do not show; 0 where they show all.",
	}, func() float64 {
		if at := m.oldest.Load(); at > 0 {
			return max(time.Since(time.UnixMicro(at)).Seconds(), 0)
		}
		return 0
	}))
	return m
}

// behind notes what was found, the longest behind first.
func (m *keeperMetrics) behind(list []Behind) {
	if len(list) == 0 {
		m.oldest.Store(0)
		return
	}
	m.oldest.Store(time.Now().Add(-list[0].Lag).UnixMicro())
}

func (m *keeperMetrics) followed(r SmallReport, took, lag time.Duration) {
	m.cells.Add(float64(r.Cells))
	m.tiles.Add(float64(r.Tiles))
	if r.Whole {
		m.whole.Inc()
	}
	m.took.Observe(took.Seconds())
	m.lateness.Observe(lag.Seconds())
}
