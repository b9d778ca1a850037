package styles

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/tiles/styles"
)

// typeGlyphs is what glyph ranges are served as.
const typeGlyphs = "application/x-protobuf"

// Glyphs and sprites change with the program alone.
const assetAge = "max-age=86400"

func (h *handlers) style(c echo.Context) error {
	id, ok := strings.CutSuffix(c.Param("file"), ".json")
	if !ok || id != DefaultStyle {
		return spatial.NotFound("styles: style", "There is no such style.")
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	access := h.Access(c)
	collections := h.Catalogue.Collections(access)
	lists, err := h.codeLists(c.Request().Context(), collections)
	if err != nil {
		return err
	}
	query := ""
	if key := negotiate.URLKey(c.Request()); key != "" {
		query = "key=" + url.QueryEscape(key)
	}
	body, err := styles.Build(styles.Input{
		ID:          id,
		Base:        h.Origin.Base(c.Request()),
		TileQuery:   query,
		Collections: collections,
		CodeLists:   lists,
		Basemap:     h.Basemap,
	}).Bytes()
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	return answer(c, newAsset(negotiate.TypeJSON, body))
}

func (h *handlers) codeLists(ctx context.Context, collections []*spatial.Collection) (map[string][]spatial.CodeValue, error) {
	out := map[string][]spatial.CodeValue{}
	for _, c := range collections {
		for _, f := range c.Fields {
			if _, done := out[f.CodeList]; done || f.CodeList == "" {
				continue
			}
			list, err := h.CodeLists.CodeList(ctx, f.CodeList)
			switch {
			case spatial.CodeOf(err) == spatial.CodeNotFound:
				out[f.CodeList] = nil
			case err != nil:
				return nil, err
			default:
				out[f.CodeList] = list.Values
			}
		}
	}
	return out, nil
}

func (h *handlers) font(c echo.Context) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	stack, err := url.PathUnescape(c.Param("stack"))
	if err != nil {
		return spatial.NotFound("styles: font", "There is no such font here.")
	}
	span, ok := strings.CutSuffix(c.Param("file"), ".pbf")
	if !ok {
		return spatial.NotFound("styles: font", "Glyphs are at /fonts/{stack}/{range}.pbf.")
	}
	body, err := h.glyphs.Range(stack, span)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, "+assetAge)
	return answer(c, newAsset(typeGlyphs, body))
}

func (h *handlers) sprite(c echo.Context) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	name, err := url.PathUnescape(c.Param("file"))
	if err != nil {
		name = ""
	}
	found, ok := h.sprites[name]
	if !ok {
		return spatial.NotFound("styles: sprite", "There is no such sprite.")
	}
	c.Response().Header().Set("Cache-Control", "public, "+assetAge)
	return answer(c, found)
}

func answer(c echo.Context, a asset) error {
	if negotiate.Unchanged(c, a.etag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, a.mediaType, a.body)
}
