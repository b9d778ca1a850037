package api

import (
	"net/http"
	"strconv"
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
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
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
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
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
