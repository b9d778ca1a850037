package listen

import (
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial/live"
)

// Metrics count for all servers of a registry.
type Metrics struct {
	connections *prometheus.GaugeVec
	messages    *prometheus.CounterVec
	positions   *prometheus.CounterVec
	ended       *prometheus.CounterVec
}

// NewMetrics registers the counts.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		connections: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "gisd_listen_connections", Help: "Connections of devices that are open.",
		}, []string{"protocol"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_listen_messages_total", Help: "Messages of devices.",
		}, []string{"protocol"}),
		positions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_listen_positions_total", Help: "Positions in messages of devices, by what became of them.",
		}, []string{"protocol", "outcome"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_listen_refused_total", Help: "Connections that were refused or ended here, by reason.",
		}, []string{"protocol", "reason"}),
	}
	registry.MustRegister(m.connections, m.messages, m.positions, m.ended)
	return m
}

func (m *Metrics) refused(protocol, reason string) { m.ended.WithLabelValues(protocol, reason).Inc() }

func (m *Metrics) report(protocol string, r *live.Receipt) {
	for outcome, n := range map[string]int{
		"moved": r.Accepted - r.Late - r.Duplicates - r.Held, "late": r.Late, "duplicate": r.Duplicates, "held": r.Held, "rejected": r.Rejected,
	} {
		if n > 0 {
			m.positions.WithLabelValues(protocol, outcome).Add(float64(n))
		}
	}
}
