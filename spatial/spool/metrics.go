package spool

import "github.com/prometheus/client_golang/prometheus"

// RegisterMetrics registers the counts of a spool.
func RegisterMetrics(registry prometheus.Registerer, s *Spool) {
	gauge := func(name, help string, value func(Stats) int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value(s.Stats())) })
	}
	counter := func(name, help string, value func(Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value(s.Stats())) })
	}
	registry.MustRegister(
		gauge("gisd_spool_bytes", "Bytes of the spool on the disk.", func(s Stats) int64 { return s.Bytes }),
		gauge("gisd_spool_waiting_bytes", "Bytes of the spool that the database does not have.", func(s Stats) int64 { return s.Waiting }),
		gauge("gisd_spool_limit_bytes", "Bytes that may wait in the spool.", func(s Stats) int64 { return s.MaxBytes }),
		counter("gisd_spool_records_total", "Records that were made durable.", func(s Stats) int64 { return s.Records }),
		counter("gisd_spool_syncs_total", "Times that the disk was waited for.", func(s Stats) int64 { return s.Syncs }),
		counter("gisd_spool_refused_total", "Appends that found no room, or a disk that refused.", func(s Stats) int64 { return s.Refused }),
		counter("gisd_spool_lost_bytes_total", "Bytes that a damaged disk no longer gave back.", func(s Stats) int64 { return s.Lost }),
	)
}
