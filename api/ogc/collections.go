package ogc

import (
	"math"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// extent is a collection's cover (OGC 17-069r4 /req/core/fc-md-extent). The bbox
// is in CRS84, lon, lat degrees, rounded outwards.
type extent struct {
	Spatial *spatialExtent `json:"spatial,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

// collectionDoc describes a collection (OGC 17-069r4 §7.14).
type collectionDoc struct {
	ID          string           `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description,omitempty"`
	Keywords    []string         `json:"keywords,omitempty"`
	Attribution string           `json:"attribution,omitempty"`
	Extent      *extent          `json:"extent,omitempty"`
	ItemType    string           `json:"itemType"`
	CRS         []string         `json:"crs"`
	StorageCRS  string           `json:"storageCrs,omitempty"`
	Links       []negotiate.Link `json:"links"`

	source  *spatial.Collection
	dataset map[string]any
	mapHref string
}

// Map is where the map shows it; for pages.
func (d collectionDoc) Map() string { return d.mapHref }

// Dataset is what search engines read of it, in the words of schema.org; for pages.
func (d collectionDoc) Dataset() map[string]any { return d.dataset }

// Source is the collection itself, for pages.
func (d collectionDoc) Source() *spatial.Collection { return d.source }

func (r *request) describe(c *spatial.Collection) collectionDoc {
	d := collectionDoc{
		ID: c.ID, Title: r.in(c.Title), Description: r.in(c.Description), Keywords: c.Keywords, Attribution: c.Attribution,
		Extent: extentOf(c), ItemType: "feature", CRS: offeredURIs(c), StorageCRS: storageURI(c), source: c,
		Links: r.selfAndAlternate(formatJSON, "collections", c.ID),
	}
	if d.Title == "" {
		d.Title = c.ID
	}
	items := func(f negotiate.Format) negotiate.Link {
		return negotiate.Link{Href: r.href(formatQuery(f.Name), "collections", c.ID, "items"), Rel: "items", Type: f.Type, Title: d.Title}
	}
	d.Links = append(d.Links, items(formatGeoJSON), items(formatJSONFG), items(formatHTML))
	d.Links = append(append(d.Links, r.schemaLinks(c)...), r.downloadLinks(c, nil)...)
	if storage := storageURI(c); storage != "" {
		d.Links = append(d.Links, negotiate.Link{
			Href: r.h.Origin.Href(r.Request(), "/crs/"+c.SRID.String(), nil), Rel: "describedby", Type: negotiate.TypeJSON,
			Title: r.in(spatial.Text{VI: "Định nghĩa hệ toạ độ lưu trữ (WKT, QGIS)", EN: "Definition of the storage CRS (WKT, QGIS)"}),
		})
	}
	d.Links = append(d.Links, negotiate.Link{
		Href: r.h.Origin.Href(r.Request(), "/tiles/"+c.ID+".json", nil), Rel: "tilejson", Type: negotiate.TypeJSON,
		Title: r.in(spatial.Text{VI: "Ô vectơ (TileJSON)", EN: "Vector tiles (TileJSON)"}),
	}, r.versionsLink(c))
	d.Links = append(d.Links, r.aboutLinks(c)...)
	if r.h.Editor != nil {
		d.Links = append(d.Links, r.changesLink(c))
	}
	d.Links = append(d.Links, r.collectionExtensions(c)...)
	return d
}

func extentOf(c *spatial.Collection) *extent {
	e := c.Extent
	if e.Empty() || c.FeatureCount == 0 {
		return nil
	}
	return &extent{Spatial: &spatialExtent{
		BBox: [][4]float64{{roundDown(e.MinX), roundDown(e.MinY), roundUp(e.MaxX), roundUp(e.MaxY)}},
		CRS:  crs.CRS84URI,
	}}
}

// Extents carry the 9 decimals that coordinates do, outwards: what is rounded
// inwards leaves features outside the published extent.
func roundDown(v float64) float64 { return math.Floor(v*1e9) / 1e9 }
func roundUp(v float64) float64   { return math.Ceil(v*1e9) / 1e9 }
func roundNear(v float64) float64 { return math.Round(v*1e9) / 1e9 }

func (h *Handlers) collections(c echo.Context) error {
	r, err := h.begin(c, formatJSON)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	doc := struct {
		Links       []negotiate.Link `json:"links"`
		CRS         []string         `json:"crs"`
		Collections []collectionDoc  `json:"collections"`
	}{r.selfAndAlternate(formatJSON, "collections"), globalURIs(), []collectionDoc{}}
	for _, found := range h.Catalogue.Collections(r.access) {
		if found.Version > 0 {
			d := r.describe(found)
			d.CRS = listedURIs(d.CRS)
			doc.Collections = append(doc.Collections, d)
		}
	}
	if r.format.Name == formatHTML.Name {
		return r.page(h.pages.collections, r.in(titleCollections), r.href(formatQuery("json"), "collections"), r.crumbs(), doc)
	}
	r.linkHeader(doc.Links)
	return r.json(negotiate.TypeJSON, doc)
}

func (h *Handlers) collection(c echo.Context) error {
	r, err := h.begin(c, formatJSON)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	doc := r.describe(found)
	if r.format.Name == formatHTML.Name {
		doc.dataset, doc.mapHref = r.resource(found).SchemaOrg(), r.mapHref(found)
		return r.page(h.pages.collection, doc.Title, r.href(formatQuery("json"), "collections", found.ID), r.crumbs(titleCollections), doc)
	}
	r.linkHeader(doc.Links)
	return r.json(negotiate.TypeJSON, doc)
}

// find returns a collection that the caller may read and that has a version.
func (r *request) find(id string) (*spatial.Collection, error) {
	c, err := r.h.Catalogue.Collection(id, r.access)
	if err != nil {
		return nil, err
	}
	if c.Version == 0 {
		return nil, spatial.NotFound("ogc: collection", "There is no such collection.")
	}
	return c, nil
}
