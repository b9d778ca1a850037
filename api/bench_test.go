package api_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api"
)

// BenchmarkOverhead is what router and middleware add to a handler that writes
// a cached tile, without the network.
func BenchmarkOverhead(b *testing.B) {
	tile := make([]byte, 20<<10)
	write := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
		_, _ = w.Write(tile)
	}
	b.Run("bare", func(b *testing.B) {
		measure(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w) }))
	})
	b.Run("server", func(b *testing.B) {
		cfg := config()
		cfg.CORSOrigins = []string{"*"}
		cfg.RatePerSecond, cfg.RateBurst = 1e9, 1e9
		cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
			e.GET("/tiles/:ids/:z/:x/:y", func(c echo.Context) error { write(c.Response()); return nil })
		}}
		s, err := api.New(cfg)
		if err != nil {
			b.Fatal(err)
		}
		measure(b, s.Handler())
	})
}

func measure(b *testing.B, h http.Handler) {
	req := httptest.NewRequest("GET", "/tiles/parcels/14/13000/7700.mvt", nil)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(&discard{header: http.Header{}}, req)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkLoopback compares the two over loopback in one run, in turns. The
// client reads sizes and not headers, so that the server is what is measured.
func BenchmarkLoopback(b *testing.B) {
	tile := make([]byte, 20<<10)
	write := func(w http.ResponseWriter) error {
		h := w.Header()
		h["Content-Type"] = []string{"application/vnd.mapbox-vector-tile"}
		h["Content-Length"] = []string{strconv.Itoa(len(tile))}
		_, err := w.Write(tile)
		return err
	}
	cfg := config()
	cfg.CORSOrigins = []string{"*"}
	cfg.RatePerSecond, cfg.RateBurst = 1e9, 1e9
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/tiles/:ids/:z/:x/:y", func(c echo.Context) error { return write(c.Response()) })
	}}
	s, err := api.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	ours := httptest.NewServer(s.Handler())
	defer ours.Close()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = write(w) }))
	defer bare.Close()
	load(b, ours, 200)
	load(b, bare, 200)
	var a, z time.Duration
	for b.Loop() {
		a += load(b, ours, 2000)
		z += load(b, bare, 2000)
	}
	b.ReportMetric(z.Seconds()/a.Seconds(), "ratio")
	b.ReportMetric(float64(2000*b.N)/a.Seconds(), "req/s")
}

// load sends n requests over 8 connections.
func load(b *testing.B, s *httptest.Server, n int) time.Duration {
	b.Helper()
	const connections = 8
	var wg sync.WaitGroup
	started := time.Now()
	for range connections {
		wg.Go(func() {
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			request := []byte("GET /tiles/parcels/14/13000/7700.mvt HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n")
			r := bufio.NewReaderSize(conn, 64<<10)
			for range n / connections {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				res, err := http.ReadResponse(r, nil)
				if err != nil || res.StatusCode != http.StatusOK {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(started)
}
