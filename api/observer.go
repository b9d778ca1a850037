package api

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
)

// observer sees every request from its first to its last moment.
type observer struct {
	log     *slog.Logger
	metrics *metrics
	streams []string
}

func newObserver(cfg Config) *observer {
	return &observer{log: cfg.Log, metrics: newMetrics(cfg.Registry), streams: cfg.Streams}
}

func (o *observer) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		started := time.Now()
		r := c.Request()
		c.Response().Header()["X-Request-Id"] = []string{requestID(r)}
		if r.Method == http.MethodOptions {
			c.Response().Before(func() { allowHead(c, o.streams) })
		}
		if err := protect(next, c); err != nil {
			abort(c)
			allowHead(c, o.streams)
			c.Error(err)
		}
		took, method := time.Since(started), negotiate.AskedMethod(r)
		o.metrics.observe(c, method, took)
		o.write(c, method, took)
		return nil
	}
}

// protect turns a panic into an error with its stack, for the log.
func protect(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("api: panic: %v\n%s", v, debug.Stack())
		}
	}()
	return next(c)
}

// abort breaks the connection of an answer that failed half way, so that nobody
// takes the half for the whole.
func abort(c echo.Context) {
	if c.Response().Committed {
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Unix(1, 0))
	}
}

// requestID keeps a short plain id that a proxy has given and makes one
// otherwise. It is no secret.
func requestID(r *http.Request) string {
	if given := r.Header["X-Request-Id"]; len(given) > 0 && given[0] != "" && len(given[0]) <= 64 && strings.Trim(given[0], idAlphabet) == "" {
		return given[0]
	}
	var raw [8]byte
	v := rand.Uint64()
	for i := range raw {
		raw[i] = byte(v >> (8 * i))
	}
	var text [2 * len(raw)]byte
	hex.Encode(text[:], raw[:])
	return string(text[:])
}

const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// quiet addresses are asked for so often that their successes are no news.
var quiet = []string{"/tiles/", "/fonts/", "/sprites/", "/assets/", "/healthz", "/readyz", "/metrics"}

func (o *observer) write(c echo.Context, method string, took time.Duration) {
	r, res := c.Request(), c.Response()
	level := slog.LevelInfo
	if res.Status < http.StatusBadRequest && slices.ContainsFunc(quiet, func(p string) bool { return strings.HasPrefix(r.URL.Path, p) }) {
		level = slog.LevelDebug
	}
	ctx := r.Context()
	if !o.log.Enabled(ctx, level) {
		return
	}
	o.log.LogAttrs(ctx, level, "request",
		slog.String("request_id", res.Header().Get(echo.HeaderXRequestID)),
		slog.String("method", method),
		slog.String("path", r.URL.Path),
		slog.String("query", redact(r.URL.RawQuery)),
		slog.Int("status", res.Status),
		slog.Int64("bytes", res.Size),
		slog.Float64("took_ms", float64(took.Microseconds())/1000),
		slog.String("remote_address", c.RealIP()),
		slog.String("subject", auth.AccessOf(c).Subject))
}

// redact hides the values of key, and all of a query that cannot be read.
func redact(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || strings.EqualFold(plain, "key") {
			parts[i] = name + "=REDACTED"
		}
	}
	return strings.Join(parts, "&")
}
