package ogc

import (
	"context"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Versions lists what is kept of a collection and where it came from, the newest
// first, without the names of people for those who may not change it. Errors:
// not_found for what the caller may not read.
type Versions interface {
	Versions(ctx context.Context, a spatial.Access, id string) ([]spatial.CollectionVersion, error)
}

// versionsLink is the history of a collection (RFC 5829 §3.1).
func (r *request) versionsLink(c *spatial.Collection) negotiate.Link {
	return negotiate.Link{Href: r.href(nil, "collections", c.ID, "versions"), Rel: "version-history", Type: negotiate.TypeJSON,
		Title: r.in(spatial.Text{VI: "Các phiên bản và nguồn gốc", EN: "Versions and where they came from"})}
}

// versions answers with the provenance of a collection, as JSON alone.
func (h *Handlers) versions(c echo.Context) error {
	r, err := h.beginWith(c, []negotiate.Format{formatJSON})
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
	kept, err := h.History.Versions(c.Request().Context(), r.access, found.ID)
	if err != nil {
		return err
	}
	links := []negotiate.Link{
		{Href: r.href(nil, "collections", found.ID, "versions"), Rel: "self", Type: negotiate.TypeJSON, Title: r.in(formatTitle(formatJSON))},
		{Href: r.href(nil, "collections", found.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(found.Title)},
	}
	r.linkHeader(links)
	return r.json(negotiate.TypeJSON, struct {
		Links    []negotiate.Link            `json:"links"`
		Versions []spatial.CollectionVersion `json:"versions"`
	}{links, append([]spatial.CollectionVersion{}, kept...)})
}
