package styles

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
)

// The list of styles follows the draft OGC API - Styles (OGC 20-009); no class
// of it is declared while it is one.

type styleItem struct {
	ID    string           `json:"id"`
	Title string           `json:"title"`
	Links []negotiate.Link `json:"links"`
}

// list names the style of the whole map and those of the collections that the
// caller may read.
func (h *handlers) list(c echo.Context) error {
	if _, err := negotiate.Choose(c, formats(negotiate.TypeJSON)[:1]); err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	access, lang := h.Access(c), problem.Language(c.Request())
	doc := struct {
		Default string           `json:"default"`
		Links   []negotiate.Link `json:"links"`
		Styles  []styleItem      `json:"styles"`
	}{DefaultStyle, []negotiate.Link{{Href: h.href(c, url.Values{"f": {"json"}}), Rel: "self", Type: negotiate.TypeJSON}},
		[]styleItem{{DefaultStyle, spatial.Text{VI: "Cả bản đồ", EN: "The whole map"}.In(lang), h.links(c, DefaultStyle)}}}
	for _, one := range h.Catalogue.Collections(access) {
		if drawn(one) && one.ID != DefaultStyle {
			title := one.Title.In(lang)
			if title == "" {
				title = one.ID
			}
			doc.Styles = append(doc.Styles, styleItem{one.ID, title, h.links(c, one.ID)})
		}
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("styles: list: %w", err)
	}
	negotiate.Cache(c, access, "no-cache")
	c.Response().Header().Add("Vary", "Accept-Language")
	return answer(c, newDocument(negotiate.TypeJSON, body))
}

// ogcStyle is the style itself, in the format that is asked for.
func (h *handlers) ogcStyle(c echo.Context) error {
	f, err := negotiate.Choose(c, formats(typeMapLibre))
	if err != nil {
		return err
	}
	id, err := url.PathUnescape(c.Param("style"))
	if err != nil {
		return noStyle()
	}
	return h.write(c, id, f)
}

func (h *handlers) links(c echo.Context, id string) []negotiate.Link {
	return Links(func(query url.Values, steps ...string) string { return h.href(c, query, steps[1:]...) }, id)
}

// href is an address at or below /ogc/styles.
func (h *handlers) href(c echo.Context, query url.Values, steps ...string) string {
	path := "/ogc/styles"
	for _, s := range steps {
		path += "/" + url.PathEscape(s)
	}
	return h.Origin.Href(c.Request(), path, query)
}

// Links lead to a style in its formats; href is an address below /ogc.
func Links(href func(query url.Values, steps ...string) string, id string) []negotiate.Link {
	var links []negotiate.Link
	for _, f := range formats(typeMapLibre) {
		if f.Name == "qml" && id == DefaultStyle {
			continue
		}
		links = append(links, negotiate.Link{Href: href(url.Values{"f": {f.Name}}, "styles", id), Rel: "stylesheet", Type: f.Type})
	}
	return links
}

// LandingLinks lead from the landing page of the OGC API to the list.
func LandingLinks(href func(query url.Values, steps ...string) string, lang string) []negotiate.Link {
	return []negotiate.Link{{Href: href(url.Values{"f": {"json"}}, "styles"), Rel: "http://www.opengis.net/def/rel/ogc/1.0/styles",
		Type: negotiate.TypeJSON, Title: spatial.Text{VI: "Các kiểu bản đồ", EN: "Map styles"}.In(lang)}}
}

// CollectionLinks lead from a collection to its style.
func CollectionLinks(href func(query url.Values, steps ...string) string, c *spatial.Collection, _ string) []negotiate.Link {
	if !drawn(c) {
		return nil
	}
	return Links(href, c.ID)
}
