package live

import (
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial/live"
)

type metrics struct {
	positions *prometheus.CounterVec
	frames    prometheus.Counter
	bytes     prometheus.Counter
	events    prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer, hub *live.Hub) *metrics {
	m := &metrics{
		positions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_live_positions_total", Help: "Positions reported, by what became of them.",
		}, []string{"outcome"}),
		frames: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gisd_live_frames_total", Help: "Frames written to streams.",
		}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gisd_live_stream_bytes_total", Help: "Bytes written to streams.",
		}),
		events: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gisd_live_event_seconds", Help: "From the receipt of a report to its provisional events.",
			Buckets: []float64{.0002, .0005, .001, .002, .003, .005, .0075, .01, .015, .02, .05, .1, .5, 2},
		}),
	}
	for _, outcome := range []string{"moved", "late", "duplicate", "held", "rejected"} {
		m.positions.WithLabelValues(outcome)
	}
	if registry == nil {
		return m
	}
	gauge := func(name, help string, value func(live.Stats) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return float64(value(hub.Stats())) })
	}
	registry.MustRegister(m.positions, m.frames, m.bytes, m.events,
		gauge("gisd_live_streams", "Streams that are open.", func(s live.Stats) int { return s.Watchers }),
		gauge("gisd_live_devices", "Devices that are registered.", func(s live.Stats) int { return s.Devices }),
		gauge("gisd_live_devices_known", "Devices with a last known position.", func(s live.Stats) int { return s.Known }))
	return m
}

func (m *metrics) report(r *live.Receipt) {
	m.positions.WithLabelValues("moved").Add(float64(r.Accepted - r.Late - r.Duplicates - r.Held))
	m.positions.WithLabelValues("late").Add(float64(r.Late))
	m.positions.WithLabelValues("duplicate").Add(float64(r.Duplicates))
	m.positions.WithLabelValues("held").Add(float64(r.Held))
	m.positions.WithLabelValues("rejected").Add(float64(r.Rejected))
}
