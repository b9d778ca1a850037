package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/spatial"
)

func tooMany() error {
	return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: "api: rate limit"}
}

// limitAddress comes before credentials are looked up, so that guessing keys is
// limited too.
func limitAddress(l *auth.Limiter) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !l.Allow(c.RealIP(), time.Now()) {
				return tooMany()
			}
			return next(c)
		}
	}
}

// limitSubject counts a key or a person over all addresses.
func limitSubject(l *auth.Limiter) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if a := auth.AccessOf(c); !a.Anonymous() && !l.Allow(a.Subject, time.Now()) {
				return tooMany()
			}
			return next(c)
		}
	}
}

// bound limits the body's size and the request's time; streams have no end.
func bound(cfg Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if cfg.Uploads(r) {
				return next(c)
			}
			if r.Body != nil && r.Body != http.NoBody {
				r.Body = http.MaxBytesReader(c.Response(), r.Body, cfg.MaxBodyBytes)
			}
			// A tile's build has a limit of its own; arming a timer costs more than
			// all else that a tile in the cache takes here.
			if slices.Contains(cfg.Streams, r.URL.Path) || strings.HasPrefix(r.URL.Path, "/tiles/") || cfg.Downloads(r) {
				return next(c)
			}
			ctx, cancel := context.WithTimeout(r.Context(), cfg.RequestTimeout)
			c.SetRequest(r.WithContext(ctx))
			defer func() {
				cancel()
				c.SetRequest(r) // whoever comes after must not take this cancel for the caller's
			}()
			return next(c)
		}
	}
}
