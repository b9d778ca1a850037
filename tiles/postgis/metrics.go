package postgis

import "github.com/prometheus/client_golang/prometheus"

type metrics struct{ skipped prometheus.Counter }

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{skipped: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "gisd_tiles_skipped_features_total",
		Help: "Features left out of a tile because they have curves, or vertices beyond the reach of the projection.",
	})}
	if reg != nil {
		reg.MustRegister(m.skipped)
	}
	return m
}
