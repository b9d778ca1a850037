package ogc

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// A page of changes, and the most that one has.
const (
	changesNormal = 100
	changesMax    = 10_000
)

// changeDoc is one change on the wire.
type changeDoc struct {
	Position  string             `json:"position"`
	Operation spatial.ChangeKind `json:"operation"`
	ID        string             `json:"id,omitempty"`
	Revision  int64              `json:"revision,omitempty"`
	Version   int                `json:"version"`
	ChangedAt time.Time          `json:"changedAt"`
	ChangedBy string             `json:"changedBy,omitempty"` // for those alone who may change the collection
	Feature   json.RawMessage    `json:"feature,omitempty"`
}

// changesLink leads from a collection to its changes.
func (r *request) changesLink(c *spatial.Collection) negotiate.Link {
	return negotiate.Link{Href: r.href(nil, "collections", c.ID, "changes"), Rel: "changes", Type: negotiate.TypeJSON,
		Title: r.in(spatial.Text{VI: "Các thay đổi, theo thứ tự", EN: "Changes, in their order"})}
}

// changes tells other applications what was inserted, updated and deleted behind a
// position, in the order of the commits.
func (h *Handlers) changes(c echo.Context) error {
	r, err := h.beginWith(c, []negotiate.Format{formatJSON})
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	since, limit := readSince(p), p.Limit("limit", changesNormal, changesMax)
	v := readView(p, found)
	if err := p.Err(); err != nil {
		return err
	}
	page, err := h.Editor.Changes(c.Request().Context(), found, r.access, since, limit)
	if err != nil {
		return err
	}
	changes, err := r.describeChanges(found, v, page.List)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Crs", "<"+v.to.uri+">")
	position := strconv.FormatUint(page.Position, 10)
	links := r.changesLinks(found, position, page.More)
	r.linkHeader(links)
	return r.json(negotiate.TypeJSON, struct {
		Collection     string           `json:"collection"`
		Changes        []changeDoc      `json:"changes"`
		NumberReturned int              `json:"numberReturned"`
		Position       string           `json:"position"`
		Links          []negotiate.Link `json:"links"`
	}{found.ID, changes, len(changes), position, links})
}

// readSince reads a position, or a time: a change never has a position before the
// microsecond in which it was committed.
func readSince(p *negotiate.Params) uint64 {
	text, ok := p.Text("since")
	if !ok {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 63); err == nil {
		return n
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.Unix() >= 0 {
		return uint64(at.UnixMicro())
	}
	p.Fault("since", "must be the position that the last answer gave, or a time such as 2026-01-31T00:00:00Z")
	return 0
}

func (r *request) describeChanges(c *spatial.Collection, v view, list []spatial.FeatureChange) ([]changeDoc, error) {
	e, err := r.newEncoder(c, v)
	if err != nil {
		return nil, err
	}
	named := r.access.CanEdit(c)
	changes := make([]changeDoc, 0, len(list))
	for _, ch := range list {
		d := changeDoc{
			Position: strconv.FormatUint(ch.Position, 10), Operation: ch.Kind, ID: ch.ID, Revision: ch.Revision,
			Version: ch.Version, ChangedAt: ch.ChangedAt,
		}
		if named {
			d.ChangedBy = ch.ChangedBy
		}
		if ch.Feature != nil {
			if d.Feature, err = e.append(nil, ch.Feature); err != nil {
				return nil, err
			}
		}
		changes = append(changes, d)
	}
	return changes, nil
}

// changesLinks lead on as long as there are changes already.
func (r *request) changesLinks(c *spatial.Collection, position string, more bool) []negotiate.Link {
	given := without(r.given(), "key")
	link := func(rel string, query url.Values) negotiate.Link {
		return negotiate.Link{Href: r.href(query, "collections", c.ID, "changes"), Rel: rel, Type: negotiate.TypeJSON}
	}
	links := []negotiate.Link{link("self", given), {
		Href: r.href(formatQuery("json"), "collections", c.ID), Rel: "collection", Type: negotiate.TypeJSON, Title: r.in(c.Title),
	}}
	if more {
		next := without(given)
		next.Set("since", position)
		links = append(links, link("next", next))
	}
	return links
}
