package features

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Changes returns what changed in the collection behind a position, at most limit
// changes, in the order in which they were seen to be committed: a change that
// commits late has a late position, so that who goes on from Position misses none.
// A feature comes with the last of its changes; geometries are as those of Query.
//
// Who sees some areas alone hears of features in them: one that comes in was
// inserted, one that leaves was deleted, what happens elsewhere did not.
//
// Errors: not_found when the caller may not read the collection, gone when changes
// behind the position are not kept any more.
func (f *Store) Changes(ctx context.Context, c *spatial.Collection, a spatial.Access, since uint64, limit int) (*spatial.FeatureChanges, error) {
	op := fmt.Sprintf("postgis: read changes of %q", c.ID)
	page := &spatial.FeatureChanges{}
	err := f.withVersion(ctx, op, c, a, func(now *spatial.Collection) error {
		list, err := f.changes(ctx, now, a, since, limit+1)
		if err != nil {
			return err
		}
		if err := f.kept(ctx, c.ID, since); err != nil { // after reading, so that none is missed
			return err
		}
		if len(list) == 0 {
			page.Position = since
			return f.mustRead(ctx, c, a)
		}
		page.More = len(list) > limit
		page.List = list[:min(len(list), limit)]
		page.Position = page.List[len(page.List)-1].Position
		return f.attach(ctx, now, c, a, page.List)
	})
	return page, err
}

// kept fails where changes behind the position have been forgotten.
func (f *Store) kept(ctx context.Context, collection string, since uint64) error {
	if since == 0 {
		return nil
	}
	var forgotten uint64
	if err := f.pool.QueryRow(ctx, queryFeedForgotten, collection).Scan(&forgotten); err != nil {
		return err
	}
	if since < forgotten {
		return &spatial.Error{Code: spatial.CodeGone, Op: "postgis: read changes",
			Message: fmt.Sprintf("Changes before %s are not kept any more: start again without since; the first change then says to load the collection.",
				time.UnixMicro(int64(forgotten)).UTC().Format(time.RFC3339))}
	}
	return nil
}

func (f *Store) changes(ctx context.Context, c *spatial.Collection, a spatial.Access, since uint64, limit int) ([]spatial.FeatureChange, error) {
	if _, err := f.pool.Exec(ctx, queryFeedNumber); err != nil {
		return nil, err
	}
	text, args := feedOf(c, a, since, limit).Build()
	rows, err := f.pool.Query(ctx, text, planned(args)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ch spatial.FeatureChange, err error) {
		var position int64
		err = row.Scan(&position, &ch.Version, &ch.Kind, &ch.ID, &ch.Revision, &ch.ChangedAt, &ch.ChangedBy)
		ch.Position, ch.ChangedAt = uint64(position), ch.ChangedAt.UTC()
		return ch, err
	})
}

// feedOf selects what changed behind the position. Index: change_read.
func feedOf(c *spatial.Collection, a spatial.Access, since uint64, limit int) sql.Fragment {
	columns := sql.Lit("select ch.position, ch.version, ch.operation, coalesce(ch.id, ''), coalesce(ch.revision, 0), ch.at, ch.changed_by")
	from := sql.Lit("\nfrom gisd.change ch")
	conditions := []sql.Fragment{
		sql.Concat(sql.Lit("ch.collection_id = "), sql.Arg(c.ID), sql.Lit("::text")),
		sql.Concat(sql.Lit("ch.position > "), sql.Arg(int64(since)), sql.Lit("::bigint")),
		postgis.Readable(c, a),
	}
	if c.Limits.Rows() {
		columns = sql.Lit(`select ch.position, ch.version,
  case
    when ch.operation = 'reload' or was.seen = became.seen then ch.operation
    when became.seen then 'insert'
    else 'delete'
  end, coalesce(ch.id, ''), coalesce(ch.revision, 0), ch.at, ch.changed_by`)
		from = sql.Concat(from, seenBefore(c), seenAfter(c))
		conditions = append(conditions, sql.Lit("(ch.operation = 'reload' or was.seen or became.seen)"))
	}
	return sql.Concat(columns, from, sql.Lit("\nwhere "), sql.And(conditions...), sql.Lit("\norder by ch.position\nlimit "), sql.Arg(limit))
}

// seenBefore tells whether the feature was seen as it was before the change, which
// history has. Index: that of history by id.
func seenBefore(c *spatial.Collection) sql.Fragment {
	return sql.Concat(sql.Lit("\ncross join lateral (\n  select exists (\n    select from "), sql.Ident("history", c.ID),
		sql.Lit(" h where h.id = ch.id and h.replaced_at = ch.at and "), seenIn(c, sql.Lit("h.geom")), sql.Lit("\n  ) as seen\n) was"))
}

// seenAfter tells the same of what the change made of it: as it stands, or as it was
// until the change after it.
func seenAfter(c *spatial.Collection) sql.Fragment {
	state := func(from, id, geom sql.Fragment) sql.Fragment {
		return sql.Concat(sql.Lit("exists (\n    select from "), from, sql.Lit(" s where s.id = "), id,
			sql.Lit(" and s.revision = ch.revision and s.recorded_at = ch.at and "), seenIn(c, geom), sql.Lit("\n  )"))
	}
	id := sql.Lit("ch.id")
	if c.IDKind == spatial.IDInteger {
		id = sql.Concat(sql.Lit("case when ch.version = "), sql.Integer(c.Version), sql.Lit(" then ch.id::bigint end")) // those of others may be texts
	}
	return sql.Concat(sql.Lit("\ncross join lateral (\n  select ch.operation <> 'delete' and ("),
		state(sql.Ident("data", c.Table), id, sql.Lit("s.geom")), sql.Lit(" or "),
		state(sql.Ident("history", c.ID), sql.Lit("ch.id"), sql.Lit("s.geom")), sql.Lit(") as seen\n) became"))
}

// seenIn is postgis.SeenAt of a geometry that may be of another version, stored in
// another system: then nobody can say, and everybody is told to load all again.
func seenIn(c *spatial.Collection, geom sql.Fragment) sql.Fragment {
	index, exact := postgis.SeenAt(c, geom)
	return sql.Concat(sql.Lit("case when st_srid("), geom, sql.Lit(") = "), sql.Integer(int(c.SRID)), sql.Lit(" then "), sql.And(index, exact), sql.Lit(" else false end"))
}

// attach reads the features that are still as a change made them; properties stand
// in the order that the caller knows.
func (f *Store) attach(ctx context.Context, now, known *spatial.Collection, a spatial.Access, changes []spatial.FeatureChange) error {
	wanted := map[string]bool{}
	for _, ch := range changes {
		if ch.Version == now.Version && (ch.Kind == spatial.ChangeInsert || ch.Kind == spatial.ChangeUpdate) {
			wanted[ch.ID] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	s, err := newScanner(now, spatial.Query{})
	if err != nil {
		return err
	}
	index, exact := postgis.Seen(now)
	found, err := f.collect(ctx, s, sql.Concat(selectFeatures(now, s), sql.Lit("\nwhere "),
		sql.And(sql.Concat(sql.Lit("t.id = any("), idsValue(now, wanted), sql.Lit(")")), index, exact, postgis.Readable(now, a))))
	if err != nil {
		return err
	}
	byID := make(map[string]*spatial.Feature, len(found))
	for i := range found {
		rearrange(&found[i], now, known)
		byID[found[i].ID] = &found[i]
	}
	for i := range changes {
		ch := &changes[i]
		if feature := byID[ch.ID]; feature != nil && ch.Kind != spatial.ChangeDelete && feature.Revision == ch.Revision && feature.RecordedAt.Equal(ch.ChangedAt) {
			ch.Feature = feature
		}
	}
	return nil
}

// idsValue are ids as the column stores them.
func idsValue(c *spatial.Collection, ids map[string]bool) sql.Fragment {
	var texts []string
	var numbers []int64
	for id := range ids {
		texts = append(texts, id)
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	if c.IDKind == spatial.IDText {
		return sql.Concat(sql.Arg(texts), sql.Lit("::text[]"))
	}
	return sql.Concat(sql.Arg(numbers), sql.Lit("::bigint[]"))
}
