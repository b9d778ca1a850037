package api_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

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

// BenchmarkLoopback is the same over loopback and keep-alive connections.
func BenchmarkLoopback(b *testing.B) {
	tile := make([]byte, 20<<10)
	run := func(b *testing.B, h http.Handler) {
		s := httptest.NewServer(h)
		defer s.Close()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, Dial: net.Dial}}
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			sink := make([]byte, 32<<10)
			for pb.Next() {
				res, err := client.Get(s.URL + "/tiles/parcels/14/13000/7700.mvt")
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = res.Body.Read(sink)
				}
				res.Body.Close()
			}
		})
	}
	b.Run("bare", func(b *testing.B) {
		run(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(tile) }))
	})
	b.Run("server", func(b *testing.B) {
		cfg := config()
		cfg.RatePerSecond, cfg.RateBurst = 1e9, 1e9
		cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
			e.GET("/tiles/:ids/:z/:x/:y", func(c echo.Context) error { _, err := c.Response().Write(tile); return err })
		}}
		s, err := api.New(cfg)
		if err != nil {
			b.Fatal(err)
		}
		run(b, s.Handler())
	})
}
