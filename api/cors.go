package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
)

const (
	corsExposed = "Content-Crs, ETag, Link, Location, Retry-After, X-Request-Id"
	corsHeaders = "Accept, Accept-Language, Authorization, Content-Type, If-None-Match"
)

// cors lets pages of other origins read. Cookies are never let through: what
// another origin reads, it reads as anonymous or with a key of its own. Origins
// listed by name may also send changes with such a key.
func cors(origins []string) echo.MiddlewareFunc {
	everybody := slices.Contains(origins, "*")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, h := c.Request(), c.Response().Header()
			origin := r.Header.Get(echo.HeaderOrigin)
			if !everybody {
				h.Add(echo.HeaderVary, echo.HeaderOrigin)
			}
			if origin == "" {
				return next(c)
			}
			named := slices.Contains(origins, origin)
			switch {
			case everybody:
				h.Set(echo.HeaderAccessControlAllowOrigin, "*")
			case named:
				h.Set(echo.HeaderAccessControlAllowOrigin, origin)
			default:
				return next(c)
			}
			h.Set(echo.HeaderAccessControlExposeHeaders, corsExposed)
			if r.Method != http.MethodOptions || r.Header.Get(echo.HeaderAccessControlRequestMethod) == "" {
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
