package recorder

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RegisterMetrics registers the counts of a recorder.
func RegisterMetrics(registry prometheus.Registerer, r *Recorder, now func() time.Time) {
	counter := func(name, help string, value func(Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value(r.Stats())) })
	}
	registry.MustRegister(
		counter("gisd_recorder_written_total", "Positions that the database has taken.", func(s Stats) int64 { return s.Written }),
		counter("gisd_recorder_refused_total", "Positions that the database can never take.", func(s Stats) int64 { return s.Refused }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gisd_recorder_oldest_seconds", Help: "Age of the oldest position that the database does not have; 0 without.",
		}, func() float64 {
			if s := r.Stats(); !s.Oldest.IsZero() {
				return now().Sub(s.Oldest).Seconds()
			}
			return 0
		}),
	)
}
