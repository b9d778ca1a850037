package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// Incidents keeps incidents.
type Incidents interface {
	Incidents(ctx context.Context, q incident.Query) ([]incident.Incident, error)
	Incident(ctx context.Context, id int64) (*incident.Incident, error)
	Timeline(ctx context.Context, id, behind int64, limit int) ([]incident.Entry, error)
	// Open folds a report of a name that is known into the active incident of it.
	Open(ctx context.Context, r *incident.Report, a spatial.Access) (i *incident.Incident, opened bool, err error)
	Change(ctx context.Context, id, revision int64, c incident.Change, a spatial.Access) (*incident.Incident, error)
	Comment(ctx context.Context, id int64, text string, a spatial.Access) (*incident.Incident, error)
}

// incidentDocument is an incident on the wire, lon lat in degrees.
type incidentDocument struct {
	ID          string           `json:"id"`
	Revision    int64            `json:"revision"`
	Title       string           `json:"title"`
	Description string           `json:"description,omitempty"`
	Severity    fence.Severity   `json:"severity"`
	State       incident.State   `json:"state"`
	Next        []incident.State `json:"next"` // states that it can be put in
	Certainty   fence.Status     `json:"certainty"`
	Events      int64            `json:"events"`
	Rule        string           `json:"rule,omitempty"`
	Collection  string           `json:"collection,omitempty"`
	Fence       string           `json:"fence,omitempty"`
	Device      string           `json:"device,omitempty"`
	Other       string           `json:"other,omitempty"`
	Lon         *float64         `json:"lon,omitempty"`
	Lat         *float64         `json:"lat,omitempty"`
	Assignee    string           `json:"assignee,omitempty"`
	OccurredAt  time.Time        `json:"occurredAt"`
	LastAt      time.Time        `json:"lastAt"`
	OpenedBy    string           `json:"openedBy"`
	OpenedAt    time.Time        `json:"openedAt"`
	ChangedBy   string           `json:"changedBy"`
	ChangedAt   time.Time        `json:"changedAt"`
}

func incidentOf(i *incident.Incident) incidentDocument {
	next := i.State.Next()
	if next == nil {
		next = []incident.State{}
	}
	return incidentDocument{ID: strconv.FormatInt(i.ID, 10), Revision: i.Revision, Title: i.Title, Description: i.Description, Severity: i.Severity,
		State: i.State, Next: next, Certainty: i.Certainty, Events: i.Events, Rule: i.Rule, Collection: i.Collection, Fence: i.Fence,
		Device: i.Device, Other: i.Other, Lon: i.Lon, Lat: i.Lat, Assignee: i.Assignee, OccurredAt: i.OccurredAt, LastAt: i.LastAt,
		OpenedBy: i.OpenedBy, OpenedAt: i.OpenedAt, ChangedBy: i.ChangedBy, ChangedAt: i.ChangedAt}
}

func incidentTag(i *incident.Incident) string { return fmt.Sprintf(`"%d"`, i.Revision) }

func (h *Handlers) registerIncidents(e *echo.Echo) {
	if h.cfg.Incidents == nil {
		return
	}
	e.GET("/live/incidents", h.getIncidents)
	e.POST("/live/incidents", h.postIncident)
	e.GET("/live/incidents/:id", h.getIncident)
	e.PATCH("/live/incidents/:id", h.patchIncident)
	e.GET("/live/incidents/:id/timeline", h.getTimeline)
	e.POST("/live/incidents/:id/comments", h.postComment)
}

// concerns reports whether an operator may know of the incident: its devices are ones
// they see, its fence's collection one they read. Of devices that are gone it is for
// admins.
func (h *Handlers) concerns(i *incident.Incident, a spatial.Access) bool {
	return a.Has(spatial.RoleAdmin) || h.sees(a, i.Device, i.Other) && h.readsWhole(i.Collection, a)
}

func (h *Handlers) getIncidents(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, "live: list incidents", false); err != nil {
		return err
	}
	q, err := incidentQuery(c)
	if err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	all, err := h.cfg.Incidents.Incidents(c.Request().Context(), q)
	if err != nil {
		return err
	}
	list := struct {
		Incidents []incidentDocument `json:"incidents"`
	}{[]incidentDocument{}}
	for n := range all {
		if h.concerns(&all[n], access) {
			list.Incidents = append(list.Incidents, incidentOf(&all[n]))
		}
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, list)
}

func incidentQuery(c echo.Context) (incident.Query, error) {
	p := negotiate.NewParams(c.QueryParams())
	q := incident.Query{Limit: p.Limit("limit", eventsNormally, eventsAtMost), BBox: p.BBox("bbox")}
	q.Assignee, _ = p.Text("assignee")
	q.Device, _ = p.Text("device")
	q.Rule, _ = p.Text("rule")
	if text, ok := p.Text("state"); ok {
		for word := range strings.SplitSeq(text, ",") {
			if !incident.State(word).Known() {
				p.Fault("state", "wants open, acknowledged, in_progress, resolved or closed")
				break
			}
			q.States = append(q.States, incident.State(word))
		}
	}
	if text, ok := p.Text("severity"); ok {
		for word := range strings.SplitSeq(text, ",") {
			if fence.Severity(word).Rank() < 0 {
				p.Fault("severity", "wants minor, moderate, severe or extreme")
				break
			}
			q.Severities = append(q.Severities, fence.Severity(word))
		}
	}
	q.Since, q.Before = period(p)
	return q, p.Err()
}

// incident is the one that the address names, which the caller may know of.
func (h *Handlers) incident(c echo.Context, access spatial.Access, change bool) (*incident.Incident, error) {
	const op = "live: incident"
	if err := mayWatch(access, op, change); err != nil {
		return nil, err
	}
	const absent = "There is no such incident."
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return nil, spatial.NotFound(op, absent)
	}
	i, err := h.cfg.Incidents.Incident(c.Request().Context(), id)
	if err == nil && !h.concerns(i, access) {
		err = spatial.NotFound(op, absent)
	}
	return i, err
}

func (h *Handlers) getIncident(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	i, err := h.incident(c, access, false)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	if negotiate.Unchanged(c, incidentTag(i)) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSON(http.StatusOK, incidentOf(i))
}

// answerIncident is the answer to a change.
func answerIncident(c echo.Context, status int, i *incident.Incident) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("ETag", incidentTag(i))
	return c.JSON(status, incidentOf(i))
}

// members reads a body of known members.
func (h *Handlers) members(c echo.Context, op string, into any, message string) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	decoder := json.NewDecoder(http.MaxBytesReader(c.Response(), c.Request().Body, h.cfg.MaxMessageBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return unread(op, err, message)
	}
	return nil
}

// postIncident opens an incident, or folds the report into the active one of its key.
func (h *Handlers) postIncident(c echo.Context) error {
	const op = "live: open incident"
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, op, true); err != nil {
		return err
	}
	var body struct {
		Key         string         `json:"key"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Severity    fence.Severity `json:"severity"`
		Lon         *float64       `json:"lon"`
		Lat         *float64       `json:"lat"`
		Device      string         `json:"device"`
		Assignee    string         `json:"assignee"`
		OccurredAt  time.Time      `json:"occurredAt"`
	}
	if err := h.members(c, op, &body, "The body wants an incident as /api describes it, with a title and a severity."); err != nil {
		return err
	}
	r := incident.Report{Name: body.Key, Title: body.Title, Description: body.Description, Severity: body.Severity, Device: body.Device,
		Assignee: body.Assignee, At: body.OccurredAt.UTC().Truncate(time.Microsecond)}
	if body.OccurredAt.IsZero() {
		r.At = time.Time{}
	}
	var err error
	if r.Place, err = placeOf(body.Lon, body.Lat); err != nil {
		return err
	}
	if d, ok := h.hub.Device(body.Device); body.Device != "" && (!ok || !d.VisibleTo(access)) {
		return spatial.Invalid(op, "The incident is not valid.", spatial.FieldError{Name: "device", Reason: "names no device that you see"})
	}
	if len(body.Key) > 200 || strings.ContainsRune(body.Key, 0) {
		return spatial.Invalid(op, "The incident is not valid.", spatial.FieldError{Name: "key", Reason: "is longer than 200 bytes"})
	}
	i, opened, err := h.cfg.Incidents.Open(c.Request().Context(), &r, access)
	if err != nil {
		return err
	}
	if !opened {
		return answerIncident(c, http.StatusOK, i)
	}
	c.Response().Header().Set("Location", "/live/incidents/"+strconv.FormatInt(i.ID, 10))
	return answerIncident(c, http.StatusCreated, i)
}

func placeOf(lon, lat *float64) (*[2]float64, error) {
	switch {
	case lon == nil && lat == nil:
		return nil, nil
	case lon == nil || lat == nil:
		return nil, spatial.Invalid("live: place of incident", "The incident is not valid.", spatial.FieldError{Name: "lon", Reason: "and lat want degrees, both of them"})
	}
	return &[2]float64{*lon, *lat}, nil
}

// patchIncident changes an incident that is as the caller knows it: two who act at once
// do not undo each other's work.
func (h *Handlers) patchIncident(c echo.Context) error {
	const op = "live: change incident"
	access := h.cfg.AccessOf(c)
	i, err := h.incident(c, access, true)
	if err != nil {
		return err
	}
	var body struct {
		State       *incident.State `json:"state"`
		Severity    *fence.Severity `json:"severity"`
		Title       *string         `json:"title"`
		Description *string         `json:"description"`
		Assignee    *string         `json:"assignee"`
		Lon         *float64        `json:"lon"`
		Lat         *float64        `json:"lat"`
		Comment     string          `json:"comment"`
	}
	if err := h.members(c, op, &body, "The body wants members of an incident as /api describes them, and a comment."); err != nil {
		return err
	}
	change := incident.Change{State: body.State, Severity: body.Severity, Title: body.Title, Description: body.Description,
		Assignee: body.Assignee, Comment: body.Comment}
	if change.Place, err = placeOf(body.Lon, body.Lat); err != nil {
		return err
	}
	revision, err := knownRevision(c.Request().Header.Values("If-Match"), i)
	if err != nil {
		return err
	}
	if i, err = h.cfg.Incidents.Change(c.Request().Context(), i.ID, revision, change, access); err != nil {
		return err
	}
	return answerIncident(c, http.StatusOK, i)
}

// knownRevision is the revision that a change builds on, by If-Match.
func knownRevision(match []string, i *incident.Incident) (int64, error) {
	if len(match) == 0 {
		return 0, &spatial.Error{Code: spatial.CodeUnconditional, Op: "live: change incident",
			Message: "Changes of an incident name the state that they build on: send If-Match with its ETag."}
	}
	for tag := range strings.SplitSeq(strings.Join(match, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == incidentTag(i) {
			return i.Revision, nil
		}
	}
	return 0, nil // no incident has it: it is stale
}
