package styles

import (
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/tiles/styles"
)

// arcgisRoute is where clients of ArcGIS look for the style of vector tiles.
const arcgisRoute = "/arcgis/rest/services/:collection/VectorTileServer/resources/styles/root.json"

// arcgisStyle is the style of one collection for clients that take their tiles from
// the VectorTileServer two steps above; glyphs and sprites are the same as everywhere.
func (h *handlers) arcgisStyle(c echo.Context) error {
	id, err := url.PathUnescape(c.Param("collection"))
	if err != nil {
		return noStyle()
	}
	access := h.Access(c)
	for _, one := range h.Catalogue.Collections(access) {
		if one.ID != id || !drawn(one) {
			continue
		}
		collections := []*spatial.Collection{one}
		lists, err := h.codeLists(c.Request().Context(), collections)
		if err != nil {
			return err
		}
		d := styles.Build(styles.Input{ID: id, Base: h.Origin.Base(c.Request()), Collections: collections, CodeLists: lists, Alone: true})
		d.Sources = map[string]styles.Source{"esri": {Type: "vector", URL: "../../"}}
		for i := range d.Layers {
			d.Layers[i].Source = "esri"
		}
		body, err := d.Bytes()
		if err != nil {
			return err
		}
		negotiate.Cache(c, access, "no-cache")
		return answer(c, newDocument(negotiate.TypeJSON, body))
	}
	return noStyle()
}
