package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/spatial"
)

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec

	mu     sync.RWMutex
	series map[seriesKey]series // found by labels once, not for every request
}

type seriesKey struct {
	route, method string
	status        int
}

type series struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		series: make(map[seriesKey]series),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gisd_api_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gisd_api_request_seconds", Help: "Time from the first header read to the last byte written.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
	}
	r.MustRegister(m.requests, m.seconds)
	return m
}

// observe labels by the route's pattern, never by the address itself.
func (m *metrics) observe(c echo.Context, method string, took time.Duration) {
	route := c.Path()
	status := c.Response().Status
	if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
		route = ""
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.count(seriesKey{route, method, status}, took)
}

func (m *metrics) count(k seriesKey, took time.Duration) {
	found := m.find(k)
	found.requests.Inc()
	found.seconds.Observe(took.Seconds())
}

func (m *metrics) find(k seriesKey) series {
	m.mu.RLock()
	found, ok := m.series[k]
	m.mu.RUnlock()
	if ok {
		return found
	}
	found = series{
		requests: m.requests.WithLabelValues(k.route, k.method, strconv.Itoa(k.status)),
		seconds:  m.seconds.WithLabelValues(k.route),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series[k] = found
	return found
}

// metricsPage shows every package's metrics to this machine itself and to
// operators. A request that passed a proxy is not of this machine, whatever its
// peer.
func metricsPage(cfg Config) echo.HandlerFunc {
	handler := promhttp.HandlerFor(cfg.Registry, promhttp.HandlerOpts{DisableCompression: true})
	return func(c echo.Context) error {
		r := c.Request()
		if !fromThisMachine(r) && !auth.AccessOf(c).Has(spatial.RoleOperator) {
			return spatial.NotFound("api: metrics", "")
		}
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
		handler.ServeHTTP(c.Response(), r)
		return nil
	}
}
