package outbox

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	deliveries            *prometheus.CounterVec
	waiting, dead, oldest prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_outbox_deliveries_total", Help: "Tries to deliver a message by this node.",
		}, []string{"channel", "result"}),
		waiting: gauge("gisd_outbox_waiting", "Messages that wait to be delivered."),
		dead:    gauge("gisd_outbox_dead", "Messages that were given up and can be sent again."),
		oldest:  gauge("gisd_outbox_oldest_seconds", "Age of the oldest message, or change of a collection, that has not been delivered."),
	}
	if reg != nil {
		reg.MustRegister(m.deliveries, m.waiting, m.dead, m.oldest)
	}
	return m
}

func (m *metrics) settled(message Message) {
	result := map[State]string{StateDelivered: "delivered", StateWaiting: "failed", StateDead: "dead"}[message.State]
	m.deliveries.WithLabelValues(string(message.Channel), result).Inc()
}

// watchEvery is how old the figures of the queue are at most.
const watchEvery = 5 * time.Second

// watch keeps the figures of the queue, on every node, whichever of them delivers.
func (c *Courier) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		b, err := c.c.Store.Backlog(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil: // whoever leads says so
		default:
			c.metrics.waiting.Set(float64(b.Waiting))
			c.metrics.dead.Set(float64(b.Dead))
			c.metrics.oldest.Set(0)
			if !b.Oldest.IsZero() {
				c.metrics.oldest.Set(max(c.c.Now().Sub(b.Oldest).Seconds(), 0))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
