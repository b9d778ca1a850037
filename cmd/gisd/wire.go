package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"gisd/api"
	"gisd/api/auth"
	apicrs "gisd/api/crs"
	"gisd/api/negotiate"
	"gisd/api/ogc"
	apistyles "gisd/api/styles"
	apitiles "gisd/api/tiles"
	"gisd/importers/geojson"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/attachments"
	"gisd/spatial/postgis/changes"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/features"
	"gisd/spatial/postgis/imports"
	"gisd/spatial/postgis/orders"
	"gisd/spatial/postgis/search"
	"gisd/spatial/redisbus"
	"gisd/tiles/freshness"
	"gisd/tiles/proxy"
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
	if err := imports.CleanInterrupted(ctx, db, a.log); err != nil {
		return err
	}
	server, parts, closeAll, err := wire(ctx, a, db)
	if err != nil {
		return err
	}
	defer closeAll()

	below, stopBelow := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBelow()
	group, below := errgroup.WithContext(below)
	parts = append(parts, func(ctx context.Context) error {
		if err := search.IndexNames(ctx, db.Pool); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "indexes of names are missing", "error", err)
		}
		return nil
	})
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

// node is one server in the making: each room adds its routes, what runs beside
// the server, and what is closed after it.
type node struct {
	*app
	db        *postgis.DB
	origin    negotiate.Origin
	registry  *prometheus.Registry
	catalogue *postgis.Catalogue
	redis     *redis.Client    // nil where there are no other nodes
	freshness freshness.Config // each room adds what changes of features concern
	server    api.Config
	parts     []part
	closers   []func()
}

// wire builds the server and lists what must run beside it, in no order. After
// an error nothing is left to close.
func wire(ctx context.Context, a *app, db *postgis.DB) (_ *api.Server, _ []part, closeAll func(), err error) {
	n, err := newNode(ctx, a, db)
	if err != nil {
		return nil, nil, nil, err
	}
	err = errors.Join(n.openRedis(), n.addFeatures(ctx), n.addTiles(), n.addLive(ctx))
	n.addFreshness()
	n.addImports()
	var server *api.Server
	if err == nil {
		server, err = n.build()
	}
	if err != nil {
		n.close()
		return nil, nil, nil, err
	}
	return server, n.parts, n.close, nil
}

func newNode(ctx context.Context, a *app, db *postgis.DB) (*node, error) {
	origin, err := a.cfg.origin()
	if err != nil {
		return nil, err
	}
	n := &node{app: a, db: db, origin: origin, registry: prometheus.NewRegistry(), catalogue: postgis.NewCatalogue(db)}
	n.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := n.catalogue.Reload(ctx); err != nil {
		return nil, err
	}
	if err := postgis.RegisterMetrics(n.registry, db, n.catalogue); err != nil {
		return nil, err
	}
	people := accounts.NewStore(db.Pool, a.log)
	n.server = api.Config{
		Listen: a.cfg.Listen, TLSCert: a.cfg.TLSCert, TLSKey: a.cfg.TLSKey,
		Origin: origin, CORSOrigins: a.cfg.CORSOrigins, BasemapURL: a.cfg.BasemapURL,
		RatePerSecond: float64(a.cfg.RateLimit), RateBurst: burst * a.cfg.RateLimit,
		ShutdownTimeout: a.cfg.ShutdownTimeout,
		Map:             web.Files(), Registry: n.registry, Log: a.log,
		Auth: auth.New(auth.Config{Users: people, Sessions: people, Keys: people, Audit: people, Log: a.log}),
		Ready: []api.Check{
			{Name: "database", Test: db.Pool.Ping},
			{Name: "catalogue", Test: func(context.Context) error { return loaded(n.catalogue) }},
		},
	}
	n.parts = []part{n.catalogue.Run}
	return n, nil
}

func (n *node) close() {
	for _, f := range slices.Backward(n.closers) {
		f()
	}
}

func (n *node) addFeatures(ctx context.Context) error {
	cursorKey, err := n.db.Secret(ctx, "paging cursors")
	if err != nil {
		return err
	}
	keeper := orders.NewKeeper(n.db)
	n.parts = append(n.parts, keeper.Run)
	store := features.NewStore(n.db, n.catalogue).Ordered(keeper)
	files := attachments.NewStore(n.db, store, attachments.Config{MaxTotal: int64(n.cfg.AttachmentsMax)})
	n.parts = append(n.parts, files.Run)
	handlers, err := ogc.New(ogc.Config{
		Catalogue: n.catalogue,
		Features:  store,
		Downloads: downloads{store},
		Log:       n.log,
		Search:    search.NewStore(n.db, n.catalogue),
		History:   collections.NewStore(n.db, n.catalogue),
		CodeLists: collections.NewCodeLists(n.db),
		Encoder:   geojson.Encoder{},
		Editor:    store,
		Decoder:   geojson.Decoder{},

		Attachments: files,

		Origin:    n.origin,
		CursorKey: cursorKey,
		Extensions: []ogc.Extension{{
			ConformsTo: apitiles.ConformsTo(), LandingLinks: apitiles.LandingLinks, CollectionLinks: apitiles.CollectionLinks,
			Paths: apitiles.Paths, Components: apitiles.Components,
		}, {
			LandingLinks: apistyles.LandingLinks, CollectionLinks: apistyles.CollectionLinks,
		}},
	})
	if err != nil {
		return err
	}
	n.server.Register = append(n.server.Register, handlers.Register)
	n.server.Downloads = handlers.IsDownload
	return errors.Join(n.addServices(store), n.addOutbox(store, handlers))
}

// otherNodes is how long maps wait, where there are other nodes, before they ask
// again for what changed: another one may answer them.
const otherNodes = 100 * time.Millisecond

// addFreshness carries changes of features to what the rooms made of them.
func (n *node) addFreshness() {
	c := n.freshness
	if c.Journal == nil { // the tiles could not be wired
		return
	}
	c.Queue, c.Catalogue, c.Log = changes.NewQueue(n.db, changes.Config{}), n.catalogue, n.log
	if n.redis != nil {
		c.Settle = otherNodes
	}
	n.parts = append(n.parts, freshness.New(c, n.registry).Run)
}

// build adds the rooms that stand on the catalogue alone and makes the server.
func (n *node) build() (*api.Server, error) {
	var styleErr error
	n.server.Register = append(n.server.Register,
		func(e *echo.Echo) { apicrs.Register(e, n.origin) },
		func(e *echo.Echo) {
			styleErr = apistyles.Register(e, apistyles.Deps{
				Catalogue: n.catalogue, CodeLists: collections.NewCodeLists(n.db), Access: auth.AccessOf, Origin: n.origin,
				Basemap: styles.Basemap{TileURL: n.cfg.BasemapURL}, Direct: proxy.Template,
			})
		})
	server, err := api.New(n.server)
	return server, errors.Join(err, styleErr)
}

// loaded fails while the catalogue was never read.
func loaded(c *postgis.Catalogue) error {
	if !c.Loaded() {
		return errors.New("not read yet")
	}
	return nil
}

// openRedis makes the client that the rooms share, where there are other nodes.
func (n *node) openRedis() error {
	if n.cfg.RedisURL == "" {
		return nil
	}
	client, err := redisbus.Open(string(n.cfg.RedisURL))
	if err != nil {
		return err
	}
	n.redis = client
	n.closers = append(n.closers, func() {
		if err := client.Close(); err != nil {
			n.log.Warn("close Redis", "error", err)
		}
	})
	return nil
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
