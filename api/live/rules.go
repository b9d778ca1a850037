package live

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live/fence"
)

// Geofences keeps the fences that people draw.
type Geofences interface {
	Geofences(ctx context.Context) ([]fence.Drawn, error)
	Geofence(ctx context.Context, id string) (*fence.Drawn, error)
	PutGeofence(ctx context.Context, g fence.Drawn, by string) error
	DeleteGeofence(ctx context.Context, id string) error
}

// RuleStore keeps the rules of devices.
type RuleStore interface {
	Definitions(ctx context.Context) ([]fence.Definition, error)
	Definition(ctx context.Context, id string) (*fence.Definition, error)
	PutRule(ctx context.Context, d *fence.Definition, by string) error
	DeleteRule(ctx context.Context, id string) error
}

// EventStore has the events that rules found.
type EventStore interface {
	Events(ctx context.Context, q fence.EventQuery) ([]fence.Event, error)
}

// Rules are where fences, rules and events are kept.
type Rules struct {
	Geofences Geofences
	Rules     RuleStore
	Events    EventStore
}

func (h *Handlers) registerRules(e *echo.Echo) {
	if h.cfg.Rules.Geofences != nil {
		e.GET("/live/geofences", h.getGeofences)
		e.POST("/live/geofences", h.postGeofence)
		e.GET("/live/geofences/:id", h.getGeofence)
		e.DELETE("/live/geofences/:id", h.deleteGeofence)
	}
	if h.cfg.Rules.Rules != nil {
		e.GET("/live/rules", h.getRules)
		e.POST("/live/rules", h.postRule)
		e.GET("/live/rules/:id", h.getRule)
		e.DELETE("/live/rules/:id", h.deleteRule)
	}
	if h.cfg.Rules.Events != nil {
		e.GET("/live/events", h.getEvents)
	}
}

// mayWatch fails for who is no operator; with change also for a key that travelled
// in an address.
func mayWatch(a spatial.Access, op string, change bool) error {
	switch {
	case a.Anonymous():
		return &spatial.Error{Code: spatial.CodeUnauthenticated, Op: op, Message: "Fences, rules and events are for operators; sign in."}
	case change && a.ReadOnly, a.Device != "", !a.Has(spatial.RoleOperator):
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Fences, rules and events need the role operator or admin."}
	}
	return nil
}

// watcher is who asks, where they may watch; see mayWatch. The request has no
// parameters.
func (h *Handlers) watcher(c echo.Context, op string, change bool) (spatial.Access, error) {
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, op, change); err != nil {
		return access, err
	}
	return access, negotiate.Only(c.QueryParams())
}

// reader is a watcher who reads, with the format to answer in.
func (h *Handlers) reader(c echo.Context, op string, formats []negotiate.Format) (spatial.Access, negotiate.Format, error) {
	access, err := h.watcher(c, op, false)
	if err != nil {
		return access, negotiate.Format{}, err
	}
	format, err := negotiate.Choose(c, formats)
	return access, format, err
}

// readsWhole reports whether the caller reads all of the collection: who does not
// must not learn from events where its features are.
func (h *Handlers) readsWhole(collection string, a spatial.Access) bool {
	if collection == "" {
		return true
	}
	if h.cfg.Catalogue == nil {
		return false
	}
	c, err := h.cfg.Catalogue.Collection(collection, a)
	return err == nil && !c.Limits.Rows()
}

func (h *Handlers) getRules(c echo.Context) error {
	access, _, err := h.reader(c, "live: list rules", jsonFormats)
	if err != nil {
		return err
	}
	all, err := h.cfg.Rules.Rules.Definitions(c.Request().Context())
	if err != nil {
		return err
	}
	list := struct {
		Rules []fence.Definition `json:"rules"`
	}{[]fence.Definition{}}
	for _, d := range all {
		if h.readsWhole(d.Collection, access) {
			list.Rules = append(list.Rules, d)
		}
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) getRule(c echo.Context) error {
	access, _, err := h.reader(c, "live: read rule", jsonFormats)
	if err != nil {
		return err
	}
	d, err := h.rule(c, access)
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, d)
}

// rule is the one that the address names; not_found for one on a collection that
// the caller does not read.
func (h *Handlers) rule(c echo.Context, access spatial.Access) (*fence.Definition, error) {
	d, err := h.cfg.Rules.Rules.Definition(c.Request().Context(), c.Param("id"))
	if err == nil && !h.readsWhole(d.Collection, access) {
		err = spatial.NotFound("live: rule", "There is no such rule.")
	}
	return d, err
}

// postRule keeps a rule, in the place of one of its id.
func (h *Handlers) postRule(c echo.Context) error {
	const op = "live: keep rule"
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, op, true); err != nil {
		return err
	}
	var d fence.Definition
	if err := h.members(c, op, &d, "The body wants a rule as /api describes it, durations such as 90s or 1h30m."); err != nil {
		return err
	}
	if _, err := d.Rule(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	before, err := h.cfg.Rules.Rules.Definition(ctx, d.ID)
	if err == nil && !h.readsWhole(before.Collection, access) {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "This id is taken."}
	}
	if err != nil && spatial.CodeOf(err) != spatial.CodeNotFound {
		return err
	}
	if err := h.fencesThere(ctx, &d, access); err != nil {
		return err
	}
	if err := h.cfg.Rules.Rules.PutRule(ctx, &d, access.Subject); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, d)
}

// fencesThere fails where the rule's fences are not there for the caller.
func (h *Handlers) fencesThere(ctx context.Context, d *fence.Definition, access spatial.Access) error {
	var faults []spatial.FieldError
	fault := func(name, reason string) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: reason})
	}
	if d.Collection != "" {
		if !h.readsWhole(d.Collection, access) {
			fault("collection", "names no collection that you read all of")
		} else if c, err := h.cfg.Catalogue.Collection(d.Collection, access); err == nil {
			f, ok := c.Field(d.LimitField)
			if d.LimitField != "" && (!ok || f.Type != spatial.FieldInteger && f.Type != spatial.FieldNumber) {
				fault("limitField", "names no property with numbers")
			}
			if d.Subject == fence.OnFence && c.GeometryType != spatial.GeometryPolygon && c.GeometryType != spatial.GeometryMultiPolygon && c.GeometryType != spatial.GeometryAny {
				fault("collection", "has no areas")
			}
		}
	}
	for _, id := range d.Geofences {
		if h.cfg.Rules.Geofences == nil {
			break
		}
		if _, err := h.cfg.Rules.Geofences.Geofence(ctx, id); spatial.CodeOf(err) == spatial.CodeNotFound {
			fault("geofences", "name a fence that is not there")
			break
		} else if err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		return spatial.Invalid("live: keep rule", "The rule is not valid.", faults...)
	}
	return nil
}

func (h *Handlers) deleteRule(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, "live: delete rule", true); err != nil {
		return err
	}
	d, err := h.rule(c, access)
	if err != nil {
		return err
	}
	if err := h.cfg.Rules.Rules.DeleteRule(c.Request().Context(), d.ID); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func unread(op string, err error, message string) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: "The body is too long.", Err: tooLarge}
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err, Message: message}
}
