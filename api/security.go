package api

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// securityHeaders tells browsers what pages of this server may do: no inline
// script, no foreign origin but the basemap's. MapLibre's worker is a blob.
func securityHeaders(cfg Config) echo.MiddlewareFunc {
	policy := contentPolicy(cfg.BasemapURL)
	nosniff := []string{"nosniff"} // shared by all answers: setting a header copies nothing
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h["X-Content-Type-Options"] = nosniff
			if strings.HasPrefix(c.Request().URL.Path, "/tiles/") {
				return next(c) // read by programs, many a second: every byte counts
			}
			h.Set("Content-Security-Policy", policy)
			h.Set("Referrer-Policy", "same-origin") // an address may hold a key
			if cfg.TLSCert != "" {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}

func contentPolicy(basemap string) string {
	origin := ""
	if u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(basemap)); err == nil && u.Host != "" {
		origin = " " + u.Scheme + "://" + u.Host
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"worker-src 'self' blob:",
		"child-src 'self' blob:",
		"img-src 'self' data: blob:" + origin,
		"connect-src 'self'" + origin,
		"font-src 'self'",
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'self'",
	}, "; ")
}
