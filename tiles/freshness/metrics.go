package freshness

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
)

type metrics struct {
	changes, boxes, cells prometheus.Counter
	seconds               prometheus.Observer
}

func newMetrics(reg prometheus.Registerer, f *Freshness) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string, read func() float64) prometheus.GaugeFunc {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
	}
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "gisd_freshness_rebuild_seconds", Help: "Time to bring packed cells up to date after a batch of changes.",
		Buckets: []float64{.005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10},
	})
	m := &metrics{
		changes: counter("gisd_freshness_changes_total", "Statements that changed features, as this node heard of them."),
		boxes:   counter("gisd_freshness_boxes_total", "Boxes of those changes."),
		cells:   counter("gisd_freshness_cells_total", "Packed cells brought up to date by this node."),
		seconds: seconds,
	}
	if reg == nil {
		return m
	}
	reg.MustRegister(m.changes, m.boxes, m.cells, seconds,
		gauge("gisd_freshness_heard_seconds", "Time since the queue of changes was last heard from.", func() float64 {
			return f.cfg.Journal.sinceHeard().Seconds()
		}),
		gauge("gisd_freshness_pending", "Changes that packed cells do not show yet.", func() float64 {
			_, count := f.suspended.oldest()
			return float64(count)
		}),
		gauge("gisd_freshness_lag_seconds", "Age of the oldest of those changes.", func() float64 {
			position, count := f.suspended.oldest()
			if count == 0 {
				return 0
			}
			// Positions are microseconds since 1970, or a little more.
			return max(time.Since(time.UnixMicro(int64(position))).Seconds(), 0)
		}))
	return m
}

func (m *metrics) took(list []spatial.Change) {
	m.changes.Add(float64(len(list)))
	for _, change := range list {
		m.boxes.Add(float64(len(change.Boxes)))
	}
}

func (m *metrics) rebuilt(cells int, took time.Duration) {
	m.cells.Add(float64(cells))
	m.seconds.Observe(took.Seconds())
}
