package ogc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/ogc/receive"
	"gisd/spatial"
)

// Editor changes features of current versions; errors leave everything as it was.
// Not_found is what the caller may not see, forbidden what they may not change,
// unavailable a version that is not current any more.
type Editor interface {
	// Flaws says of each geometry why it is not valid, "" where it is.
	Flaws(ctx context.Context, geometries []spatial.Geometry) ([]string, error)
	// Insert adds all features or none.
	Insert(ctx context.Context, c *spatial.Collection, a spatial.Access, edits []spatial.Edit) ([]spatial.FeatureState, error)
	// Update hands the feature as it stands to change, whose error ends it.
	Update(ctx context.Context, c *spatial.Collection, id string, a spatial.Access, change func(before *spatial.Feature) (spatial.Edit, error)) (spatial.FeatureState, error)
	Delete(ctx context.Context, c *spatial.Collection, id string, a spatial.Access, check func(before *spatial.Feature) error) error
	// Changes are what was committed behind a position.
	Changes(ctx context.Context, c *spatial.Collection, a spatial.Access, since uint64, limit int) (*spatial.FeatureChanges, error)
}

// registerEdits adds the routes of OGC API - Features - Part 4.
func (h *Handlers) registerEdits(e *echo.Echo) {
	const items = "/ogc/collections/:collection/items"
	e.OPTIONS(items, h.itemsOptions)
	e.OPTIONS(items+"/:feature", h.featureOptions)
	e.POST(items, h.create)
	e.PUT(items+"/:feature", h.replace)
	e.PATCH(items+"/:feature", h.update)
	e.DELETE(items+"/:feature", h.remove)
	e.GET("/ogc/collections/:collection/changes", h.changes)
}

// beginEdit is beginWith for answers that are mostly headers: an Accept header
// that admits no format decides nothing.
func (h *Handlers) beginEdit(c echo.Context) (*request, error) {
	r, err := h.beginWith(c, []negotiate.Format{formatGeoJSON, formatJSONFG})
	if spatial.CodeOf(err) == spatial.CodeNotAcceptable {
		c.Request().Header.Del("Accept")
		r, err = h.beginWith(c, []negotiate.Format{formatGeoJSON, formatJSONFG})
	}
	return r, err
}

// editable returns a collection that the caller may change.
func (r *request) editable() (*spatial.Collection, error) {
	const op = "ogc: edit"
	c, err := r.find(r.step("collection"))
	switch {
	case err != nil:
		return nil, err
	case r.access.Anonymous():
		return nil, &spatial.Error{Code: spatial.CodeUnauthenticated, Op: op, Message: "Sign in, or send a key, to change features."}
	case !r.access.CanEdit(c):
		return nil, &spatial.Error{Code: spatial.CodeForbidden, Op: op,
			Message: "only editors of the department that owns the collection, and admins, may do this"}
	}
	return c, nil
}

// itemsOptions tells what this caller may do with the features (/req/create-replace-delete/options-response).
func (h *Handlers) itemsOptions(c echo.Context) error {
	return h.options(c, func(header http.Header) []string {
		header.Set("Accept-Post", strings.Join(typesOfFeatures[:], ", "))
		return []string{http.MethodPost}
	})
}

// featureOptions tells the same of any feature, there or not: desktop clients ask
// with an id of their own making where a collection is empty.
func (h *Handlers) featureOptions(c echo.Context) error {
	return h.options(c, func(header http.Header) []string {
		header.Set("Accept-Patch", typeMergePatch)
		return []string{http.MethodPut, http.MethodPatch, http.MethodDelete}
	})
}

func (h *Handlers) options(c echo.Context, edits func(http.Header) []string) error {
	r, err := h.beginEdit(c)
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	methods := []string{http.MethodGet, http.MethodOptions} // HEAD goes with GET
	if r.access.CanEdit(found) {
		methods = append(methods, edits(c.Response().Header())...)
	}
	c.Response().Header().Set(echo.HeaderAllow, strings.Join(methods, ", "))
	return c.NoContent(http.StatusOK)
}

// create adds a feature, or all those of a FeatureCollection
// (/req/create-replace-delete/post-op).
func (h *Handlers) create(c echo.Context) error {
	in, err := h.readChange(c, typesOfFeatures[:]...)
	if err != nil {
		return err
	}
	received, err := receive.Create(in.config, in.body)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := in.judge(ctx, received); err != nil {
		return err
	}
	states, err := h.Editor.Insert(ctx, in.collection, in.access, received.Edits)
	if err != nil {
		return tagged(err)
	}
	if received.Batch {
		return in.answerBatch(states)
	}
	return in.answer(http.StatusCreated, states[0])
}

// replace puts a feature in the place of another (/req/create-replace-delete/put-op).
func (h *Handlers) replace(c echo.Context) error {
	in, err := h.readChange(c, typesOfFeatures[:]...)
	if err != nil {
		return err
	}
	received, err := receive.Replace(in.config, in.body, in.id)
	if err != nil {
		return err
	}
	err = in.change(received, func(*spatial.Feature) (spatial.Edit, error) { return received.Edits[0], nil })
	if spatial.CodeOf(err) == spatial.CodeNotFound && in.collection.IDField != "" {
		return in.createAt(received)
	}
	return err
}

// createAt puts a feature where there is none. That is for collections whose ids are
// a property, and so their editors' to give (/req/create-replace-delete/put-op).
func (in *incoming) createAt(received *receive.Received) error {
	const op = "ogc: create"
	if len(in.Request().Header.Values("If-Match")) > 0 { // nothing is there that it could match (RFC 9110 §13.1.1)
		return &spatial.Error{Code: spatial.CodeStale, Op: op, Message: "There is no feature with this id that If-Match could name."}
	}
	ctx := in.Request().Context()
	if err := in.judge(ctx, received); err != nil {
		return err
	}
	place := slices.IndexFunc(in.collection.Fields, func(f spatial.Field) bool { return f.Name == in.collection.IDField })
	if place < 0 { // the caller does not see where ids come from
		return spatial.NotFound(op, "There is no such feature.")
	}
	received.Edits[0].Properties[place] = in.id
	if in.collection.IDKind == spatial.IDInteger {
		id, err := strconv.ParseInt(in.id, 10, 64)
		if err != nil || strconv.FormatInt(id, 10) != in.id {
			return spatial.NotFound(op, "There is no such feature.")
		}
		received.Edits[0].Properties[place] = id
	}
	states, err := in.h.Editor.Insert(ctx, in.collection, in.access, received.Edits)
	if err != nil {
		return tagged(err)
	}
	return in.answer(http.StatusCreated, states[0])
}

// update changes parts of a feature (/req/update/update-patch-op, RFC 7396).
func (h *Handlers) update(c echo.Context) error {
	in, err := h.readChange(c, typeMergePatch)
	if err != nil {
		return err
	}
	patch, err := receive.Merge(in.config, in.body, in.id)
	if err != nil {
		return err
	}
	return in.change(&patch.Received, patch.Onto)
}

// change makes the edit of what was received, if it has no fault and the feature
// is as the caller knows it.
func (in *incoming) change(received *receive.Received, edit func(*spatial.Feature) (spatial.Edit, error)) error {
	ctx := in.Request().Context()
	if err := in.judge(ctx, received); err != nil {
		// What is not there is not found, whatever its replacement looks like.
		if _, missing := in.h.Features.Feature(ctx, in.collection, in.id, in.access); spatial.CodeOf(missing) == spatial.CodeNotFound {
			return missing
		}
		return err
	}
	state, err := in.h.Editor.Update(ctx, in.collection, in.id, in.access, func(before *spatial.Feature) (spatial.Edit, error) {
		if err := in.precondition(in.collection, before); err != nil {
			return spatial.Edit{}, err
		}
		return edit(before)
	})
	if err != nil {
		return tagged(err)
	}
	return in.answer(http.StatusNoContent, state)
}

// beginChange begins a change of a collection that takes no parameters.
func (h *Handlers) beginChange(c echo.Context) (*request, *spatial.Collection, error) {
	r, err := h.beginEdit(c)
	if err != nil {
		return nil, nil, err
	}
	found, err := r.editable()
	if err != nil {
		return nil, nil, err
	}
	return r, found, negotiate.Only(c.QueryParams())
}

// remove takes a feature away (/req/create-replace-delete/delete-op).
func (h *Handlers) remove(c echo.Context) error {
	r, found, err := h.beginChange(c)
	if err != nil {
		return err
	}
	err = h.Editor.Delete(c.Request().Context(), found, r.step("feature"), r.access, func(before *spatial.Feature) error {
		return r.precondition(found, before)
	})
	if err != nil {
		return tagged(err)
	}
	return c.NoContent(http.StatusNoContent)
}

// tagged spells the state that an error names as HTTP does.
func tagged(err error) error {
	if e, ok := errors.AsType[*spatial.Error](err); ok && e.Current != nil {
		e.Current.ETag = `"` + stateTag(*e.Current) + `"`
	}
	return err
}

// judge reports every fault at once: those that were found while reading, and
// geometries that are not valid.
func (in *incoming) judge(ctx context.Context, received *receive.Received) error {
	var geometries []spatial.Geometry
	var at []string
	for i, edit := range received.Edits {
		if !edit.Geometry.Empty() {
			geometries, at = append(geometries, edit.Geometry), append(at, received.At[i])
		}
	}
	if len(geometries) > 0 {
		flaws, err := in.h.Editor.Flaws(ctx, geometries)
		if err != nil {
			return err
		}
		for i, flaw := range flaws {
			if flaw != "" {
				received.Fault(at[i], fmt.Sprintf("is not valid: %s", flaw))
			}
		}
	}
	if len(received.Faults) > 0 {
		return spatial.Invalid("ogc: edit", "What was sent does not fit the schema of the collection; errors names every fault.", received.Faults...)
	}
	return nil
}
