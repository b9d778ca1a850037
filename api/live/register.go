package live

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Catalogue tells what changes under the map.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	// Collection is one of them, as the caller sees it.
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
	// Changed returns a channel that is closed at the next change.
	Changed() <-chan struct{}
}

// Registrar keeps the registry of devices.
type Registrar interface {
	Register(ctx context.Context, devices []live.Device, by string) (changed int64, err error)
}

// Config of the handlers. Intake and AccessOf are required; zero values
// elsewhere are defaults.
type Config struct {
	Intake    *live.Intake
	Catalogue Catalogue // nil: nobody is told of new versions
	Registrar Registrar // nil: devices are registered by the command line only
	Rules     Rules     // those with a nil member have no routes
	Incidents Incidents // nil has no routes
	Readings  Readings  // nil: there are no routes
	Outlooks  Outlooks  // nil: there are no routes
	History   History
	AccessOf  func(echo.Context) spatial.Access
	Registry  prometheus.Registerer // nil counts nothing
	Log       *slog.Logger

	MaxBodyBytes      int64         // of one report; 8 MiB
	MaxMessageBytes   int64         // of one message of a WebSocket; 1 MiB
	StreamsPerAddress int           // 200: an office may share an address
	Streams           int           // in all; 20000
	Silence           time.Duration // a WebSocket that says nothing for so long ends; 20 min
	Comment           time.Duration // between comments that keep a stream open; 15 s
	WriteTimeout      time.Duration // of one frame; 30 s
	MaxStreamAge      time.Duration // the caller's rights are read anew then; 30 min
}

func (c Config) withDefaults() Config {
	if c.MaxBodyBytes == 0 {
		c.MaxBodyBytes = 8 << 20
	}
	if c.StreamsPerAddress == 0 {
		c.StreamsPerAddress = 200
	}
	if c.Streams == 0 {
		c.Streams = 20_000
	}
	if c.MaxMessageBytes == 0 {
		c.MaxMessageBytes = 1 << 20
	}
	if c.Silence == 0 {
		c.Silence = 20 * time.Minute
	}
	if c.Comment == 0 {
		c.Comment = 15 * time.Second
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 30 * time.Second
	}
	if c.MaxStreamAge == 0 {
		c.MaxStreamAge = 30 * time.Minute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// StreamPath never ends by itself: it wants no compression and no timeout from
// the middleware.
const StreamPath = "/live/stream"

// SocketPath is a WebSocket, and as little.
const SocketPath = "/live/ws"

// Handlers serve /live. They are safe for goroutines.
type Handlers struct {
	cfg     Config
	hub     *live.Hub
	metrics *metrics
	limiter limiter
	news    news
	alarms  alarms
	buffers sync.Pool // of *[]byte, for frames
	closing chan struct{}
	once    sync.Once
}

// New returns the handlers; Run makes them tell of new versions, Close ends
// their streams.
func New(cfg Config) *Handlers {
	cfg = cfg.withDefaults()
	h := &Handlers{
		cfg:     cfg,
		hub:     cfg.Intake.Hub,
		limiter: limiter{perAddress: cfg.StreamsPerAddress, total: cfg.Streams, open: make(map[string]int)},
		closing: make(chan struct{}),
	}
	h.metrics = newMetrics(cfg.Registry, h.hub)
	return h
}

// Register adds the routes.
func (h *Handlers) Register(e *echo.Echo) {
	e.POST("/live/positions", h.postPositions)
	e.GET("/live/positions", h.getPositions)
	e.GET(StreamPath, h.getStream)
	e.GET(SocketPath, h.getSocket)
	e.GET("/live/osmand", h.osmand)
	e.POST("/live/osmand", h.osmand)
	e.POST("/live/owntracks", h.owntracks)
	e.POST("/live/lorawan", h.postLoRaWAN)
	e.POST("/live/gtfs-rt", h.postGTFSRT)
	e.GET("/live/gtfs-rt", h.getGTFSRT)
	e.GET("/live/devices", h.getDevices)
	e.GET("/live/devices/:id", h.getDevice)
	if h.cfg.Registrar != nil {
		e.POST("/live/devices", h.postDevices)
	}
	if h.cfg.Readings != nil {
		e.GET("/live/devices/:id/readings", h.getReadings)
	}
	if h.cfg.Outlooks != nil {
		e.GET("/live/devices/:id/forecast", h.getForecast)
	}
	h.registerRules(e)
	h.registerIncidents(e)
	h.registerHistory(e)
}

// Close ends every stream with a last event, and refuses new ones. It does not
// wait: the server's own shutdown does.
func (h *Handlers) Close() { h.once.Do(func() { close(h.closing) }) }

// Run tells watchers of collections with a new version until the context ends.
func (h *Handlers) Run(ctx context.Context) error {
	if h.cfg.Catalogue == nil {
		<-ctx.Done()
		return nil
	}
	return h.news.run(ctx, h.cfg.Catalogue, h.hub)
}

// TilesChanged tells watchers of changed features, boxes in SRID 4326, a change
// for each collection; each hears only of what they may read. It does not block.
func (h *Handlers) TilesChanged(changes []spatial.Change) {
	if h.cfg.Catalogue != nil {
		h.news.tilesChanged(changes, h.cfg.Catalogue, h.hub)
	}
}
