package fences

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Catalogue knows the collections.
type Catalogue interface {
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
	// Changed returns a channel that is closed at the next change.
	Changed() <-chan struct{}
}

// Follower hears of events within the transaction that records them.
type Follower interface {
	Recorded(ctx context.Context, tx pgx.Tx, events []fence.Event) error
}

// Store keeps fences, rules and events. It is a fence.Source, and safe for
// goroutines.
type Store struct {
	db        *postgis.DB
	catalogue Catalogue
	followers []Follower
}

var _ fence.Source = (*Store)(nil)

// NewStore returns the store in the database; what it records, followers hear of.
func NewStore(db *postgis.DB, c Catalogue, followers ...Follower) *Store {
	return &Store{db, c, followers}
}

// Geofences lists the drawn fences by id.
func (s *Store) Geofences(ctx context.Context) ([]fence.Drawn, error) { return s.geofences(ctx, nil) }

// Geofence is one of them; not_found without it.
func (s *Store) Geofence(ctx context.Context, id string) (*fence.Drawn, error) {
	list, err := s.geofences(ctx, &id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, spatial.NotFound("postgis: read geofence", noGeofence)
	}
	return &list[0], nil
}

const noGeofence = "There is no such fence."

func (s *Store) geofences(ctx context.Context, id *string) ([]fence.Drawn, error) {
	const op = "postgis: read geofences"
	rows, err := s.db.Pool.Query(ctx, queryGeofences, id)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[fence.Drawn])
	return list, postgis.Wrap(ctx, op, err)
}

// PutGeofence keeps a fence, in the place of one of its id; invalid where the
// geometry is no valid area.
func (s *Store) PutGeofence(ctx context.Context, g fence.Drawn, by string) error {
	const op = "postgis: keep geofence"
	_, err := s.db.Pool.Exec(ctx, queryGeofencePut, g.ID, g.Name, string(g.Geometry), by)
	if code := spatial.CodeOf(postgis.Wrap(ctx, op, err)); err != nil && code != spatial.CodeUnavailable && code != spatial.CodeCanceled && code != spatial.CodeTimeout {
		return &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err,
			Message: "The fence wants a valid Polygon or MultiPolygon in degrees, longitude first."}
	}
	return postgis.Wrap(ctx, op, err)
}

// DeleteGeofence deletes a fence; not_found without it, conflict while a rule
// names it.
func (s *Store) DeleteGeofence(ctx context.Context, id string) error {
	const op = "postgis: delete geofence"
	var gone, named bool
	err := s.db.Pool.QueryRow(ctx, queryGeofenceDelete, id).Scan(&gone, &named)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return spatial.NotFound(op, noGeofence)
	case err != nil:
		return postgis.Wrap(ctx, op, err)
	case named:
		return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "A rule names this fence; change the rule first."}
	}
	return nil
}

// Definitions lists the rules by id.
func (s *Store) Definitions(ctx context.Context) ([]fence.Definition, error) {
	stored, err := s.definitions(ctx, nil)
	list := make([]fence.Definition, len(stored))
	for i := range stored {
		list[i] = stored[i].Definition
	}
	return list, err
}

// Definition is one rule; not_found without it.
func (s *Store) Definition(ctx context.Context, id string) (*fence.Definition, error) {
	list, err := s.definitions(ctx, &id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, spatial.NotFound("postgis: read rule", noRule)
	}
	return &list[0].Definition, nil
}

const noRule = "There is no such rule."

func (s *Store) definitions(ctx context.Context, id *string) ([]fence.Stored, error) {
	const op = "postgis: read rules"
	rows, err := s.db.Pool.Query(ctx, queryRules, id)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r fence.Stored, err error) {
		var id string
		var text []byte
		if err := row.Scan(&id, &text, &r.ChangedAt); err != nil {
			return r, err
		}
		err = json.Unmarshal(text, &r.Definition)
		r.ID = id
		return r, err
	})
	return list, postgis.Wrap(ctx, op, err)
}

// PutRule keeps a rule, which must be valid, in the place of one of its id.
func (s *Store) PutRule(ctx context.Context, d *fence.Definition, by string) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("postgis: keep rule: %w", err)
	}
	_, err = s.db.Pool.Exec(ctx, queryRulePut, d.ID, text, by)
	return postgis.Wrap(ctx, "postgis: keep rule", err)
}

// DeleteRule deletes a rule; not_found without it. Its events stay.
func (s *Store) DeleteRule(ctx context.Context, id string) error {
	tag, err := s.db.Pool.Exec(ctx, queryRuleDelete, id)
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound("postgis: delete rule", noRule)
	}
	return postgis.Wrap(ctx, "postgis: delete rule", err)
}

// Rules implements fence.Source.
func (s *Store) Rules(ctx context.Context) ([]fence.Stored, error) {
	list, err := s.definitions(ctx, nil)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Outlines, err = s.outlines(ctx, &list[i].Definition); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// maxOutlines bounds the fences of one rule.
const maxOutlines = 20_000

// outlines reads the fences of a rule; of a collection that is gone there are none.
func (s *Store) outlines(ctx context.Context, d *fence.Definition) ([]fence.Outline, error) {
	const op = "postgis: read fences"
	var rows pgx.Rows
	var err error
	switch {
	case len(d.Geofences) > 0:
		rows, err = s.db.Pool.Query(ctx, queryOutlinesDrawn, d.Geofences)
	case d.Collection != "":
		c, absent := s.catalogue.Collection(d.Collection, spatial.SystemAccess("fences"))
		if absent != nil || c.Version == 0 || c.GeometryType == spatial.GeometryNone {
			return nil, nil
		}
		statement, args := outlinesOf(c, d.LimitField).Build()
		rows, err = s.db.Pool.Query(ctx, statement, args...)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[fence.Outline])
	return list, postgis.Wrap(ctx, op, err)
}

// outlinesOf selects the features with a geometry, those with a limit where one is
// asked for.
func outlinesOf(c *spatial.Collection, limitField string) sql.Fragment {
	limit := sql.Lit("0::float8")
	if f, ok := c.Field(limitField); ok && (f.Type == spatial.FieldInteger || f.Type == spatial.FieldNumber) {
		limit = sql.Concat(sql.Lit("t."), sql.Ident(f.Column), sql.Lit("::float8"))
	}
	geom := sql.Lit("t.geom")
	if c.SRID != spatial.SRIDWGS84 {
		geom = sql.Lit("st_transform(t.geom, 4326)")
	}
	return sql.Concat(
		sql.Lit("select t.id::text, "), limit, sql.Lit(", st_asbinary(st_force2d("), geom, sql.Lit("))\nfrom "),
		sql.Ident("data", c.Table), sql.Lit(" t\nwhere t.geom is not null and "), limit, sql.Lit(" is not null\norder by t.id\nlimit "),
		sql.Arg(maxOutlines))
}

// WatchRules implements fence.Source: announcements of rules and drawn fences, and
// every half minute in case one was lost; new versions of collections.
func (s *Store) WatchRules(ctx context.Context, changed func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			next := s.catalogue.Changed()
			select {
			case <-ctx.Done():
				return
			case <-next:
				changed()
			}
		}
	}()
	s.db.KeepTrying(ctx, "the connection for rules is lost", func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, queryListen); err != nil {
			return err
		}
		for {
			changed()
			if err := postgis.AwaitAnnouncements(ctx, conn, 30*time.Second, postgis.AnnouncedPause, postgis.AnnouncedLongest); err != nil {
				return err
			}
		}
	})
	<-done
	return nil
}
