package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/api/auth"
	"gisd/api/negotiate"
)

// Config of the server. Auth and Log are required; zero values elsewhere are
// defaults.
type Config struct {
	Listen  string // ":8080"
	TLSCert string // PEM file; with TLSKey the server speaks HTTPS alone
	TLSKey  string

	Origin      negotiate.Origin
	CORSOrigins []string // web origins that may read; "*" is all
	BasemapURL  string   // its origin passes the map's content security policy
	// MapOrigins are further origins that the map may ask now, "https://tiles.example".
	MapOrigins func() []string

	RatePerSecond   float64       // requests of one address or key in the long run; 0 is no limit
	RateBurst       int           // and at once
	MaxBodyBytes    int64         // 16 MiB
	RequestTimeout  time.Duration // 60 s; streams have none
	ShutdownTimeout time.Duration // 15 s

	Map      fs.FS // the built web map, index.html at its root; nil serves none
	Auth     *auth.Service
	Ready    []Check
	Registry *prometheus.Registry // of every package; nil for one of the server's own
	Log      *slog.Logger

	Register []func(*echo.Echo) // the rooms
	Shortcut Shortcut           // to what lies ready; nil is none
	Streams  []string           // paths that never end by themselves: no timeout, no compression
	// Downloads tells requests whose answer takes as long as it takes.
	Downloads func(*http.Request) bool
	// Uploads tells requests whose body their room bounds by itself, in size and
	// time.
	Uploads     func(*http.Request) bool
	StopStreams []func() // called first at shutdown, so that streams let go
}

// Check is one thing without which the server cannot serve.
type Check struct {
	Name string // "database"
	Test func(ctx context.Context) error
}

func (c Config) withDefaults() Config {
	if c.Listen == "" {
		c.Listen = ":8080"
	}
	if c.RateBurst == 0 {
		c.RateBurst = int(4 * c.RatePerSecond)
	}
	if c.MaxBodyBytes == 0 {
		c.MaxBodyBytes = 16 << 20
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = time.Minute
	}
	if c.Downloads == nil {
		c.Downloads = func(*http.Request) bool { return false }
	}
	if c.Uploads == nil {
		c.Uploads = func(*http.Request) bool { return false }
	}
	if c.ShutdownTimeout == 0 {
		c.ShutdownTimeout = 15 * time.Second
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	return c
}
