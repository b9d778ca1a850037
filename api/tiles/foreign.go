package tiles

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
	engine "gisd/tiles"
)

// Foreign has tilesets that are not drawn here: archives, and tiles of other
// servers. Tile asks for a tile of one that the caller may read.
type Foreign interface {
	Tileset(id string, a spatial.Access) (*spatial.Tileset, error)
	Tile(ctx context.Context, t *spatial.Tileset, c engine.Coord) (engine.Stored, error)
}

// foreignAge is how long tiles of another server may be kept.
const foreignAge = "max-age=3600"

// foreign finds such a tileset; nil is none of that name for the caller.
func (h *handlers) foreign(c echo.Context, ids string) *spatial.Tileset {
	if h.others == nil {
		return nil
	}
	t, err := h.others.Tileset(ids, auth.AccessOf(c))
	if err != nil {
		return nil
	}
	return t
}

// foreignTile answers with a tile as it is stored, or 204 where there is none.
func (h *handlers) foreignTile(c echo.Context, t *spatial.Tileset) error {
	y, ok := strings.CutSuffix(c.Param("y"), t.Ending())
	if !ok {
		return spatial.NotFound("api/tiles: tile", "A tile's address ends in "+t.Ending()+".")
	}
	coord, err := engine.ParseCoord(c.Param("z"), c.Param("x"), y)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	r, header := c.Request(), c.Response().Header()
	header["Cache-Control"] = h.policy(r, !spatial.Access{}.CanReadTileset(t))
	if t.Kind != spatial.TilesetArchive { // another server is asked once, not at every look
		header["Cache-Control"] = []string{strings.Replace(header.Get("Cache-Control"), "no-cache", foreignAge, 1)}
	}
	if t.Vector() {
		header.Add("Vary", "Accept-Encoding")
	}
	tile := engine.Stored{}
	if int(coord.Z) >= t.MinZoom && int(coord.Z) <= t.MaxZoom {
		if tile, err = h.others.Tile(r.Context(), t, coord); err != nil {
			return err
		}
	}
	if tile.Empty() {
		return c.NoContent(http.StatusNoContent)
	}
	if coding := tile.Encoding.String(); coding != "" && negotiate.Coding(r, coding) != coding {
		if tile, err = tile.Plain(); err != nil {
			return &spatial.Error{Code: spatial.CodeUnavailable, Op: "api/tiles: unfold", Message: "The tile is damaged.", Err: err}
		}
	}
	if negotiate.Unchanged(c, tile.ETag()) {
		return c.NoContent(http.StatusNotModified)
	}
	if coding := tile.Encoding.String(); coding != "" {
		header.Set("Content-Encoding", coding)
	}
	return c.Blob(http.StatusOK, tile.Type, tile.Bytes)
}

// foreignJSON is a document of TileJSON 3.0.0; raster tiles have no
// vector_layers, and the size of theirs, which is no member of it.
type foreignJSON struct {
	Version      string          `json:"tilejson"`
	Name         string          `json:"name,omitempty"`
	Description  string          `json:"description,omitempty"`
	Attribution  string          `json:"attribution,omitempty"`
	Scheme       string          `json:"scheme"`
	Tiles        []string        `json:"tiles"`
	MinZoom      int             `json:"minzoom"`
	MaxZoom      int             `json:"maxzoom"`
	Bounds       [4]float64      `json:"bounds"`
	Format       string          `json:"format"`
	TileSize     int             `json:"tileSize,omitempty"`
	VectorLayers json.RawMessage `json:"vector_layers,omitempty"`
}

// foreignTileJSON describes the tileset. Its tiles are asked for here, for
// programs seldom fill in what addresses elsewhere want.
func (h *handlers) foreignTileJSON(c echo.Context, t *spatial.Tileset) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	lang, e := problem.Language(c.Request()), t.Extent
	doc := foreignJSON{Version: "3.0.0", Name: t.Title.In(lang), Description: t.Description.In(lang), Attribution: t.Attribution, Scheme: "xyz",
		Tiles:   []string{h.origin.Href(c.Request(), "/tiles/"+url.PathEscape(t.ID)+"/{z}/{x}/{y}"+t.Ending(), nil)},
		MinZoom: t.MinZoom, MaxZoom: t.MaxZoom, Bounds: [4]float64{e.MinX, e.MinY, e.MaxX, e.MaxY}, Format: t.Format, VectorLayers: t.VectorLayers}
	if doc.Name == "" {
		doc.Name = t.ID
	}
	if !t.Vector() {
		doc.TileSize = t.TileSize
	} else if len(doc.VectorLayers) == 0 {
		doc.VectorLayers = json.RawMessage("[]")
	}
	c.Response().Header()["Cache-Control"] = h.policy(c.Request(), !spatial.Access{}.CanReadTileset(t))
	return writeDocument(c, negotiate.TypeJSON, lang, doc)
}
