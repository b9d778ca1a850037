package styles

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
	"gisd/tiles/styles"
	"gisd/tiles/styles/sheets"
)

// typeGlyphs is what glyph ranges are served as.
const typeGlyphs = "application/x-protobuf"

// Glyphs and sprites change with the program alone.
const assetAge = "max-age=86400"

// The formats of a style: MapLibre's JSON, SLD and QML.
func formats(json string) []negotiate.Format {
	return []negotiate.Format{
		{Name: "json", Type: json, Also: []string{typeMapLibre, negotiate.TypeJSON}},
		{Name: "sld", Type: sheets.TypeSLD, Also: []string{"application/vnd.ogc.sld+xml"}},
		{Name: "qml", Type: sheets.TypeQML},
	}
}

const typeMapLibre = "application/vnd.mapbox.style+json"

// style answers /styles/{id}.{format} and /styles/{id}?f={format}.
func (h *handlers) style(c echo.Context) error {
	name, err := url.PathUnescape(c.Param("file"))
	if err != nil {
		return noStyle()
	}
	for _, f := range formats(negotiate.TypeJSON) {
		if id, ok := strings.CutSuffix(name, "."+f.Name); ok {
			if c.QueryParam("f") != "" {
				return spatial.Invalid("styles: style", "The address names the format already.", spatial.FieldError{Name: "f", Reason: "leave it out"})
			}
			return h.write(c, id, f)
		}
	}
	f, err := negotiate.Choose(c, formats(negotiate.TypeJSON))
	if err != nil {
		return err
	}
	return h.write(c, name, f)
}

func noStyle() error { return spatial.NotFound("styles: style", "There is no such style.") }

// write answers with the style of the map, or of one collection.
func (h *handlers) write(c echo.Context, id string, f negotiate.Format) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	access := h.Access(c)
	collections, tilesets := h.Catalogue.Collections(access), h.Catalogue.Tilesets(access)
	if id != DefaultStyle {
		collections = slices.DeleteFunc(collections, func(c *spatial.Collection) bool { return c.ID != id || !drawn(c) })
		tilesets = slices.DeleteFunc(tilesets, func(t *spatial.Tileset) bool { return t.ID != id })
		if len(collections) == 0 && (len(tilesets) == 0 || f.Name != "json") {
			return noStyle()
		}
	}
	lists, err := h.codeLists(c.Request().Context(), collections)
	if err != nil {
		return err
	}
	var body []byte
	switch f.Name {
	case "json":
		body, err = h.document(c, id, collections, tilesets, lists)
	case "sld":
		body = sheets.WriteSLD(sheetsOf(collections, lists, problem.Language(c.Request()))...)
	default:
		if id == DefaultStyle {
			return spatial.Invalid("styles: style", "QML is a style of one layer; ask for that of a collection.", spatial.FieldError{Name: "f", Reason: "must be json or sld"})
		}
		body = sheets.WriteQML(sheetsOf(collections, lists, problem.Language(c.Request()))[0])
	}
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	if f.Name != "json" {
		header := c.Response().Header()
		header.Add("Vary", "Accept-Language")
		header.Set("Content-Disposition", `attachment; filename="`+id+"."+f.Name+`"`)
	}
	return answer(c, newDocument(f.Type, body))
}

// drawn reports whether a collection has anything to draw.
func drawn(c *spatial.Collection) bool {
	return c.Version > 0 && c.GeometryType != spatial.GeometryNone
}

func sheetsOf(collections []*spatial.Collection, lists map[string][]spatial.CodeValue, lang string) []sheets.Sheet {
	var all []sheets.Sheet
	for _, c := range collections {
		if drawn(c) {
			all = append(all, sheets.Of(c, lists, lang))
		}
	}
	return all
}

func (h *handlers) document(c echo.Context, id string, collections []*spatial.Collection, tilesets []*spatial.Tileset, lists map[string][]spatial.CodeValue) ([]byte, error) {
	query := ""
	if key := negotiate.URLKey(c.Request()); key != "" {
		query = "key=" + url.QueryEscape(key)
	}
	return styles.Build(styles.Input{
		ID:          id,
		Base:        h.Origin.Base(c.Request()),
		TileQuery:   query,
		Collections: collections,
		CodeLists:   lists,
		Tilesets:    tilesets,
		Direct:      h.Direct,
		Basemap:     h.Basemap,
		Alone:       id != DefaultStyle,
	}).Bytes()
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
