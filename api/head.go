package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

type methodKey struct{}

// answerHead has HEAD answered like GET: net/http knows the real method and
// drops the body. A stream has no head to speak of.
func answerHead(next http.Handler, streams []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && !slices.Contains(streams, r.URL.Path) {
			r = r.WithContext(context.WithValue(r.Context(), methodKey{}, http.MethodHead))
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// askedMethod is the method as the caller sent it.
func askedMethod(r *http.Request) string {
	if r.Method != http.MethodGet {
		return r.Method
	}
	if method, ok := r.Context().Value(methodKey{}).(string); ok {
		return method
	}
	return r.Method
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
