package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"gisd/api"
	"gisd/api/auth"
	apicrs "gisd/api/crs"
	apilive "gisd/api/live"
	"gisd/api/negotiate"
	"gisd/api/ogc"
	apistyles "gisd/api/styles"
	apitiles "gisd/api/tiles"
	"gisd/importers/geojson"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/redisbus"
	"gisd/tiles"
	"gisd/tiles/cache"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/styles"
	"gisd/web"
)

// burst is how many seconds' worth of requests one address or key may make at
// once: a map on a large screen asks for hundreds of tiles.
const burst = 10

// part is something that runs beside the server until its context ends.
type part func(ctx context.Context) error

// serve wires every room and runs until ctx ends. The server stops first, then
// what it stands on.
func serve(ctx context.Context, a *app, db *postgis.DB) error {
	if err := postgis.CleanInterrupted(ctx, db, a.log); err != nil {
		return err
	}
	if err := postgis.TidyAll(ctx, db.Pool); err != nil { // what a reader kept from being dropped waits for the next start
		a.log.WarnContext(ctx, "old versions remain", "error", err)
	}
	server, parts, closeAll, err := wire(ctx, a, db)
	if err != nil {
		return err
	}
	defer closeAll()

	below, stopBelow := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBelow()
	group, below := errgroup.WithContext(below)
	for _, run := range parts {
		group.Go(func() error { return run(below) })
	}
	above, stopAbove := context.WithCancel(ctx)
	defer stopAbove()
	go func() { // a part that fails takes the server down
		select {
		case <-below.Done():
			stopAbove()
		case <-above.Done():
		}
	}()
	err = server.Run(above)
	stopBelow()
	return errors.Join(err, ignoreCancel(group.Wait()))
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// wire builds the server and lists what must run beside it, in no order.
func wire(ctx context.Context, a *app, db *postgis.DB) (_ *api.Server, _ []part, closeAll func(), err error) {
	origin, err := a.cfg.origin()
	if err != nil {
		return nil, nil, nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return nil, nil, nil, err
	}
	if err := postgis.RegisterMetrics(registry, db, catalogue); err != nil {
		return nil, nil, nil, err
	}
	accounts := postgis.NewAccounts(db.Pool, a.log)
	people := auth.New(auth.Config{Users: accounts, Sessions: accounts, Keys: accounts, Audit: accounts, Log: a.log})

	memory, err := cache.NewMemory(int64(a.cfg.TileCacheSize), registry)
	if err != nil {
		return nil, nil, nil, err
	}
	tileService := tiles.NewService(tiles.Config{}, catalogue, tilespostgis.NewSource(db.Pool, registry), memory, registry)

	cursorKey, err := db.Secret(ctx, "paging cursors")
	if err != nil {
		return nil, nil, nil, err
	}
	reader := postgis.NewFeatures(db, catalogue)
	features, err := ogc.New(ogc.Config{
		Catalogue: catalogue,
		Features:  reader,
		Search:    postgis.NewSearch(db, catalogue),
		Encoder:   geojson.Encoder{},
		Origin:    origin,
		CursorKey: cursorKey,
	})
	if err != nil {
		return nil, nil, nil, err
	}
	bus, closeBus, err := a.bus(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() {
		if err != nil {
			closeBus()
		}
	}()
	devices := postgis.NewDevices(db)
	writer := postgis.NewPositionWriter(db, postgis.PositionWriterConfig{RetainDays: a.cfg.PositionDays})
	hub := live.NewHub(live.Config{Source: devices, Bus: bus, Log: a.log})
	intake := &live.Intake{Hub: hub, Recorder: writer}
	streams := apilive.New(apilive.Config{
		Intake: intake, Catalogue: catalogue, Registrar: devices, AccessOf: auth.AccessOf, Registry: registry, Log: a.log,
	})

	var styleErr error
	server, err := api.New(api.Config{
		Listen: a.cfg.Listen, TLSCert: a.cfg.TLSCert, TLSKey: a.cfg.TLSKey,
		Origin: origin, CORSOrigins: a.cfg.CORSOrigins, BasemapURL: a.cfg.BasemapURL,
		RatePerSecond: float64(a.cfg.RateLimit), RateBurst: burst * a.cfg.RateLimit,
		ShutdownTimeout: a.cfg.ShutdownTimeout,
		Map:             web.Files(), Auth: people, Registry: registry, Log: a.log,
		Ready: []api.Check{
			{Name: "database", Test: db.Pool.Ping},
			{Name: "catalogue", Test: func(context.Context) error { return loaded(catalogue) }},
		},
		Streams: []string{apilive.StreamPath}, StopStreams: []func(){streams.Close},
		Register: []func(*echo.Echo){
			features.Register,
			streams.Register,
			func(e *echo.Echo) { apitiles.Register(e, tileService, origin) },
			func(e *echo.Echo) { apicrs.Register(e, origin) },
			func(e *echo.Echo) {
				styleErr = apistyles.Register(e, apistyles.Deps{
					Catalogue: catalogue, CodeLists: postgis.NewCodeLists(db), Access: auth.AccessOf, Origin: origin,
					Basemap: styles.Basemap{TileURL: a.cfg.BasemapURL},
				})
			},
		},
	})
	if err = errors.Join(err, styleErr); err != nil {
		return nil, nil, nil, err
	}
	parts := []part{catalogue.Run, hub.Run, writer.Run, streams.Run}
	if a.cfg.DatabaseURL == "" && a.cfg.Demo {
		fleet := demoFleet{hub: hub, devices: devices, catalogue: catalogue, log: a.log}
		parts = append(parts, fleet.traffic)
	}
	return server, parts, func() { tileService.Wait(); closeBus() }, nil
}

// loaded fails while the catalogue was never read.
func loaded(c *postgis.Catalogue) error {
	if !c.Loaded() {
		return errors.New("not read yet")
	}
	return nil
}

// bus connects to the other nodes, if there are any.
func (a *app) bus(ctx context.Context) (live.Bus, func(), error) {
	if a.cfg.RedisURL == "" {
		return nil, func() {}, nil
	}
	client, err := redisbus.Open(ctx, string(a.cfg.RedisURL))
	if err != nil {
		return nil, nil, err
	}
	return redisbus.New(client, redisbus.Config{}, a.log), func() {
		if err := client.Close(); err != nil {
			a.log.WarnContext(ctx, "close Redis", "error", err)
		}
	}, nil
}

// origin is how people reach the server.
func (c *config) origin() (negotiate.Origin, error) {
	var origin negotiate.Origin
	if c.PublicURL != "" {
		public, err := url.Parse(c.PublicURL)
		if err != nil {
			return origin, fmt.Errorf("public-url: %w", err)
		}
		origin.Public = public
	}
	for _, text := range c.TrustedProxies {
		prefix, err := parsePrefix(text)
		if err != nil {
			return origin, fmt.Errorf("trusted-proxies: %w", err)
		}
		origin.Trusted = append(origin.Trusted, prefix)
	}
	return origin, nil
}

// parsePrefix reads "10.0.0.0/8" or a single address.
func parsePrefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// welcome gives a new cluster what its first people need: someone who may do
// everything, and the demo.
func welcome(ctx context.Context, a *app, db *postgis.DB) error {
	if a.cfg.Demo {
		if err := a.importDemo(ctx, db, 1); err != nil {
			return err
		}
	}
	password, created, err := firstAdmin(ctx, db)
	if err != nil || !created {
		return err
	}
	_, err = fmt.Fprintf(a.stderr, "\n  The first administrator:  admin\n  Password, shown only now: %s\n\n", password)
	return err
}
