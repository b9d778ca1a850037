package api

import (
	"context"
	"net/http"
	"slices"
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
