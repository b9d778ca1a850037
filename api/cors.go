package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

const (
	corsExposed = "Accept-Patch, Accept-Post, Allow, Content-Crs, ETag, Last-Modified, Link, Location, Preference-Applied, Retry-After, X-Request-Id"
	corsHeaders = "Accept, Accept-Language, Authorization, Content-Crs, Content-Type, If-Match, If-None-Match, If-Unmodified-Since, Prefer"
)

// cors lets pages of other origins read. Cookies are never let through: what
// another origin reads, it reads as anonymous or with a key of its own. Origins
// listed by name may also send changes with such a key.
func cors(policy corsPolicy) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, h := c.Request(), c.Response().Header()
			allowed, named := policy.write(h, r.Header.Get(echo.HeaderOrigin))
			if !allowed || r.Method != http.MethodOptions || r.Header.Get(echo.HeaderAccessControlRequestMethod) == "" {
				return next(c)
			}
			methods := "GET, HEAD, OPTIONS"
			if named {
				methods = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"
			}
			h.Set(echo.HeaderAccessControlAllowMethods, methods)
			h.Set(echo.HeaderAccessControlAllowHeaders, corsHeaders)
			h.Set(echo.HeaderAccessControlMaxAge, "86400")
			return c.NoContent(http.StatusNoContent)
		}
	}
}

// corsPolicy says which web origins may read.
type corsPolicy struct {
	everybody bool
	named     []string
}

func newCORSPolicy(origins []string) corsPolicy {
	return corsPolicy{slices.Contains(origins, "*"), origins}
}

// write sets the headers of every answer: allowed says that a page of the origin
// may read it, named that it may send changes too. Without an origin neither.
func (p corsPolicy) write(h http.Header, origin string) (allowed, named bool) {
	if !p.everybody {
		h.Add(echo.HeaderVary, echo.HeaderOrigin)
	}
	if origin == "" {
		return false, false
	}
	named = slices.Contains(p.named, origin)
	switch {
	case p.everybody:
		h.Set(echo.HeaderAccessControlAllowOrigin, "*")
	case named:
		h.Set(echo.HeaderAccessControlAllowOrigin, origin)
	default:
		return false, false
	}
	h.Set(echo.HeaderAccessControlExposeHeaders, corsExposed)
	return true, named
}
