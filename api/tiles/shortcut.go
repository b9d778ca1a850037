package tiles

import (
	"net/http"
	"strings"

	"gisd/api/negotiate"
	"gisd/spatial"
	engine "gisd/tiles"
)

// Shortcut answers for tiles that lie in the cache, before the router; see
// api.Shortcut.
type Shortcut struct{ h *handlers }

// NewShortcut makes the shortcut to the tiles of Register.
func NewShortcut(s Service, origin negotiate.Origin) *Shortcut {
	return &Shortcut{newHandlers(s, origin)}
}

// Route implements api.Shortcut.
func (*Shortcut) Route() string { return tileRoute }

// Ready implements api.Shortcut. A query, an escape or anything odd in the
// address is the router's.
func (s *Shortcut) Ready(r *http.Request, a spatial.Access) (engine.Answer, bool) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/tiles/")
	if !ok || r.URL.RawQuery != "" || r.URL.RawPath != "" {
		return engine.Answer{}, false
	}
	ids, rest, _ := strings.Cut(rest, "/")
	z, rest, _ := strings.Cut(rest, "/")
	x, y, _ := strings.Cut(rest, "/")
	y, ok = strings.CutSuffix(y, ".mvt")
	if !ok {
		return engine.Answer{}, false
	}
	coord, err := engine.ParseCoord(z, x, y)
	if err != nil {
		return engine.Answer{}, false
	}
	return s.h.service.Cached(r.Context(), engine.Request{IDs: ids, Coord: coord, Access: a})
}

// Write implements api.Shortcut.
func (s *Shortcut) Write(w http.ResponseWriter, r *http.Request, answer engine.Answer) (status int) {
	status, _ = s.h.write(w, r, answer)
	return status
}
