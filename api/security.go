package api

import (
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/labstack/echo/v4"
)

// securityHeaders tells browsers what pages of this server may do: no inline
// script, no foreign origin but the basemap's. MapLibre's worker is a blob.
func securityHeaders(cfg Config) echo.MiddlewareFunc {
	policy := newPolicies(cfg)
	nosniff := []string{"nosniff"} // shared by all answers: setting a header copies nothing
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h["X-Content-Type-Options"] = nosniff
			if strings.HasPrefix(c.Request().URL.Path, "/tiles/") {
				return next(c) // read by programs, many a second: every byte counts
			}
			h.Set("Content-Security-Policy", policy.now())
			h.Set("Referrer-Policy", "same-origin") // an address may hold a key
			if cfg.TLSCert != "" {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}

// policies knows the policy for the origins that the map asks, which change with
// the catalogue.
type policies struct {
	basemap string
	origins func() []string
	last    atomic.Pointer[policy]
}

type policy struct {
	origins []string
	text    string
}

func newPolicies(cfg Config) *policies {
	p := &policies{origins: cfg.MapOrigins}
	if u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(cfg.BasemapURL)); err == nil && u.Host != "" {
		p.basemap = u.Scheme + "://" + u.Host
	}
	if p.origins == nil {
		p.origins = func() []string { return nil }
	}
	return p
}

func (p *policies) now() string {
	origins := p.origins()
	if last := p.last.Load(); last != nil && slices.Equal(last.origins, origins) {
		return last.text
	}
	all := origins
	if p.basemap != "" {
		all = append([]string{p.basemap}, origins...)
	}
	next := &policy{slices.Clone(origins), contentPolicy(all)}
	p.last.Store(next)
	return next.text
}

func contentPolicy(origins []string) string {
	origin := ""
	for _, o := range origins {
		origin += " " + o
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
