package tiles

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
	engine "gisd/tiles"
)

// Catalogue lists what a caller may read.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
}

// The media types of a tileset's description and of its tiles.
const typeTileJSON = "application/vnd.mapbox.tile+json"

func formatJSON() negotiate.Format {
	return negotiate.Format{Name: "json", Type: negotiate.TypeJSON}
}

func formatTileJSON() negotiate.Format {
	return negotiate.Format{Name: "tilejson", Type: typeTileJSON}
}

func formatMVT() negotiate.Format {
	return negotiate.Format{Name: "mvt", Type: engine.ContentType, Also: []string{"application/x-protobuf", "application/octet-stream"}}
}

// RegisterOGC adds OGC API - Tiles (OGC 20-057) below /ogc: tilesets of the
// dataset and of each collection, and the tile matrix sets they are in. Tiles
// are addressed by tile matrix, row, column.
func RegisterOGC(e *echo.Echo, s Service, c Catalogue, origin negotiate.Origin) {
	h := &ogcHandlers{newHandlers(s, origin), c}
	e.GET("/ogc/tileMatrixSets", h.matrixSets)
	e.GET("/ogc/tileMatrixSets/:set", h.matrixSet)
	for _, of := range []struct {
		path string
		ids  func(*ogcRequest) (string, error)
	}{{"/ogc/tiles", (*ogcRequest).dataset}, {"/ogc/collections/:collection/tiles", (*ogcRequest).one}} {
		e.GET(of.path, h.with(of.ids, (*ogcRequest).tilesets))
		e.GET(of.path+"/:set", h.with(of.ids, (*ogcRequest).tileset))
		e.GET(of.path+"/:set/:matrix/:row/:col", h.with(of.ids, (*ogcRequest).tile))
	}
}

type ogcHandlers struct {
	*handlers
	catalogue Catalogue
}

// ogcRequest is one request for tiles or tilesets of the collections ids.
type ogcRequest struct {
	echo.Context
	h      *ogcHandlers
	access spatial.Access
	lang   string
	ids    string
	steps  []string   // of the address below /ogc, up to "tiles"
	query  url.Values // what links repeat
	known  []string   // parameters of the resource
}

func (h *ogcHandlers) with(ids func(*ogcRequest) (string, error), answer func(*ogcRequest) error) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		r := &ogcRequest{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request())}
		if r.ids, err = ids(r); err != nil {
			return err
		}
		return answer(r)
	}
}

// one is the collection of the path.
func (r *ogcRequest) one() (string, error) {
	id, err := unescaped(r.Param("collection"))
	if err != nil {
		return "", err
	}
	if strings.Contains(id, ",") {
		return "", spatial.NotFound("api/tiles: collection", "There is no such collection.")
	}
	r.steps = []string{"collections", id, "tiles"}
	return id, nil
}

// dataset is every collection that the caller may read and that has tiles, of many
// the first engine.MaxCollections, or those of the parameter collections, which are
// ids or addresses of collections here (OGC 20-057 /req/collections-selection).
func (r *ogcRequest) dataset() (string, error) {
	r.steps = []string{"tiles"}
	r.known = []string{"collections"}
	chosen, text := r.QueryParams().Has("collections"), r.QueryParam("collections")
	var ids []string
	if !chosen {
		for _, c := range r.h.catalogue.Collections(r.access) {
			if c.Version > 0 && c.GeometryType != spatial.GeometryNone {
				ids = append(ids, c.ID)
			}
		}
		ids = ids[:min(len(ids), engine.MaxCollections)]
		return strings.Join(ids, ","), nil
	}
	r.query = url.Values{"collections": {text}}
	base := r.h.origin.Base(r.Request()) + "/ogc/collections/"
	for id := range strings.SplitSeq(text, ",") {
		ids = append(ids, strings.TrimPrefix(id, base))
	}
	return strings.Join(ids, ","), nil
}

// href is the address of a resource below the tilesets list.
func (r *ogcRequest) href(query url.Values, steps ...string) string {
	all := url.Values{}
	for _, from := range []url.Values{r.query, query} {
		for name, values := range from {
			all[name] = values
		}
	}
	return r.h.ogcHref(r.Context, all, append(r.steps[:len(r.steps):len(r.steps)], steps...)...)
}

// ogcHref is an address below /ogc. Braces of templates stay as they are.
func (h *handlers) ogcHref(c echo.Context, query url.Values, steps ...string) string {
	path := "/ogc"
	for _, step := range steps {
		if !strings.HasPrefix(step, "{") {
			step = url.PathEscape(step)
		}
		path += "/" + step
	}
	return h.origin.Href(c.Request(), path, query)
}

func format(name string) url.Values { return url.Values{"f": {name}} }

func (r *ogcRequest) set() (engine.TileMatrixSet, error) {
	return engine.MatrixSet(r.Param("set"))
}

// described resolves the collections; there is no tileset of none.
func (r *ogcRequest) described() (*engine.Tileset, error) {
	if r.ids == "" {
		return &engine.Tileset{}, nil
	}
	return r.h.service.Tileset(r.ids, r.access)
}

// tile answers 204 where nothing is drawn within the limits of the tileset, and
// not_found outside of them (OGC 20-057 /req/core/tc-error).
func (r *ogcRequest) tile() error {
	if _, err := negotiate.Choose(r.Context, []negotiate.Format{formatMVT()}); err != nil {
		return err
	}
	set, err := r.set()
	if err != nil {
		return err
	}
	coord, err := set.ParseTile(r.Param("matrix"), r.Param("row"), r.Param("col"))
	if err != nil {
		return err
	}
	tileset, err := r.described()
	if err != nil {
		return err
	}
	if !tileset.HasZoom(set, coord.Z) {
		return outsideLimits()
	}
	query, err := r.h.query(r.Context, r.ids, r.known...)
	if err != nil {
		return err
	}
	answer, err := r.h.service.Tile(r.Request().Context(), engine.Request{IDs: r.ids, Coord: coord, Access: r.access, Query: query, Matrix: set.Matrix()})
	if err != nil {
		return err
	}
	if answer.Tile.Empty() {
		limits, ok, err := tileset.LimitsAt(set, coord.Z)
		if err != nil {
			return err
		}
		if !ok || !limits.Holds(coord) {
			return outsideLimits()
		}
	}
	if len(r.steps) == 1 { // what the dataset is depends on who asks
		negotiate.Cache(r.Context, r.access, "no-cache")
		answer.Private = answer.Private || !r.access.Anonymous()
	}
	_, err = r.h.write(r.Response(), r.Request(), answer)
	return err
}

func outsideLimits() error {
	return spatial.NotFound("api/tiles: tile", "The tile lies outside the limits of the tileset.")
}

// json answers with a document of what the caller may read.
func (r *ogcRequest) json(mediaType string, doc any) error {
	negotiate.Cache(r.Context, r.access, "no-cache")
	return writeDocument(r.Context, mediaType, r.lang, doc)
}
