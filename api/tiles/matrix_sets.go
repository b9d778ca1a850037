package tiles

import (
	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/problem"
	engine "gisd/tiles"
)

// matrixSetItem is a tile matrix set in the list (OGC 17-083r4 annex, as OGC
// 20-057 §B.4 has it).
type matrixSetItem struct {
	ID    string           `json:"id"`
	Title string           `json:"title"`
	URI   string           `json:"uri"`
	CRS   string           `json:"crs"`
	Links []negotiate.Link `json:"links"`
}

// matrixSets lists the sets in which the caller finds tilesets.
func (h *ogcHandlers) matrixSets(c echo.Context) error {
	r, err := h.definition(c)
	if err != nil {
		return err
	}
	doc := struct {
		Links          []negotiate.Link `json:"links"`
		TileMatrixSets []matrixSetItem  `json:"tileMatrixSets"`
	}{[]negotiate.Link{{Href: h.ogcHref(c, format("json"), "tileMatrixSets"), Rel: "self", Type: negotiate.TypeJSON}}, []matrixSetItem{}}
	for _, set := range engine.MatrixSets(h.catalogue.Collections(r.access)) {
		doc.TileMatrixSets = append(doc.TileMatrixSets, matrixSetItem{ID: set.ID, Title: set.Title, URI: r.uriOf(set), CRS: set.CRS,
			Links: []negotiate.Link{{Href: h.ogcHref(c, format("json"), "tileMatrixSets", set.ID), Rel: "self", Type: negotiate.TypeJSON, Title: set.Title}}})
	}
	return r.json(negotiate.TypeJSON, doc)
}

// matrixSet defines one; all VN-2000 zones are known, listed or not.
func (h *ogcHandlers) matrixSet(c echo.Context) error {
	r, err := h.definition(c)
	if err != nil {
		return err
	}
	set, err := r.set()
	if err != nil {
		return err
	}
	return r.json(negotiate.TypeJSON, set.Document(r.uriOf(set)))
}

func (h *ogcHandlers) definition(c echo.Context) (*ogcRequest, error) {
	if _, err := negotiate.Choose(c, []negotiate.Format{formatJSON()}); err != nil {
		return nil, err
	}
	return &ogcRequest{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request())}, negotiate.Only(c.QueryParams())
}
