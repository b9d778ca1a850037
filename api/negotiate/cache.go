package negotiate

import (
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// Cache tells caches whose this answer is. What an anonymous caller reads
// anybody may keep; any other answer belongs to its caller alone. The maxAge is
// a Cache-Control directive such as "max-age=60" or "no-cache".
func Cache(c echo.Context, a spatial.Access, maxAge string) {
	h := c.Response().Header()
	h.Add(echo.HeaderVary, "Authorization")
	h.Add(echo.HeaderVary, "Cookie")
	if a.Anonymous() {
		h.Set("Cache-Control", "public, "+maxAge)
		return
	}
	h.Set("Cache-Control", "private, "+maxAge)
}

// Unchanged sets the entity tag and reports whether the caller has this very
// representation already (RFC 9110 §13.1.2, weak comparison); the handler then
// answers 304.
func Unchanged(c echo.Context, etag string) bool {
	c.Response().Header().Set("ETag", etag)
	given := c.Request().Header.Get("If-None-Match")
	if given == "" {
		return false
	}
	if strings.TrimSpace(given) == "*" {
		return true
	}
	want := strings.TrimPrefix(etag, "W/")
	for part := range strings.SplitSeq(given, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == want {
			return true
		}
	}
	return false
}
