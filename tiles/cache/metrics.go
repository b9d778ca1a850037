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
