package live

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live/incident"
)

// entryDocument is an entry of a timeline on the wire.
type entryDocument struct {
	Seq  int64              `json:"seq"`
	Time time.Time          `json:"time"`
	By   string             `json:"by"`
	Kind incident.EntryKind `json:"kind"`
	incident.Detail
}

// getTimeline lists all that became of an incident.
func (h *Handlers) getTimeline(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	i, err := h.incident(c, access, false)
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	limit := p.Limit("limit", eventsAtMost, 10*eventsAtMost)
	behind, _ := p.Count("after", 1<<62)
	if err := p.Err(); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	entries, err := h.cfg.Incidents.Timeline(c.Request().Context(), i.ID, behind, limit)
	if err != nil {
		return err
	}
	list := struct {
		Entries []entryDocument `json:"entries"`
	}{[]entryDocument{}}
	for _, e := range entries {
		list.Entries = append(list.Entries, entryDocument{e.Seq, e.At, e.By, e.Kind, e.Detail})
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, list)
}

// postComment writes into the timeline.
func (h *Handlers) postComment(c echo.Context) error {
	const op = "live: comment on incident"
	access := h.cfg.AccessOf(c)
	i, err := h.incident(c, access, true)
	if err != nil {
		return err
	}
	var body struct {
		Text string `json:"text"`
	}
	if err := h.members(c, op, &body, "The body wants a comment: a member text."); err != nil {
		return err
	}
	if strings.TrimSpace(body.Text) == "" {
		return spatial.Invalid(op, "The body wants a comment: a member text.")
	}
	if i, err = h.cfg.Incidents.Comment(c.Request().Context(), i.ID, body.Text, access); err != nil {
		return err
	}
	return answerIncident(c, http.StatusCreated, i)
}
