package tiles

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics holds one series per zoom, looked up once: a hit is one addition.
type metrics struct {
	hits, misses [MaxZoom + 1]prometheus.Counter
	bytes        [MaxZoom + 1]prometheus.Counter
	seconds      [MaxZoom + 1]prometheus.Observer
	refused      prometheus.Counter
	shared       prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, l *limiter) *metrics {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gisd_tiles_requests_total", Help: "Tiles asked for, by zoom and by whether the cache had them.",
	}, []string{"z", "cache"})
	built := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gisd_tiles_built_bytes_total", Help: "Bytes of the tiles built, uncompressed, by zoom.",
	}, []string{"z"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "gisd_tiles_build_seconds", Help: "Time from reading rows to the tile, by zoom.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"z"})
	m := &metrics{refused: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "gisd_tiles_refused_total", Help: "Builds turned away because the queue was full.",
	}), shared: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "gisd_tiles_shared_hits_total", Help: "Tiles that were not in memory and another node had built.",
	})}
	for z := range m.hits {
		label := strconv.Itoa(z)
		m.hits[z] = requests.WithLabelValues(label, "hit")
		m.misses[z] = requests.WithLabelValues(label, "miss")
		m.bytes[z] = built.WithLabelValues(label)
		m.seconds[z] = seconds.WithLabelValues(label)
	}
	if reg != nil {
		reg.MustRegister(requests, built, seconds, m.refused, m.shared)
		gauge(reg, "gisd_tiles_builds_running", "Tiles being built.", func() int { running, _ := l.load(); return running })
		gauge(reg, "gisd_tiles_builds_waiting", "Tiles waiting to be built.", func() int { _, waiting := l.load(); return waiting })
	}
	return m
}

func gauge(reg prometheus.Registerer, name, help string, value func() int) {
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) }))
}

func (m *metrics) build(z uint32, took time.Duration, size int) {
	m.seconds[z].Observe(took.Seconds())
	m.bytes[z].Add(float64(size))
}
