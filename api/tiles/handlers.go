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
	Tile(ctx context.Context, r engine.Request) (engine.Answer, error)
	Cached(ctx context.Context, r engine.Request) (engine.Answer, bool)
	Tileset(ids string, a spatial.Access) (*engine.Tileset, error)
}

const tileRoute = "/tiles/:ids/:z/:x/:y"

// Register adds the routes. The last part of a tile's path ends in ".mvt", or as
// its format is called, the tileset's in ".json". others may be nil.
func Register(e *echo.Echo, s Service, others Foreign, origin negotiate.Origin) {
	h := newHandlers(s, origin)
	h.others = others
	e.GET(tileRoute, h.tile)
	e.GET("/tiles/:ids", h.tileJSON)
	e.GET(arcgisRoute, h.arcgisTile)
}

// handlers holds the header values that never change, so that an answer
// allocates none of them.
type handlers struct {
	service Service
	others  Foreign // nil for none
	origin  negotiate.Origin

	contentType, public, private []string
	vary, varyOrigin             []string
}

func newHandlers(s Service, origin negotiate.Origin) *handlers {
	return &handlers{
		service: s, origin: origin,
		contentType: []string{engine.ContentType},
		// An edit shows at once, and asking again costs a 304.
		public:  []string{"public, no-cache"},
		private: []string{"private, no-cache"},
		vary:    []string{"Accept-Encoding"},
		// as the middleware for other origins begins it
		varyOrigin: []string{"Origin", "Accept-Encoding"},
	}
}

func (h *handlers) tile(c echo.Context) error {
	r := c.Request()
	ids, err := unescaped(c.Param("ids"))
	if err != nil {
		return err
	}
	if t := h.foreign(c, ids); t != nil {
		return h.foreignTile(c, t)
	}
	y, ok := strings.CutSuffix(c.Param("y"), ".mvt")
	if !ok {
		return spatial.NotFound("api/tiles: tile", "A tile's address ends in .mvt.")
	}
	coord, err := engine.ParseCoord(c.Param("z"), c.Param("x"), y)
	if err != nil {
		return err
	}
	query, err := h.query(c, ids)
	if err != nil {
		return err
	}
	answer, err := h.service.Tile(r.Context(), engine.Request{IDs: ids, Coord: coord, Access: auth.AccessOf(c), Query: query})
	if err != nil {
		return err
	}
	_, err = h.write(c.Response(), r, answer)
	return err
}

// write sends the tile in the encoding that the client prefers. Whether the
// client has it already is settled first, before an encoding is made.
func (h *handlers) write(w http.ResponseWriter, r *http.Request, answer engine.Answer) (status int, err error) {
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
		return http.StatusNoContent, nil
	}
	if known := r.Header["If-None-Match"]; len(known) > 0 {
		if etag, ok := answer.Tile.Match(known); ok {
			header["Etag"] = []string{etag}
			w.WriteHeader(http.StatusNotModified)
			return http.StatusNotModified, nil
		}
	}
	e := answer.In(encodingFor(r))
	if e.Coding != nil {
		header["Content-Encoding"] = e.Coding
	}
	header["Etag"] = e.ETag
	header["Content-Type"] = h.contentType
	header["Content-Length"] = e.Length
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(e.Bytes)
	return http.StatusOK, err
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

// encodingFor knows by heart what browsers and common clients send.
func encodingFor(r *http.Request) engine.Encoding {
	accepted := r.Header["Accept-Encoding"]
	if len(accepted) == 0 {
		return engine.Identity
	}
	if len(accepted) == 1 {
		switch accepted[0] {
		case "gzip, deflate, br, zstd":
			return engine.Either
		case "gzip, deflate, br":
			return engine.Brotli
		case "gzip", "gzip, deflate":
			return engine.Gzip
		}
	}
	switch negotiate.Coding(r, "zstd", "br", "gzip") {
	case "zstd":
		if negotiate.Coding(r, "br", "zstd", "gzip") == "br" { // the caller does not mind
			return engine.Either
		}
		return engine.Zstd
	case "br":
		return engine.Brotli
	case "gzip":
		return engine.Gzip
	}
	return engine.Identity
}
