package api

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"gisd/api/auth"
	"gisd/api/page"
	"gisd/api/problem"
)

// newRouter sets up, from the outside in: the observer (request id, log,
// metrics, recovery, HEAD), headers, CORS, the limit by address, credentials,
// the limit by caller, body and time limits, compression. The handler is the
// router behind what stands in front of it.
func newRouter(cfg Config) (*echo.Echo, http.Handler, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = problem.Handler(cfg.Log)
	e.IPExtractor = extractor(cfg.Origin.Trusted)

	limits := auth.NewLimiter(cfg.RatePerSecond, cfg.RateBurst)
	watch := newObserver(cfg)
	origins := newCORSPolicy(cfg.CORSOrigins)
	e.Pre(watch.middleware)
	e.Use(compose(
		securityHeaders(cfg),
		cors(origins),
		limitAddress(limits),
		cfg.Auth.Middleware(cfg.Origin),
		limitSubject(limits),
		bound(cfg),
		middleware.GzipWithConfig(middleware.GzipConfig{Level: 4, MinLength: 1024, Skipper: uncompressed}),
	))

	if err := registerReference(e, cfg); err != nil {
		return nil, nil, err
	}
	e.GET("/api/page.css", page.Style)
	registerHealth(e, cfg)
	auth.Register(e, cfg.Auth, cfg.Origin)
	for _, register := range cfg.Register {
		register(e)
	}
	if cfg.Map != nil {
		if err := registerMap(e, cfg.Map); err != nil {
			return nil, nil, err
		}
	}
	handler := answerHead(e, cfg.Streams)
	if cfg.Shortcut == nil {
		return e, handler, nil
	}
	return e, &shortcut{
		ready: cfg.Shortcut, next: handler, auth: cfg.Auth, limits: limits, address: e.IPExtractor,
		origins: origins, metrics: watch.metrics, log: cfg.Log, nosniff: []string{"nosniff"},
	}, nil
}

// compose chains middleware once; echo would do so again for every request.
func compose(all ...echo.MiddlewareFunc) echo.MiddlewareFunc {
	chain := func(c echo.Context) error { return c.Handler()(c) }
	for _, m := range slices.Backward(all) {
		chain = m(chain)
	}
	return func(echo.HandlerFunc) echo.HandlerFunc { return chain }
}

// compressed names the addresses whose answers are text and not streams. Tiles
// and the map's files carry their own compression; of attachments ranges are read.
var compressed = []string{"/ogc", "/search", "/api", "/crs", "/styles", "/live/positions", "/arcgis", "/records", "/wfs"}

func uncompressed(c echo.Context) bool {
	if strings.HasSuffix(c.Path(), "/tiles/:set/:matrix/:row/:col") || strings.HasSuffix(c.Path(), "/tile/:z/:y/:x") || strings.HasSuffix(c.Path(), "/attachments/:attachment") {
		return true
	}
	path := c.Request().URL.Path
	return !slices.ContainsFunc(compressed, func(prefix string) bool {
		rest, ok := strings.CutPrefix(path, prefix)
		return ok && (rest == "" || rest[0] == '/')
	})
}

func registerMap(e *echo.Echo, files fs.FS) error {
	assets, err := loadAssets(files)
	if err != nil {
		return err
	}
	for path, a := range assets {
		e.GET(path, a.serve)
	}
	return nil
}
