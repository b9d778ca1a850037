package records

import (
	"math"

	"github.com/labstack/echo/v4"

	"gisd/api/metadata"
	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// classes are what the tests of this package hold the catalogue to. That of the API
// as a whole stands on Features Part 1.
var classes = [...]string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-collection",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core-query-parameters",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/records-api",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/html",
}

type object = map[string]any

const ogcRel = "http://www.opengis.net/def/rel/ogc/1.0/"

func (r *request) landing() error {
	if err := negotiate.Only(r.QueryParams()); err != nil {
		return err
	}
	title, description := metadata.CatalogueTitle.In(r.lang), metadata.CatalogueDescription.In(r.lang)
	links := append(r.selfAndAlternate(root, formatJSON),
		negotiate.Link{Href: r.href("/api/openapi.json", nil), Rel: "service-desc", Type: negotiate.TypeOpenAPI, Title: r.in("Mô tả API", "API definition")},
		negotiate.Link{Href: r.href("/api", nil), Rel: "service-doc", Type: negotiate.TypeHTML, Title: r.in("Mô tả API cho người đọc", "API documentation")},
		negotiate.Link{Href: r.href(root+"/conformance", as("json")), Rel: "conformance", Type: negotiate.TypeJSON, Title: r.in("Các lớp tuân thủ", "Conformance classes")},
		negotiate.Link{Href: r.href(root+"/collections", as("json")), Rel: "data", Type: negotiate.TypeJSON, Title: r.in("Các danh mục", "Catalogues")},
		negotiate.Link{Href: r.href(theOnly, as("json")), Rel: ogcRel + "ogc-catalog", Type: negotiate.TypeJSON, Title: title},
		r.dcatLink(),
	)
	if r.html() {
		return r.list(title, description, root, links, nil)
	}
	return r.json(negotiate.TypeJSON, object{"title": title, "description": description, "links": links})
}

func (r *request) dcatLink() negotiate.Link {
	return negotiate.Link{Href: r.href(root+"/dcat", nil), Rel: "alternate", Type: metadata.TypeJSONLD, Title: "DCAT (JSON-LD)"}
}

func (r *request) conformance() error {
	if err := negotiate.Only(r.QueryParams()); err != nil {
		return err
	}
	if r.html() {
		return r.list(r.in("Các lớp tuân thủ", "Conformance classes"), "", root+"/conformance", nil, classes[:])
	}
	return r.json(negotiate.TypeJSON, object{"conformsTo": classes, "links": r.selfAndAlternate(root+"/conformance", formatJSON)})
}

func (r *request) collections() error {
	if err := negotiate.Only(r.QueryParams()); err != nil {
		return err
	}
	links := r.selfAndAlternate(root+"/collections", formatJSON)
	if r.html() {
		to := negotiate.Link{Href: r.href(theOnly, as("html")), Rel: "item", Title: metadata.CatalogueTitle.In(r.lang)}
		return r.list(r.in("Các danh mục", "Catalogues"), "", root+"/collections", append(links, to), nil)
	}
	return r.json(negotiate.TypeJSON, object{"links": links, "collections": []object{r.describe()}})
}

func (r *request) collection() error {
	if err := negotiate.Only(r.QueryParams()); err != nil {
		return err
	}
	doc := r.describe()
	if r.html() {
		return r.list(metadata.CatalogueTitle.In(r.lang), metadata.CatalogueDescription.In(r.lang), theOnly, doc["links"].([]negotiate.Link), nil)
	}
	return r.json(negotiate.TypeJSON, doc)
}

// describe is the catalogue as a collection of records (OGC 20-004r1
// /req/record-collection).
func (r *request) describe() object {
	doc := object{
		"id": "catalogue", "type": "Collection", "itemType": "record", "title": metadata.CatalogueTitle.In(r.lang),
		"description": metadata.CatalogueDescription.In(r.lang), "crs": []string{crs.CRS84URI},
		"conformsTo": []string{"http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-collection"},
		"links": append(r.selfAndAlternate(theOnly, formatJSON),
			negotiate.Link{Href: r.href(theOnly+"/items", as("json")), Rel: "items", Type: negotiate.TypeGeoJSON, Title: r.in("Các bản ghi", "Records")},
			negotiate.Link{Href: r.href(theOnly+"/items", as("html")), Rel: "items", Type: negotiate.TypeHTML, Title: r.in("Các bản ghi", "Records")},
			negotiate.Link{Href: r.href(root, nil), Rel: "root", Type: negotiate.TypeJSON}, r.dcatLink()),
	}
	box := spatial.EmptyEnvelope(spatial.SRIDWGS84)
	for _, c := range r.published() {
		if e := c.Extent; !e.Empty() && c.FeatureCount != 0 {
			if e.MinX > e.MaxX {
				e.MinX, e.MaxX = -180, 180
			}
			box = box.Extend(e.MinX, e.MinY).Extend(e.MaxX, e.MaxY)
		}
	}
	if !box.Empty() {
		down := func(v float64) float64 { return math.Floor(v*1e9) / 1e9 }
		up := func(v float64) float64 { return math.Ceil(v*1e9) / 1e9 }
		doc["extent"] = object{"spatial": object{"bbox": [][4]float64{{down(box.MinX), down(box.MinY), up(box.MaxX), up(box.MaxY)}}, "crs": crs.CRS84URI}}
	}
	return doc
}

// published are the collections with data that the caller may read.
func (r *request) published() []*spatial.Collection {
	var out []*spatial.Collection
	for _, c := range r.h.Catalogue.Collections(r.access) {
		if c.Version > 0 {
			out = append(out, c)
		}
	}
	return out
}

// dcat is the whole catalogue as DCAT in JSON-LD.
func (h *Handlers) dcat(c echo.Context) error {
	if _, err := negotiate.Choose(c, []negotiate.Format{{Name: "jsonld", Type: metadata.TypeJSONLD, Also: []string{negotiate.TypeJSON}}}); err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	r := h.request(c)
	var all []metadata.Resource
	for _, found := range r.published() {
		one, err := r.traced(found)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	return r.json(metadata.TypeJSONLD, metadata.DCAT(r.href(root+"/dcat", nil), all))
}
