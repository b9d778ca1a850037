package tiles

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
)

func (h *handlers) tileJSON(c echo.Context) error {
	r := c.Request()
	ids, ok := strings.CutSuffix(c.Param("ids"), ".json")
	if !ok {
		return spatial.NotFound("api/tiles: tilejson", "A tileset's address ends in .json.")
	}
	ids, err := unescaped(ids)
	if err != nil {
		return err
	}
	query, err := h.query(c, ids)
	if err != nil {
		return err
	}
	set, err := h.service.Tileset(ids, auth.AccessOf(c))
	if err != nil {
		return err
	}
	set.Query = query
	path := "/tiles/" + strings.ReplaceAll(url.PathEscape(ids), "%2C", ",") + "/{z}/{x}/{y}.mvt"
	lang := problem.Language(r)
	body, err := json.Marshal(set.TileJSON(h.origin.Href(r, path, handedOn(c.QueryParams())), lang))
	if err != nil {
		return fmt.Errorf("api/tiles: tilejson: %w", err)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(body)
	header := c.Response().Header()
	header["Cache-Control"] = h.policy(r, set.Private)
	header.Add("Vary", "Accept-Language")
	header.Set("Content-Language", lang)
	if negotiate.Unchanged(c, fmt.Sprintf(`"%x"`, sum.Sum64())) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/json", body)
}
