package postgis

import "github.com/prometheus/client_golang/prometheus"

// metrics reads the pool's and the catalogue's own figures at each scrape.
type metrics struct {
	db        *DB
	catalogue *Catalogue

	connections, acquires, waits, waited, generation *prometheus.Desc
}

// RegisterMetrics publishes the state of the pool and the catalogue.
func RegisterMetrics(r prometheus.Registerer, db *DB, catalogue *Catalogue) error {
	return r.Register(&metrics{
		db: db, catalogue: catalogue,
		connections: prometheus.NewDesc("gisd_postgis_connections", "Connections of the serving pool.", []string{"state"}, nil),
		acquires:    prometheus.NewDesc("gisd_postgis_acquires_total", "Connections taken from the pool.", nil, nil),
		waits:       prometheus.NewDesc("gisd_postgis_acquire_waits_total", "Connections that were waited for.", nil, nil),
		waited:      prometheus.NewDesc("gisd_postgis_acquire_seconds_total", "Time spent taking connections.", nil, nil),
		generation:  prometheus.NewDesc("gisd_postgis_catalogue_generation", "Changes of the catalogue seen by this process.", nil, nil),
	})
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.connections, m.acquires, m.waits, m.waited, m.generation} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	s := m.db.Pool.Stat()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	gauge(m.connections, float64(s.AcquiredConns()), "acquired")
	gauge(m.connections, float64(s.IdleConns()), "idle")
	gauge(m.connections, float64(s.MaxConns()), "max")
	counter(m.acquires, float64(s.AcquireCount()))
	counter(m.waits, float64(s.EmptyAcquireCount()))
	counter(m.waited, s.AcquireDuration().Seconds())
	gauge(m.generation, float64(m.catalogue.Generation()))
}
