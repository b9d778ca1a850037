package features

import (
	"context"
	"fmt"
	"strconv"

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
// Errors: not_found when the caller may not read the collection.
func (f *Store) Changes(ctx context.Context, c *spatial.Collection, a spatial.Access, since uint64, limit int) (*spatial.FeatureChanges, error) {
	op := fmt.Sprintf("postgis: read changes of %q", c.ID)
	page := &spatial.FeatureChanges{}
	err := f.withVersion(ctx, op, c, a, func(now *spatial.Collection) error {
		list, err := f.changes(ctx, now, a, since, limit+1)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			page.Position = since
			return f.mustRead(ctx, c.ID, a)
		}
		page.More = len(list) > limit
		page.List = list[:min(len(list), limit)]
		page.Position = page.List[len(page.List)-1].Position
		return f.attach(ctx, now, c, a, page.List)
	})
	return page, err
}

func (f *Store) changes(ctx context.Context, c *spatial.Collection, a spatial.Access, since uint64, limit int) ([]spatial.FeatureChange, error) {
	if _, err := f.pool.Exec(ctx, queryFeedNumber); err != nil {
		return nil, err
	}
	anonymous, roles, department := postgis.AccessArgs(a)
	rows, err := f.pool.Query(ctx, queryFeedRead, c.ID, int64(since), limit, anonymous, roles, department)
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
	found, err := f.collect(ctx, s, sql.Concat(selectFeatures(now, s), sql.Lit("\nwhere t.id = any("), idsValue(now, wanted), sql.Lit(")\n  and "), postgis.Readable(now.ID, a)))
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
