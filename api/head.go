package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
)

// answerHead has HEAD answered like GET: net/http knows the real method and
// drops the body. A stream has no head to speak of.
func answerHead(next http.Handler, streams []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !slices.Contains(streams, r.URL.Path) {
			r = negotiate.HeadAsGet(r)
		}
		next.ServeHTTP(w, r)
	})
}

// allowHead adds HEAD to the Allow header that the router wrote, wherever GET
// is in it (RFC 9110 §10.2.1).
func allowHead(c echo.Context, streams []string) {
	h := c.Response().Header()
	methods := strings.Split(h.Get(echo.HeaderAllow), ", ")
	if i := slices.Index(methods, http.MethodGet); i >= 0 && !slices.Contains(streams, c.Request().URL.Path) {
		h.Set(echo.HeaderAllow, strings.Join(slices.Insert(methods, i+1, http.MethodHead), ", "))
	}
}
