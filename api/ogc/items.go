package ogc

import (
	"bytes"
	"maps"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// items answers a page of features (OGC 17-069r4 §7.15).
func (h *Handlers) items(c echo.Context) error {
	var files []negotiate.Format
	if h.Downloads != nil {
		files = h.Downloads.Formats()
	}
	r, err := h.begin(c, formatGeoJSON, files...)
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	q, to, err := r.readQuery(found)
	if err != nil {
		return err
	}
	if r.format.Name != formatGeoJSON.Name && r.format.Name != formatHTML.Name {
		return h.download(c, r, found, q, to)
	}
	page, err := h.Features.Query(c.Request().Context(), found, q)
	if err != nil {
		return err
	}
	if page.Matched < 0 && q.After == "" && page.Next == "" {
		page.Matched = int64(len(page.Features))
	}
	links := r.itemsLinks(found, page.Next)
	if r.format.Name == formatHTML.Name {
		return r.itemsPage(found, page, links)
	}
	body, features, err := r.encodePage(found, page, to, links)
	if err != nil {
		return err
	}
	r.linkHeader(links)
	c.Response().Header().Set("Content-Crs", "<"+to.uri+">")
	return r.body(negotiate.TypeGeoJSON, body, features)
}

// itemsLinks are self, alternate, the collection and the next page, each with
// the parameters that the caller gave.
func (r *request) itemsLinks(c *spatial.Collection, next string) []negotiate.Link {
	link := func(f negotiate.Format, rel, cursor string) negotiate.Link {
		query := maps.Clone(r.QueryParams())
		query.Del("key")
		query.Set("f", f.Name)
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		return negotiate.Link{Href: r.href(query, "collections", c.ID, "items"), Rel: rel, Type: f.Type}
	}
	other := formatHTML
	if r.format.Name == formatHTML.Name {
		other = formatGeoJSON
	}
	links := []negotiate.Link{
		link(r.format, "self", ""), link(other, "alternate", ""),
		{Href: r.href(formatQuery("json"), "collections", c.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(c.Title)},
	}
	if next != "" {
		links = append(links, link(r.format, "next", r.h.cursors.write(c, filtersOf(r.QueryParams()), next)))
	}
	return links
}

// encodePage writes the feature collection. The second result is the part that
// says the same as long as the data does: all but the time stamp.
func (r *request) encodePage(c *spatial.Collection, page *spatial.FeaturePage, to wire, links []negotiate.Link) (body, stable []byte, err error) {
	project := projector{to: to}
	b := make([]byte, 0, 4096+512*len(page.Features))
	b = append(b, `{"type":"FeatureCollection","timeStamp":"`...)
	b = r.h.Now().UTC().AppendFormat(b, time.RFC3339)
	b = append(b, '"')
	start := len(b)
	if page.Matched >= 0 {
		b = append(b, `,"numberMatched":`...)
		b = strconv.AppendInt(b, page.Matched, 10)
	}
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(page.Features)), 10)
	b = append(b, `,"links":`...)
	encoded, err := marshal(links)
	if err != nil {
		return nil, nil, err
	}
	b = append(b, encoded...)
	b = append(b, `,"features":[`...)
	for i := range page.Features {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = r.encode(b, c, &page.Features[i], &project); err != nil {
			return nil, nil, err
		}
	}
	b = append(b, `]}`...)
	return b, b[start:], nil
}

func (r *request) encode(b []byte, c *spatial.Collection, f *spatial.Feature, project *projector) ([]byte, error) {
	if err := project.apply(&f.Geometry); err != nil {
		return nil, err
	}
	return r.h.Encoder.AppendFeature(b, c, f, project.to.decimals())
}

// feature answers one feature (OGC 17-069r4 §7.16).
func (h *Handlers) feature(c echo.Context) error {
	r, err := h.begin(c, formatGeoJSON)
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	to := readCRS(p, "crs", found)
	if err := p.Err(); err != nil {
		return err
	}
	f, err := h.Features.Feature(c.Request().Context(), found, r.step("feature"), r.access)
	if err != nil {
		return err
	}
	links := append(r.selfAndAlternate(formatGeoJSON, "collections", found.ID, "items", f.ID), negotiate.Link{
		Href: r.href(formatQuery("json"), "collections", found.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(found.Title),
	})
	if r.format.Name == formatHTML.Name {
		return r.featurePage(found, f, links)
	}
	b, err := r.encode(nil, found, f, &projector{to: to})
	if err != nil {
		return err
	}
	encoded, err := marshal(links)
	if err != nil {
		return err
	}
	// GeoJSON admits foreign members (RFC 7946 §6.1): the links go in last.
	b = append(bytes.TrimSuffix(b, []byte{'}'}), `,"links":`...)
	b = append(append(b, encoded...), '}')
	r.linkHeader(links)
	c.Response().Header().Set("Content-Crs", "<"+to.uri+">")
	return r.body(negotiate.TypeGeoJSON, b, b)
}
