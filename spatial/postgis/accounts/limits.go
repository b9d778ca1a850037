package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Limit is what a role shall be limited to in one collection, or in every one that
// has no rule of its own.
type Limit struct {
	Rule spatial.RoleLimit // without ID and Areas
	// Areas are features of In by their ids, taken as they are now: none and no In
	// says nothing of areas. Everywhere says that they do not matter here.
	In         *spatial.Collection
	Areas      []string
	Everywhere bool
}

// Limits are the rules of all roles, with the areas they name.
type Limits struct {
	Rule  spatial.RoleLimit
	Areas []AreaRef
	// Faults are what the rule names and is not there, for people to read.
	Faults []string
}

// AreaRef is an area by where it was taken from.
type AreaRef struct {
	Number     int    `json:"number"`
	Collection string `json:"collection"`
	Feature    string `json:"feature"`
}

// SetLimit puts a rule in the place of the one that the role has for the collection.
// Areas that are known already are taken anew, for every rule that names them.
// Errors: invalid for areas that are not there or have no surface.
func (a *Store) SetLimit(ctx context.Context, l Limit) error {
	const op = "postgis: limit role"
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		var areas []int
		switch {
		case l.In != nil:
			var err error
			if areas, err = takeAreas(ctx, tx, l.In, l.Areas); err != nil {
				return err
			}
		case l.Everywhere:
			areas = []int{}
		}
		if _, err := tx.Exec(ctx, queryLimitDelete, l.Rule.Role, l.Rule.Collection); err != nil {
			return err
		}
		names := append([]string{}, l.Rule.Names...)
		_, err := tx.Exec(ctx, queryLimitInsert, l.Rule.Role, l.Rule.Collection, areas, l.Rule.Columns, names)
		return err
	})
	return postgis.Wrap(ctx, op, err)
}

// takeAreas copies the surfaces of features and returns their numbers, ascending.
func takeAreas(ctx context.Context, tx pgx.Tx, in *spatial.Collection, ids []string) ([]int, error) {
	const op = "postgis: take areas"
	statement, args := sql.Concat(sql.Lit(`insert into gisd.area as a (collection_id, feature_id, geom)
select `), sql.Arg(in.ID), sql.Lit(`::text, t.id::text, st_force2d(st_multi(st_collectionextract(st_makevalid(t.geom), 3)))
from `), sql.Ident("data", in.Table), sql.Lit(` t
where t.id::text = any(`), sql.Arg(ids), sql.Lit(`::text[])
  and st_dimension(t.geom) = 2
on conflict (collection_id, feature_id) do update
set geom = excluded.geom, taken_at = excluded.taken_at
returning number, feature_id`)).Build()
	rows, err := tx.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	var (
		numbers []int
		missing = slices.Clone(ids)
		number  int
		id      string
	)
	_, err = pgx.ForEachRow(rows, []any{&number, &id}, func() error {
		numbers = append(numbers, number)
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == id })
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(missing) > 0 || len(numbers) == 0:
		return nil, spatial.Invalid(op, fmt.Sprintf("%s has no areas with the ids %s", in.ID, strings.Join(missing, ", ")))
	}
	slices.Sort(numbers)
	return numbers, nil
}

// DropLimit takes the rule away that the role has for the collection, "" for the one
// for all; not_found when there is none.
func (a *Store) DropLimit(ctx context.Context, role spatial.Role, collection string) error {
	return a.execOne(ctx, "postgis: drop limit", "The role has no such limit.", queryLimitDelete, role, collection)
}

// Limits lists the rules by role and collection, each with what it names in vain.
func (a *Store) Limits(ctx context.Context) ([]Limits, error) {
	const op = "postgis: list limits"
	rows, err := a.pool.Query(ctx, queryLimitList)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Limits, err error) {
		var collections, features, unknown []string
		var there bool
		err = row.Scan(&l.Rule.ID, &l.Rule.Role, &l.Rule.Collection, &l.Rule.Areas, &l.Rule.Columns, &l.Rule.Names,
			&collections, &features, &there, &unknown)
		for i, n := range l.Rule.Areas {
			if i < len(features) {
				l.Areas = append(l.Areas, AreaRef{n, collections[i], features[i]})
			}
		}
		if !there {
			l.Faults = append(l.Faults, "there is no collection "+l.Rule.Collection)
		}
		if len(l.Areas) < len(l.Rule.Areas) {
			l.Faults = append(l.Faults, "areas are missing")
		}
		for _, name := range unknown {
			l.Faults = append(l.Faults, "there is no column "+name)
		}
		return l, err
	})
	return list, postgis.Wrap(ctx, op, err)
}

// StaleAreas tells which of the areas that rules name are not in their collection any
// more as they were taken: whoever limits a role to them again takes them anew.
func (a *Store) StaleAreas(ctx context.Context) ([]AreaRef, error) {
	const op = "postgis: compare areas"
	rows, err := a.pool.Query(ctx, queryAreaSources)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	type source struct {
		collection string
		table      *string
	}
	sources, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s source, err error) {
		err = row.Scan(&s.collection, &s.table)
		return s, err
	})
	var stale []AreaRef
	for _, s := range sources {
		now := sql.Lit("(select null::text as id, null::geometry as geom)")
		if s.table != nil {
			now = sql.Ident("data", *s.table)
		}
		statement, args := sql.Concat(sql.Lit("select a.number, a.collection_id, a.feature_id from gisd.area a\nleft join "), now,
			sql.Lit(" t on t.id::text = a.feature_id\nwhere a.collection_id = "), sql.Arg(s.collection), sql.Lit(`
  and (
    t.id is null
    or st_srid(t.geom) is distinct from st_srid(a.geom)
    or st_asbinary(st_force2d(st_multi(st_collectionextract(st_makevalid(t.geom), 3)))) is distinct from st_asbinary(a.geom)
  )
  and exists (select from gisd.role_limit l where a.number = any (l.areas))
order by a.number`)).Build()
		rows, err := a.pool.Query(ctx, statement, args...)
		if err != nil {
			return nil, postgis.Wrap(ctx, op, err)
		}
		found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r AreaRef, err error) {
			err = row.Scan(&r.Number, &r.Collection, &r.Feature)
			return r, err
		})
		if err != nil {
			return nil, postgis.Wrap(ctx, op, err)
		}
		stale = append(stale, found...)
	}
	return stale, postgis.Wrap(ctx, op, err)
}
