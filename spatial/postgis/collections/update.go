package collections

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/search"
)

func forbidden(op string) *spatial.Error {
	return &spatial.Error{
		Code: spatial.CodeForbidden, Op: op,
		Message: "only editors of the department that owns the collection, and admins, may do this",
	}
}

// lockCollection holds the collection's row until the transaction ends and
// checks that the caller may change it. Only what access and validation need is
// filled in; Version is the current one.
func lockCollection(ctx context.Context, tx pgx.Tx, a spatial.Access, id string) (*spatial.Collection, error) {
	const op = "postgis: access"
	c := spatial.Collection{ID: id}
	var previous int
	err := tx.QueryRow(ctx, queryLock, id).Scan(
		&c.Department, &c.Visibility, &c.Roles, &c.Published, &c.MinZoom, &c.MaxZoom, &c.Version, &previous)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !a.CanRead(&c) {
		return nil, spatial.NotFound(op, "There is no such collection.")
	}
	if err != nil {
		return nil, err
	}
	if !a.CanEdit(&c) {
		return nil, forbidden(op)
	}
	return &c, nil
}

func updateCollection(ctx context.Context, tx pgx.Tx, a spatial.Access, id string, p spatial.CollectionPatch) error {
	held, err := lockCollection(ctx, tx, a, id)
	if err != nil {
		return err
	}
	table, fields, err := currentFields(ctx, tx, id)
	if err != nil {
		return err
	}
	held.Fields = fields
	if faults := patchFaults(a, held, p); len(faults) > 0 {
		return spatial.Invalid("postgis: update collection", "the collection cannot be changed like this", faults...)
	}
	if p.SearchField != nil {
		if f, ok := held.Field(*p.SearchField); ok {
			if err := search.CreateIndex(ctx, tx, table, f); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, queryUpdate, patchArgs(id, p))
	return err
}

func currentFields(ctx context.Context, tx pgx.Tx, id string) (table string, fields []spatial.Field, err error) {
	rows, err := tx.Query(ctx, queryCurrentFields, id)
	if err != nil {
		return "", nil, err
	}
	var f spatial.Field
	_, err = pgx.ForEachRow(rows, []any{&table, &f.Name, &f.Column, &f.Type}, func() error {
		fields = append(fields, f)
		return nil
	})
	return table, fields, err
}

// patchFaults are all reasons against the patch; c is as it stands.
func patchFaults(a spatial.Access, c *spatial.Collection, p spatial.CollectionPatch) []spatial.FieldError {
	var faults []spatial.FieldError
	fault := func(name, reason string) { faults = append(faults, spatial.FieldError{Name: name, Reason: reason}) }
	visibility, roles := valueOr(p.Visibility, c.Visibility), valueOr(p.Roles, c.Roles)
	switch visibility {
	case spatial.VisibilityPublic, spatial.VisibilityInternal:
	case spatial.VisibilityRestricted:
		if len(roles) == 0 {
			fault("roles", "a restricted collection names at least one role")
		}
	default:
		fault("visibility", "public, internal or restricted")
	}
	low, high := valueOr(p.MinZoom, c.MinZoom), valueOr(p.MaxZoom, c.MaxZoom)
	if low < 0 || high > 24 || low > high {
		fault("minZoom", "zooms lie between 0 and 24, the first not after the last")
	}
	if p.Department != nil && *p.Department != c.Department && !a.Has(spatial.RoleAdmin) {
		fault("department", "only admins hand a collection to another department")
	}
	if p.Style != nil && !styleAllowed(*p.Style) {
		fault("style", "a JSON object or null")
	}
	if name := valueOr(p.SearchField, ""); name != "" {
		if f, ok := c.Field(name); !ok || !search.Searchable(f) {
			fault("searchField", fmt.Sprintf("%q is no text or integer property", name))
		}
	}
	if name := valueOr(p.TimeField, ""); name != "" {
		if f, ok := c.Field(name); !ok || f.Type != spatial.FieldDate && f.Type != spatial.FieldDateTime {
			fault("timeField", fmt.Sprintf("%q is no date or datetime property", name))
		}
	}
	if locking := valueOr(p.Locking, spatial.LockingOptional); locking != spatial.LockingOptional && locking != spatial.LockingRequired {
		fault("locking", "optional or required")
	}
	for _, name := range valueOr(p.Required, nil) {
		if _, ok := c.Field(name); !ok && name != spatial.RequiredGeometry {
			fault("required", fmt.Sprintf("%q is no property of the collection", name))
		}
	}
	return faults
}

func styleAllowed(style json.RawMessage) bool {
	trimmed := bytes.TrimSpace(style)
	return json.Valid(trimmed) && (trimmed[0] == '{' || string(trimmed) == "null")
}

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// patchArgs are the parameters of queries/update.sql; nil pointers
// arrive as null.
func patchArgs(id string, p spatial.CollectionPatch) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{
		"id": id, "title_vi": nil, "title_en": nil, "description_vi": nil, "description_en": nil,
		"layer_group": p.Group, "ordinal": p.Ordinal, "keywords": nil, "licence": p.Licence,
		"attribution": p.Attribution, "department": p.Department, "visibility": p.Visibility, "roles": nil,
		"published": p.Published, "min_zoom": p.MinZoom, "max_zoom": p.MaxZoom,
		"style_given": p.Style != nil, "style": nil, "search_field": p.SearchField, "time_field": p.TimeField,
		"locking": p.Locking, "required_fields": nil,
	}
	if p.Title != nil {
		args["title_vi"], args["title_en"] = p.Title.VI, p.Title.EN
	}
	if p.Description != nil {
		args["description_vi"], args["description_en"] = p.Description.VI, p.Description.EN
	}
	if p.Keywords != nil {
		args["keywords"] = append([]string{}, *p.Keywords...)
	}
	if p.Roles != nil {
		_, roles, _ := postgis.AccessArgs(spatial.Access{Roles: *p.Roles})
		args["roles"] = roles
	}
	if p.Required != nil {
		args["required_fields"] = append([]string{}, *p.Required...)
	}
	if p.Style != nil && string(bytes.TrimSpace(*p.Style)) != "null" {
		args["style"] = *p.Style
	}
	return args
}

// recordAudit writes a line of the audit log within the change's transaction.
func recordAudit(ctx context.Context, tx pgx.Tx, a spatial.Access, action, object string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("postgis: audit detail: %w", err)
	}
	_, err = tx.Exec(ctx, queryAudit, a.Subject, action, object, text)
	return err
}
