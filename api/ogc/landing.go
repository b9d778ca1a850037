package ogc

import (
	"slices"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// conformanceClasses are those that the tests of this package and the official
// suite hold this server to.
var conformanceClasses = [...]string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
}

var (
	titleServer      = spatial.Text{VI: "Dữ liệu quy hoạch và hạ tầng", EN: "Planning and infrastructure data"}
	titleCollections = spatial.Text{VI: "Lớp dữ liệu", EN: "Collections"}
	titleConformance = spatial.Text{VI: "Các lớp tuân thủ", EN: "Conformance classes"}
	titleAPI         = spatial.Text{VI: "Mô tả API", EN: "API definition"}
)

// landing is the landing page (OGC 17-069r4 /req/core/root-success).
func (h *Handlers) landing(c echo.Context) error {
	r, err := h.begin(c, formatJSON)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	links := append(r.selfAndAlternate(formatJSON),
		negotiate.Link{Href: r.href(formatQuery("json"), "api"), Rel: "service-desc", Type: negotiate.TypeOpenAPI, Title: r.in(titleAPI)},
		negotiate.Link{Href: r.href(formatQuery("html"), "api"), Rel: "service-doc", Type: negotiate.TypeHTML, Title: r.in(titleAPI)},
		negotiate.Link{Href: r.href(formatQuery("json"), "conformance"), Rel: "conformance", Type: negotiate.TypeJSON, Title: r.in(titleConformance)},
		negotiate.Link{Href: r.href(formatQuery("json"), "collections"), Rel: "data", Type: negotiate.TypeJSON, Title: r.in(titleCollections)},
	)
	doc := struct {
		Title       string           `json:"title"`
		Description string           `json:"description"`
		Links       []negotiate.Link `json:"links"`
	}{r.in(titleServer), r.in(spatial.Text{
		VI: "Các lớp dữ liệu qua OGC API - Features.",
		EN: "The collections through OGC API - Features.",
	}), links}
	if r.format.Name == formatHTML.Name {
		return r.page(h.pages.landing, doc.Title, r.href(formatQuery("json")), nil, doc)
	}
	r.linkHeader(links)
	return r.json(negotiate.TypeJSON, doc)
}

// conformance lists the classes (OGC 17-069r4 /req/core/conformance-success).
func (h *Handlers) conformance(c echo.Context) error {
	r, err := h.begin(c, formatJSON)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	doc := struct {
		ConformsTo []string         `json:"conformsTo"`
		Links      []negotiate.Link `json:"links"`
	}{slices.Clone(conformanceClasses[:]), r.selfAndAlternate(formatJSON, "conformance")}
	if r.format.Name == formatHTML.Name {
		return r.page(h.pages.conformance, r.in(titleConformance), r.href(formatQuery("json"), "conformance"), r.crumbs(), doc)
	}
	return r.json(negotiate.TypeJSON, doc)
}
