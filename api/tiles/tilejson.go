package tiles

import (
	"bytes"
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
	if t := h.foreign(c, ids); t != nil {
		return h.foreignTileJSON(c, t)
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
	c.Response().Header()["Cache-Control"] = h.policy(r, set.Private)
	return writeDocument(c, negotiate.TypeJSON, lang, set.TileJSON(h.origin.Href(r, path, handedOn(c.QueryParams())), lang))
}

// writeDocument answers with JSON and an entity tag of it, weak because
// compression comes after; the policy of caching is set before.
func writeDocument(c echo.Context, mediaType, lang string, doc any) error {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // the & of links
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("api/tiles: encode: %w", err)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(body.Bytes())
	header := c.Response().Header()
	header.Add("Vary", "Accept-Language")
	header.Set("Content-Language", lang)
	if negotiate.Unchanged(c, fmt.Sprintf(`W/"%x"`, sum.Sum64())) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, mediaType, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}
