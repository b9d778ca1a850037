package ogc

import (
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
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators", // as drafts and QGIS up to 3.42 call the former
	"http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/property-property",
	"http://www.opengis.net/spec/cql2/1.0/conf/functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
	// Schemas were Features Part 5 before they became Common Part 3; clients look
	// for the one or the other.
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables",
	"http://www.opengis.net/spec/ogcapi-features-6/0.0/conf/property-selection",
	"http://www.opengis.net/spec/ogcapi-features-8/0.0/conf/sorting",
	"http://www.opengis.net/spec/ogcapi-features-8/0.0/conf/features-sorting",
	"http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
	"http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
}

// editClasses are those of changes. What was Features Part 4 alone is Common Part 5
// too since the draft of 2026, but for the class of features.
var editClasses = [...]string{
	"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/create-replace-delete",
	"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/update",
	"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/optimistic-locking-timestamps",
	"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/optimistic-locking-etags",
	"http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/handling",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-timestamps",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
	"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
}

var (
	titleServer      = spatial.Text{VI: "Dữ liệu quy hoạch và hạ tầng", EN: "Planning and infrastructure data"}
	titleCollections = spatial.Text{VI: "Lớp dữ liệu", EN: "Collections"}
	titleConformance = spatial.Text{VI: "Các lớp tuân thủ", EN: "Conformance classes"}
	titleFunctions   = spatial.Text{VI: "Hàm dùng trong bộ lọc", EN: "Functions of filters"}
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
		negotiate.Link{Href: r.href(nil, "functions"), Rel: ogcRel + "functions", Type: negotiate.TypeJSON, Title: r.in(titleFunctions)},
		negotiate.Link{Href: r.href(formatQuery("json"), "collections"), Rel: "data", Type: negotiate.TypeJSON, Title: r.in(titleCollections)},
	)
	links = append(append(links, r.landingExtensions()...), r.otherServices()...)
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
	}{h.conformsTo(), r.selfAndAlternate(formatJSON, "conformance")}
	if r.format.Name == formatHTML.Name {
		return r.page(h.pages.conformance, r.in(titleConformance), r.href(formatQuery("json"), "conformance"), r.crumbs(), doc)
	}
	return r.json(negotiate.TypeJSON, doc)
}
