package ogc

import (
	"fmt"
	"math"
	"net/url"

	"gisd/api/metadata"
	"gisd/api/negotiate"
	"gisd/spatial"
)

// What this server says of the same collections outside of /ogc.

// otherServices lead from the landing page to the catalogue (OGC 20-004r1
// /req/autodiscovery) and to the services for other clients.
func (r *request) otherServices() []negotiate.Link {
	link := func(path, rel, mediaType string, title spatial.Text) negotiate.Link {
		return negotiate.Link{Href: r.h.Origin.Href(r.Request(), path, nil), Rel: rel, Type: mediaType, Title: r.in(title)}
	}
	return []negotiate.Link{
		link("/records/collections/catalogue", ogcRel+"ogc-catalog", negotiate.TypeJSON, metadata.CatalogueTitle),
		link("/records/dcat", "alternate", metadata.TypeJSONLD, spatial.Text{VI: "Danh mục ở dạng DCAT", EN: "The catalogue as DCAT"}),
		{Href: r.h.Origin.Href(r.Request(), "/wfs", url.Values{"service": {"WFS"}, "request": {"GetCapabilities"}}), Rel: "related", Type: "text/xml", Title: "WFS 2.0"},
		link("/arcgis/rest/services", "related", negotiate.TypeJSON, spatial.Text{VI: "Dịch vụ cho ArcGIS", EN: "Services for ArcGIS"}),
	}
}

// aboutLinks lead from a collection to what else speaks of it.
func (r *request) aboutLinks(c *spatial.Collection) []negotiate.Link {
	link := func(path, rel, mediaType string, title spatial.Text) negotiate.Link {
		return negotiate.Link{Href: r.h.Origin.Href(r.Request(), path, nil), Rel: rel, Type: mediaType, Title: r.in(title)}
	}
	return []negotiate.Link{
		link(metadata.RecordPath(c.ID), "describedby", negotiate.TypeGeoJSON, spatial.Text{VI: "Bản ghi trong danh mục: nguồn gốc và chất lượng", EN: "Record in the catalogue: lineage and quality"}),
		link("/arcgis/rest/services/"+c.ID+"/FeatureServer/0", "related", negotiate.TypeJSON, spatial.Text{VI: "Lớp đối tượng của ArcGIS", EN: "Feature layer of ArcGIS"}),
	}
}

// resource is the collection for those who catalogue data.
func (r *request) resource(c *spatial.Collection) metadata.Resource {
	resource := metadata.Resource{Collection: c, Lang: r.lang, Href: func(path string, query url.Values) string {
		return r.h.Origin.Href(r.Request(), path, query)
	}}
	if r.h.Downloads != nil {
		resource.Formats = r.h.Downloads.Formats()
	}
	return resource
}

// mapHref is this server's own map with the collection turned on, where it lies; ""
// for what is nowhere. Pages frame it: its scripts, styles and letters come from here.
func (r *request) mapHref(c *spatial.Collection) string {
	if c.GeometryType == spatial.GeometryNone || c.FeatureCount == 0 {
		return ""
	}
	return r.mapOf(c, c.Extent, 16)
}

// mapOf is the map of the collection where e lies (SRID 4326), no closer than zoom;
// "" for an empty envelope and for one across the antimeridian.
func (r *request) mapOf(c *spatial.Collection, e spatial.Envelope, zoom float64) string {
	const framePixels, tilePixels = 800, 512
	if e.Empty() || e.MinX > e.MaxX {
		return ""
	}
	width := max(e.MaxX-e.MinX, 2*(e.MaxY-e.MinY), 1e-4) // degrees; the frame is twice as wide as high
	zoom = min(max(math.Log2(360*framePixels/tilePixels/width), 0), zoom)
	return fmt.Sprintf("%s/#map=%.2f/%.5f/%.5f&lang=%s&on=%s", r.h.Origin.Base(r.Request()), zoom, (e.MinY+e.MaxY)/2, (e.MinX+e.MaxX)/2, r.lang, c.ID)
}

// featureMapHref is the map around a feature, which is chosen there; "" for one
// without a geometry. It turns the geometry into lon, lat degrees (SRID 4326).
func (r *request) featureMapHref(c *spatial.Collection, f *spatial.Feature) (string, error) {
	if f.Geometry.Empty() {
		return "", nil
	}
	p := projector{to: crs84, patches: &r.h.patches}
	if err := p.apply(&f.Geometry); err != nil {
		return "", err
	}
	e := spatial.EmptyEnvelope(spatial.SRIDWGS84)
	err := p.walker.Rewrite(f.Geometry.EWKB, func(flat []float64, stride int) error {
		for i := 0; i+1 < len(flat); i += stride {
			e = e.Extend(flat[i], flat[i+1])
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("ogc: bounds of a feature: %w", err)
	}
	href := r.mapOf(c, e, 17)
	if href == "" {
		return "", nil
	}
	return href + "&sel=" + c.ID + "/" + url.QueryEscape(f.ID), nil
}
