package mqtt

import (
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial/live"
)

// Metrics count for listener and subscriber.
type Metrics struct {
	positions *prometheus.CounterVec
	refused   *prometheus.CounterVec
}

// NewMetrics registers the counts.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		positions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_mqtt_positions_total", Help: "Positions in MQTT messages, by what became of them.",
		}, []string{"from", "outcome"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_mqtt_refused_total", Help: "MQTT connections that were refused or ended here, by reason.",
		}, []string{"reason"}),
	}
	registry.MustRegister(m.positions, m.refused)
	return m
}

func (m *Metrics) ended(reason string) { m.refused.WithLabelValues(reason).Inc() }

func (m *Metrics) report(from string, r *live.Receipt) {
	m.positions.WithLabelValues(from, "accepted").Add(float64(r.Accepted))
	m.positions.WithLabelValues(from, "rejected").Add(float64(r.Rejected))
}
