package cache

import "github.com/prometheus/client_golang/prometheus"

func registerMetrics(reg prometheus.Registerer, m *Memory) {
	reg.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gisd_cache_memory_bytes", Help: "Memory that cached tiles take.",
		}, func() float64 { return float64(m.Bytes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gisd_cache_memory_tiles", Help: "Tiles in memory.",
		}, func() float64 { return float64(m.Len()) }),
	)
}

type redisMetrics struct{ hits, misses, failures, dropped prometheus.Counter }

func newRedisMetrics(reg prometheus.Registerer) *redisMetrics {
	reads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gisd_cache_redis_requests_total", Help: "Tiles that Redis was asked for.",
	}, []string{"cache"})
	m := &redisMetrics{
		hits: reads.WithLabelValues("hit"), misses: reads.WithLabelValues("miss"),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gisd_cache_redis_failures_total", Help: "Times that Redis did not answer.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gisd_cache_redis_dropped_total", Help: "Tiles not written to Redis because too many waited.",
		}),
	}
	if reg != nil {
		reg.MustRegister(reads, m.failures, m.dropped)
	}
	return m
}
