package postgis

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	orbwkb "github.com/paulmach/orb/encoding/wkb"

	"gisd/spatial"
)

// limits are the rules of all roles, and collections as those see them who have
// them. It belongs to one snapshot.
type limits struct {
	byRole map[spatial.Role][]*spatial.RoleLimit
	areas  map[spatial.SRID]map[int64]spatial.Area // of rules, by their ids
	views  sync.Map                                // viewKey: *spatial.Collection
}

type viewKey struct{ collection, rules string }

// as is the collection as the caller sees it, the same for all who have the same
// rules.
func (l *limits) as(c *spatial.Collection, a spatial.Access) *spatial.Collection {
	rules := l.of(c.ID, a)
	if len(rules) == 0 {
		return c
	}
	var ids []byte
	for _, r := range rules {
		ids = binary.AppendVarint(ids, r.ID)
	}
	key := viewKey{c.ID, string(ids)}
	if known, ok := l.views.Load(key); ok {
		return known.(*spatial.Collection)
	}
	seen, _ := l.views.LoadOrStore(key, c.Limited(rules, l.areas[c.SRID]))
	return seen.(*spatial.Collection)
}

// of are the rules of the caller's roles for a collection, by their ids.
func (l *limits) of(collection string, a spatial.Access) []*spatial.RoleLimit {
	if len(l.byRole) == 0 || a.Has(spatial.RoleAdmin) {
		return nil
	}
	var rules []*spatial.RoleLimit
	for _, role := range a.Roles {
		for _, r := range l.byRole[role] {
			if r.Collection == "" || r.Collection == collection {
				rules = append(rules, r)
			}
		}
	}
	slices.SortFunc(rules, func(a, b *spatial.RoleLimit) int { return int(a.ID - b.ID) })
	return slices.Compact(rules)
}

// judge notes which collections have cells that do not tell apart every area that
// rules name for them.
func (l *limits) judge(list []*spatial.Collection) {
	var all []*spatial.RoleLimit
	for _, rules := range l.byRole {
		all = append(all, rules...)
	}
	for _, c := range list {
		if c.Pyramid.ID == 0 {
			continue
		}
		for _, r := range spatial.AreaRules(c.ID, all) {
			if area, ok := l.areas[c.SRID][r.ID]; ok && !c.Pyramid.Tells(area) {
				c.Pyramid.Outdated = true
			}
		}
	}
}

// Limited reports whether the caller does not see everything of every collection
// that they may read.
func (c *Catalogue) Limited(a spatial.Access) bool {
	l := &c.current.Load().limits
	return !a.Has(spatial.RoleAdmin) && slices.ContainsFunc(a.Roles, func(r spatial.Role) bool { return len(l.byRole[r]) > 0 })
}

func (l *limits) read(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, queryCatalogueLimits)
	if err != nil {
		return err
	}
	rules, err := pgx.CollectRows(rows, scanLimit)
	if err != nil || len(rules) == 0 {
		return err
	}
	l.byRole = map[spatial.Role][]*spatial.RoleLimit{}
	for _, r := range rules {
		l.byRole[r.Role] = append(l.byRole[r.Role], r)
	}
	if rows, err = tx.Query(ctx, queryCatalogueAreas); err != nil {
		return err
	}
	l.areas = map[spatial.SRID]map[int64]spatial.Area{}
	var (
		id   int64
		srid spatial.SRID
		area spatial.Area
		wkb  []byte
	)
	box := &area.Bounds
	_, err = pgx.ForEachRow(rows, []any{&id, &srid, &area.Numbers, &area.EWKB, &area.Key, &box.MinX, &box.MinY, &box.MaxX, &box.MaxY, &area.Share, &wkb}, func() error {
		if l.areas[srid] == nil {
			l.areas[srid] = map[int64]spatial.Area{}
		}
		box.SRID = spatial.SRIDWGS84
		held := area
		held.Numbers = slices.Clone(area.Numbers)
		if err := orbwkb.Scanner(&held.Outline).Scan(wkb); err != nil {
			return fmt.Errorf("postgis: area of rule %d: %w", id, err)
		}
		l.areas[srid][id] = held
		return nil
	})
	return err
}

// scanLimit reads a row of queries/catalogue_limits.sql.
func scanLimit(row pgx.CollectableRow) (*spatial.RoleLimit, error) {
	var r spatial.RoleLimit
	err := row.Scan(&r.ID, &r.Role, &r.Collection, &r.Areas, &r.Columns, &r.Names)
	return &r, err
}
