package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/spatial"
	"gisd/tiles"
)

// Shortcut knows the tiles that lie ready: they are answered before the router
// is asked, which costs more than all else that such an answer takes.
type Shortcut interface {
	// Route is the pattern under which the router would have answered.
	Route() string
	// Ready finds what the caller may read and takes no work; false leaves the
	// request to the router, errors too.
	Ready(r *http.Request, a spatial.Access) (tiles.Answer, bool)
	// Write sends it. Where that fails the connection is broken, as net/http knows.
	Write(w http.ResponseWriter, r *http.Request, answer tiles.Answer) (status int)
}

// shortcut does for a ready tile what the middleware does for every request:
// credentials, limits, headers, metrics. What it does not answer it hands on
// untouched. At log level debug the router answers, for it writes the log.
type shortcut struct {
	ready   Shortcut
	next    http.Handler
	auth    *auth.Service
	limits  *auth.Limiter
	address echo.IPExtractor
	origins corsPolicy
	metrics *metrics
	log     *slog.Logger
	nosniff []string
	writers wholeWriters
}

func (s *shortcut) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !s.serve(w, r) {
		s.next.ServeHTTP(w, r)
	}
}

func (s *shortcut) serve(w http.ResponseWriter, r *http.Request) bool {
	started := time.Now()
	access, ok := s.auth.Remembered(r)
	if !ok {
		return false
	}
	answer, ok := s.ready.Ready(r, access)
	if !ok || s.log.Enabled(r.Context(), slog.LevelDebug) {
		return false
	}
	if !s.limits.Allow(s.address(r), started) || !access.Anonymous() && !s.limits.Allow(access.Subject, started) {
		return false // the router says so
	}
	h := w.Header()
	h["X-Request-Id"] = []string{requestID(r)}
	h["X-Content-Type-Options"] = s.nosniff
	origin := ""
	if given := r.Header[echo.HeaderOrigin]; len(given) > 0 {
		origin = given[0]
	}
	s.origins.write(h, origin)
	whole := s.writers.get(w, r)
	status := s.ready.Write(whole, r, answer)
	s.writers.put(whole)
	s.metrics.count(seriesKey{s.ready.Route(), http.MethodGet, status}, time.Since(started))
	return true
}
