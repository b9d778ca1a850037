package tiles

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/spatial"
	engine "gisd/tiles"
)

// Service answers for tiles; tiles.Service is one. See there for the errors.
type Service interface {
	Tile(ctx context.Context, ids string, c engine.Coord, a spatial.Access) (engine.Answer, error)
	Tileset(ids string, a spatial.Access) (*engine.Tileset, error)
}

// Register adds the routes. The last part of a tile's path ends in ".mvt", the
// tileset's in ".json".
func Register(e *echo.Echo, s Service, origin negotiate.Origin) {
	h := newHandlers(s, origin)
	e.GET("/tiles/:ids/:z/:x/:y", h.tile)
	e.GET("/tiles/:ids", h.tileJSON)
}

// handlers holds the header values that never change, so that an answer
// allocates none of them.
type handlers struct {
	service Service
	origin  negotiate.Origin

	contentType, gzip, public, private []string
	vary, varyOrigin                   []string
}

func newHandlers(s Service, origin negotiate.Origin) *handlers {
	return &handlers{
		service: s, origin: origin,
		contentType: []string{engine.ContentType},
		gzip:        []string{"gzip"},
		// An edit shows within seconds, and asking again costs a 304.
		public:  []string{"public, max-age=10, must-revalidate"},
		private: []string{"private, no-cache"},
		vary:    []string{"Accept-Encoding"},
		// as the middleware for other origins begins it
		varyOrigin: []string{"Origin", "Accept-Encoding"},
	}
}

func (h *handlers) tile(c echo.Context) error {
	r := c.Request()
	if r.URL.RawQuery != "" {
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
	}
	y, ok := strings.CutSuffix(c.Param("y"), ".mvt")
	if !ok {
		return spatial.NotFound("api/tiles: tile", "A tile's address ends in .mvt.")
	}
	coord, err := engine.ParseCoord(c.Param("z"), c.Param("x"), y)
	if err != nil {
		return err
	}
	ids, err := unescaped(c.Param("ids"))
	if err != nil {
		return err
	}
	answer, err := h.service.Tile(r.Context(), ids, coord, auth.AccessOf(c))
	if err != nil {
		return err
	}
	return h.write(c, answer)
}

func (h *handlers) write(c echo.Context, answer engine.Answer) error {
	r, w := c.Request(), c.Response()
	header := w.Header()
	header["Cache-Control"] = h.policy(r, answer.Private)
	switch begun := header["Vary"]; {
	case len(begun) == 0:
		header["Vary"] = h.vary
	case len(begun) == 1 && begun[0] == "Origin":
		header["Vary"] = h.varyOrigin
	default:
		header["Vary"] = append(begun, h.vary...)
	}
	if answer.Tile.Empty() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	e := &answer.Tile.Identity
	if z := &answer.Tile.Gzip; len(z.Bytes) > 0 && acceptsGzip(r) {
		e = z
		header["Content-Encoding"] = h.gzip
	}
	header["Etag"] = e.ETag
	if known := r.Header["If-None-Match"]; len(known) > 0 && matches(known, e.ETag[0]) {
		delete(header, "Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header["Content-Type"] = h.contentType
	header["Content-Length"] = e.Length
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(e.Bytes)
	return err
}

// unescaped undoes a client's escaping of the comma.
func unescaped(ids string) (string, error) {
	if !strings.Contains(ids, "%") {
		return ids, nil
	}
	plain, err := url.PathUnescape(ids)
	if err != nil {
		return "", spatial.NotFound("api/tiles: ids", "There is no such tileset.")
	}
	return plain, nil
}

// policy: what anybody may read anybody may keep, unless the address holds a
// key.
func (h *handlers) policy(r *http.Request, private bool) []string {
	if private || r.URL.RawQuery != "" && negotiate.URLKey(r) != "" {
		return h.private
	}
	return h.public
}

// acceptsGzip knows by heart what browsers and common clients send.
func acceptsGzip(r *http.Request) bool {
	switch v := r.Header["Accept-Encoding"]; {
	case len(v) == 0:
		return false
	case len(v) == 1 && strings.HasPrefix(v[0], "gzip, "), len(v) == 1 && v[0] == "gzip":
		return true
	}
	return negotiate.AcceptsGzip(r)
}

// matches is the weak comparison of RFC 9110 §8.8.3.2 with each listed tag.
func matches(known []string, etag string) bool {
	for _, line := range known {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}
