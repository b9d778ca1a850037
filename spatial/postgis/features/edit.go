package features

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// change runs a transaction in the name of the caller on the version that they
// know. Errors: not_found and forbidden for who may not, unavailable when another
// version has become current.
func (f *Store) change(ctx context.Context, op string, c *spatial.Collection, a spatial.Access, do func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		now := spatial.Collection{ID: c.ID}
		var who string
		var current bool // the limits that the collection was handed out with
		_, roles, _ := postgis.AccessArgs(a)
		err := tx.QueryRow(ctx, queryEditBegin, c.ID, a.Subject, roles, c.Limits.RuleIDs()).Scan(
			&who, &now.Department, &now.Visibility, &now.Roles, &now.Published, &now.Version, &current)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !a.CanRead(&now) {
			return spatial.NotFound(op, "There is no such collection.")
		}
		switch {
		case err != nil:
			return err
		case !a.CanEdit(&now):
			return &spatial.Error{Code: spatial.CodeForbidden, Op: op,
				Message: "only editors of the department that owns the collection, and admins, may do this"}
		case now.Version != c.Version:
			return replaced(op)
		case !current:
			return f.otherLimits(ctx, op)
		}
		return do(tx)
	})
	if state := postgis.SQLState(err); state == postgis.StateUndefinedTable || state == postgis.StateNotInState {
		err = replaced(op)
	}
	if spatial.CodeOf(err) == spatial.CodeUnavailable {
		_ = f.catalogue.Reload(ctx) // the next try knows the version
	}
	return postgis.Wrap(ctx, op, err)
}

func replaced(op string) error {
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "the collection is being replaced; try again in a moment"}
}

// Update changes one feature of the current version; triggers stamp it, keep what was
// there, and let tiles know. change is handed the feature as it stands, which
// nobody else changes meanwhile, and says what becomes of it; its error leaves
// everything as it was. The result is the state that the feature then has, the same
// as before where nothing changed.
//
// Errors: not_found for the collection and for the feature, forbidden,
// unavailable, invalid for values that the database does not take. Who sees some
// areas alone changes features within them, and leaves them there: forbidden else.
func (f *Store) Update(
	ctx context.Context, c *spatial.Collection, id string, a spatial.Access, change func(before *spatial.Feature) (spatial.Edit, error),
) (state spatial.FeatureState, err error) {
	op := fmt.Sprintf("postgis: update feature of %q", c.ID)
	err = f.change(ctx, op, c, a, func(tx pgx.Tx) error {
		before, key, err := f.hold(ctx, tx, c, id)
		if err != nil {
			return err
		}
		state = before.State()
		edit, err := change(before)
		if err != nil {
			return err
		}
		set := assignments(c, edit)
		if len(set) == 0 {
			return nil
		}
		sql, args := sql.Concat(sql.Lit("update "), sql.Ident("data", c.Table), sql.Lit(" t set "), sql.List(set...), sql.Lit("\nwhere t.id = "), key,
			sql.Lit("\nreturning t.revision, t.recorded_at, t.changed_by")).Build()
		if err := tx.QueryRow(ctx, sql, planned(args)...).Scan(&state.Revision, &state.ChangedAt, &state.ChangedBy); err != nil {
			return err
		}
		state.ChangedAt = state.ChangedAt.UTC()
		if err := errors.Join(noteBare(ctx, tx, c, edit), staysSeen(ctx, tx, c, id)); err != nil {
			return err
		}
		return audit(ctx, tx, a, "features.update", c.ID, []string{id}, changed(c, before, edit))
	})
	return state, err
}

// Delete takes one feature away, unless check, which is handed the feature as it
// stands, has an error. Errors as those of Update.
func (f *Store) Delete(ctx context.Context, c *spatial.Collection, id string, a spatial.Access, check func(before *spatial.Feature) error) error {
	op := fmt.Sprintf("postgis: delete feature of %q", c.ID)
	return f.change(ctx, op, c, a, func(tx pgx.Tx) error {
		before, key, err := f.hold(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if err := check(before); err != nil {
			return err
		}
		if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("delete from "), sql.Ident("data", c.Table), sql.Lit(" t where t.id = "), key)); err != nil {
			return err
		}
		return audit(ctx, tx, a, "features.delete", c.ID, []string{id}, states{Before: valued(c, before)})
	})
}

// hold reads a feature and keeps others from changing it until the transaction
// ends; key is its id as the column stores it.
func (f *Store) hold(ctx context.Context, tx pgx.Tx, c *spatial.Collection, id string) (*spatial.Feature, sql.Fragment, error) {
	missing := spatial.NotFound("postgis: read feature", "There is no such feature.")
	key, err := idValue(c, id)
	if err != nil {
		return nil, key, missing
	}
	s, err := newScanner(c, spatial.Query{})
	if err != nil {
		return nil, key, err
	}
	index, exact := postgis.Seen(c)
	sql, args := sql.Concat(selectFeatures(c, s), sql.Lit("\nwhere "),
		sql.And(sql.Concat(sql.Lit("t.id = "), key), index, exact), sql.Lit("\nfor update of t")).Build()
	rows, err := tx.Query(ctx, sql, planned(args)...)
	if err != nil {
		return nil, key, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, key, err
		}
		return nil, key, missing
	}
	feature, err := s.scan(rows)
	return &feature, key, err
}

// staysSeen refuses a change that leads out of the areas that its author sees.
func staysSeen(ctx context.Context, tx pgx.Tx, c *spatial.Collection, ids ...string) error {
	if !c.Limits.Rows() {
		return nil
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	index, exact := postgis.Seen(c)
	statement, args := sql.Concat(sql.Lit("select count(*) from "), sql.Ident("data", c.Table), sql.Lit(" t\nwhere "),
		sql.And(sql.Concat(sql.Lit("t.id = any("), idsValue(c, wanted), sql.Lit(")")), index, exact)).Build()
	var seen int
	if err := tx.QueryRow(ctx, statement, planned(args)...).Scan(&seen); err != nil || seen == len(wanted) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeForbidden, Op: "postgis: change features",
		Message: "The feature would lie outside the areas that you may change; a feature lies where its point on surface does."}
}

// Flaws says of each geometry why it is not valid, "" where it is or where there
// is none. The rings of polygons have to be closed.
func (f *Store) Flaws(ctx context.Context, geometries []spatial.Geometry) ([]string, error) {
	all := make([][]byte, len(geometries))
	for i, g := range geometries {
		if !g.Empty() {
			all[i] = g.EWKB
		}
	}
	rows, err := f.pool.Query(ctx, queryEditFlaws, all)
	if err != nil {
		return nil, postgis.Wrap(ctx, "postgis: judge geometries", err)
	}
	flaws, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return flaws, postgis.Wrap(ctx, "postgis: judge geometries", err)
}

// noteBare: features without geometry are found by every box, once one is known.
func noteBare(ctx context.Context, tx pgx.Tx, c *spatial.Collection, edits ...spatial.Edit) error {
	if c.WithoutGeometry > 0 || c.GeometryType == spatial.GeometryNone {
		return nil
	}
	for _, edit := range edits {
		if edit.SetsGeometry && edit.Geometry.Empty() {
			_, err := tx.Exec(ctx, queryEditBare, c.ID, c.Version)
			return err
		}
	}
	return nil
}
