package ogc

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// items answers a page of features (OGC 17-069r4 §7.15), a stream of all of them,
// or a file.
func (h *Handlers) items(c echo.Context) error {
	r, err := h.begin(c, formatGeoJSON, h.itemFormats()...)
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	q, err := r.readQuery(found)
	if err != nil {
		return err
	}
	switch r.format.Name {
	case formatHTML.Name:
		return r.itemsHTML(found, q)
	case formatGeoJSON.Name, formatJSONFG.Name:
		return r.itemsPage(found, q)
	case formatSequence.Name:
		return h.sequence(r, found, q)
	}
	return h.download(c, r, found, q)
}

// itemFormats are those of items beside GeoJSON and HTML.
func (h *Handlers) itemFormats() []negotiate.Format {
	formats := []negotiate.Format{formatJSONFG, formatSequence}
	if h.Downloads != nil {
		formats = append(formats, h.Downloads.Formats()...)
	}
	return formats
}

// itemsPage writes a page as JSON. What fits into memory set aside for it has an
// entity tag and its links in the header as well; a larger one is streamed.
func (r *request) itemsPage(c *spatial.Collection, q itemsQuery) error {
	w, err := r.newPageWriter(c, q)
	if err != nil {
		return err
	}
	defer w.release()
	page, err := r.h.Features.Each(r.Request().Context(), c, q.Query, w.add)
	if err != nil {
		return w.fail(err)
	}
	r.remember(c, q, page, w.count)
	return w.finish(page)
}

// remember notes where a page ended that was asked for by offset, or is the first:
// who pages by offset need not name that one.
func (r *request) remember(c *spatial.Collection, q itemsQuery, page *spatial.FeaturePage, count int) {
	offset := q.offset
	if offset < 0 && q.After == nil && q.Before == nil {
		offset = 0
	}
	if offset >= 0 && page.Next != nil {
		r.h.anchors.Remember(r.anchorKey(c, &q), offset+int64(count), page.Next)
	}
}

// itemsLinks are self, alternates, the collection, and the pages before and after,
// each with the parameters that the caller gave.
func (r *request) itemsLinks(c *spatial.Collection, q itemsQuery, page *spatial.FeaturePage) []negotiate.Link {
	link := func(f negotiate.Format, rel string, mark *bookmark) negotiate.Link {
		query := maps.Clone(r.given())
		query.Del("key")
		query.Set("f", f.Name)
		if mark != nil {
			query.Del("offset")
			query.Set("cursor", r.h.cursors.write(c, q.context, *mark))
		}
		return negotiate.Link{Href: r.href(query, "collections", c.ID, "items"), Rel: rel, Type: f.Type}
	}
	links := []negotiate.Link{link(r.format, "self", nil)}
	for _, f := range []negotiate.Format{formatGeoJSON, formatHTML, formatJSONFG} {
		if f.Name != r.format.Name {
			links = append(links, link(f, "alternate", nil))
		}
	}
	links = append(links, negotiate.Link{
		Href: r.href(formatQuery("json"), "collections", c.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(c.Title),
	})
	if page.Prev != nil {
		links = append(links, link(r.format, "prev", &bookmark{at: *page.Prev, backward: true}))
	}
	if page.Next != nil {
		links = append(links, link(r.format, "next", &bookmark{at: *page.Next}))
	}
	return links
}

// feature answers one feature (OGC 17-069r4 §7.16).
func (h *Handlers) feature(c echo.Context) error {
	r, err := h.begin(c, formatGeoJSON, formatJSONFG)
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	v := readView(p, found)
	if err := p.Err(); err != nil {
		return err
	}
	f, err := h.Features.Feature(c.Request().Context(), found, r.step("feature"), r.access)
	if err != nil {
		return err
	}
	if r.format.Name == formatHTML.Name {
		links, err := r.featureLinks(found, f.ID)
		if err != nil {
			return err
		}
		return r.featurePage(found, f, links)
	}
	return r.writeFeature(http.StatusOK, found, f, v)
}

// featureLinks lead from a feature that the caller has read.
func (r *request) featureLinks(c *spatial.Collection, id string) ([]negotiate.Link, error) {
	formats := []negotiate.Format{formatGeoJSON, formatHTML, formatJSONFG}
	links := append(r.representations(formats, "collections", c.ID, "items", id), negotiate.Link{
		Href: r.href(formatQuery("json"), "collections", c.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(c.Title),
	})
	enclosures, err := r.enclosures(c, id)
	return append(links, enclosures...), err
}

// writeFeature answers with a feature and the state that it is in; 200 gives way to
// 304 where the caller has it.
func (r *request) writeFeature(status int, c *spatial.Collection, f *spatial.Feature, v view) error {
	state := f.State()
	e, err := r.newEncoder(c, v)
	if err != nil {
		return err
	}
	b, err := e.append(nil, f)
	if err != nil {
		return err
	}
	links, err := r.featureLinks(c, f.ID)
	if err != nil {
		return err
	}
	encoded, err := marshal(links)
	if err != nil {
		return err
	}
	// GeoJSON admits foreign members (RFC 7946 §6.1): the links go in last.
	b = append(bytes.TrimSuffix(b, []byte{'}'}), e.root()...)
	b = append(append(append(b, `,"links":`...), encoded...), '}')
	r.linkHeader(links)
	r.Response().Header().Set("Content-Crs", "<"+v.to.uri+">")
	r.stateHeaders(state)
	tag := r.featureTag(state, r.format.Type, b)
	if r.Request().Method == http.MethodGet {
		return r.bodyAs(r.format.Type, b, tag)
	}
	r.Response().Header().Set("ETag", tag)
	return r.Blob(status, r.format.Type, b)
}

// without is the query without some of its parameters.
func without(query url.Values, names ...string) url.Values {
	query = maps.Clone(query)
	for _, name := range names {
		query.Del(name)
	}
	return query
}
