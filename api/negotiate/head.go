package negotiate

import (
	"context"
	"net/http"
)

type methodKey struct{}

// HeadAsGet is the request as GET, for handlers that do not tell the two apart.
func HeadAsGet(r *http.Request) *http.Request {
	r = r.WithContext(context.WithValue(r.Context(), methodKey{}, r.Method))
	r.Method = http.MethodGet
	return r
}

// AskedMethod is the method as the caller sent it.
func AskedMethod(r *http.Request) string {
	if method, ok := r.Context().Value(methodKey{}).(string); ok && r.Method == http.MethodGet {
		return method
	}
	return r.Method
}
