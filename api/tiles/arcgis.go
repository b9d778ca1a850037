package tiles

import (
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/spatial"
	engine "gisd/tiles"
)

// arcgisRoute is where clients of ArcGIS look for tiles: row before column.
const arcgisRoute = "/arcgis/rest/services/:collection/VectorTileServer/tile/:z/:y/:x"

// arcgisTile is the tile of one collection that /tiles has, by another address.
func (h *handlers) arcgisTile(c echo.Context) error {
	id, err := unescaped(c.Param("collection"))
	if err != nil {
		return err
	}
	x, ok := strings.CutSuffix(c.Param("x"), ".pbf")
	if !ok || strings.Contains(id, ",") {
		return spatial.NotFound("api/tiles: tile", "A tile's address ends in .pbf.")
	}
	coord, err := engine.ParseCoord(c.Param("z"), x, c.Param("y"))
	if err != nil {
		return err
	}
	answer, err := h.service.Tile(c.Request().Context(), engine.Request{IDs: id, Coord: coord, Access: auth.AccessOf(c)})
	if err != nil {
		return err
	}
	_, err = h.write(c.Response(), c.Request(), answer)
	return err
}
