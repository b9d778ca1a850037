package tilesets

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

var (
	//go:embed queries/create.sql
	queryCreate string
	//go:embed queries/update.sql
	queryUpdate string
	//go:embed queries/delete.sql
	queryDelete string
	//go:embed queries/audit.sql
	queryAudit string
)

// Store changes entries. Every change is one transaction together with its line
// in the audit log, and the catalogue of this process has it when the method
// returns. Only admins may: an entry names a file of the server's, or has it ask
// another one. Safe for use by many goroutines.
type Store struct {
	db        *postgis.DB
	catalogue *postgis.Catalogue
}

// NewStore changes entries through the pool.
func NewStore(db *postgis.DB, catalogue *postgis.Catalogue) *Store { return &Store{db, catalogue} }

// Create adds an entry. Errors: forbidden, invalid with all faults at once,
// conflict when a tileset or a collection has the id.
func (s *Store) Create(ctx context.Context, a spatial.Access, t spatial.Tileset) error {
	op := fmt.Sprintf("postgis: add tileset %q", t.ID)
	return s.change(ctx, a, op, "tileset.create", t, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, queryCreate, arguments(t))
		if spatial.CodeOf(postgis.Wrap(ctx, op, err)) == spatial.CodeConflict {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "a collection or a tileset with this id exists already", Err: err}
		}
		return err
	})
}

// Update replaces an entry. Errors: not_found, else those of Create.
func (s *Store) Update(ctx context.Context, a spatial.Access, t spatial.Tileset) error {
	op := fmt.Sprintf("postgis: change tileset %q", t.ID)
	return s.change(ctx, a, op, "tileset.update", t, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, queryUpdate, arguments(t))
		if err == nil && tag.RowsAffected() == 0 {
			return spatial.NotFound(op, "There is no such tileset.")
		}
		return err
	})
}

// Drop takes an entry out of the catalogue; a file stays where it is. Errors:
// forbidden, not_found.
func (s *Store) Drop(ctx context.Context, a spatial.Access, id string) error {
	op := fmt.Sprintf("postgis: drop tileset %q", id)
	t, err := s.catalogue.Tileset(id, a)
	if err != nil {
		return err
	}
	return s.change(ctx, a, op, "tileset.drop", *t, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, queryDelete, id)
		return err
	})
}

func (s *Store) change(ctx context.Context, a spatial.Access, op, action string, t spatial.Tileset, do func(pgx.Tx) error) error {
	if a.ReadOnly || !a.Has(spatial.RoleAdmin) {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "only admins may do this"}
	}
	if found := faults(t); len(found) > 0 {
		return spatial.Invalid(op, "the tileset cannot be like this", found...)
	}
	// The source may hold a key, and the log is read by many.
	detail, err := json.Marshal(map[string]any{"kind": t.Kind, "visibility": t.Visibility, "roles": t.Roles, "published": t.Published})
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	err = pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, queryAudit, a.Subject, action, t.ID, detail)
		return err
	})
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	return s.catalogue.Reload(ctx)
}

func faults(t spatial.Tileset) (list []spatial.FieldError) {
	fault := func(name, reason string) { list = append(list, spatial.FieldError{Name: name, Reason: reason}) }
	if !regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`).MatchString(t.ID) {
		fault("id", "begins with a letter a-z, followed by up to 62 of a-z, 0-9, _ and -")
	}
	switch t.Visibility {
	case spatial.VisibilityPublic, spatial.VisibilityInternal:
	case spatial.VisibilityRestricted:
		if len(t.Roles) == 0 {
			fault("roles", "a restricted tileset names at least one role")
		}
	default:
		fault("visibility", "public, internal or restricted")
	}
	if t.MinZoom < 0 || t.MaxZoom > 24 || t.MinZoom > t.MaxZoom {
		fault("minZoom", "zooms lie between 0 and 24, the first not after the last")
	}
	if t.TileSize < 64 || t.TileSize > 2048 {
		fault("tileSize", "between 64 and 2048 pixels")
	}
	if e := t.Extent; e.SRID != spatial.SRIDWGS84 || !(e.MinX < e.MaxX && e.MinY < e.MaxY) {
		fault("extent", "a box in degrees, its west and south first")
	}
	return list
}

func arguments(t spatial.Tileset) pgx.StrictNamedArgs {
	roles := make([]string, len(t.Roles))
	for i, r := range t.Roles {
		roles[i] = string(r)
	}
	var layers any
	if len(t.VectorLayers) > 0 {
		layers = []byte(t.VectorLayers)
	}
	return pgx.StrictNamedArgs{
		"id": t.ID, "title_vi": t.Title.VI, "title_en": t.Title.EN, "description_vi": t.Description.VI, "description_en": t.Description.EN,
		"layer_group": t.Group, "ordinal": t.Ordinal, "attribution": t.Attribution, "department": t.Department,
		"visibility": t.Visibility, "roles": roles, "published": t.Published, "hidden": t.Hidden,
		"kind": t.Kind, "source": t.Source, "proxied": t.Proxied, "format": t.Format, "tile_size": t.TileSize,
		"min_zoom": t.MinZoom, "max_zoom": t.MaxZoom, "min_lon": t.Extent.MinX, "min_lat": t.Extent.MinY, "max_lon": t.Extent.MaxX, "max_lat": t.Extent.MaxY,
		"vector_layers": layers,
	}
}
