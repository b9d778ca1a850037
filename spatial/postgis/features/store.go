package features

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// Store reads and changes the features of collections. Geometries come as EWKB, x first,
// in the storage SRID where spatial/crs supports it, else in SRID 4326. Safe for
// use by many goroutines.
type Store struct {
	pool      *pgxpool.Pool
	catalogue *postgis.Catalogue
	orders    Orders // nil for none
	log       *slog.Logger
}

// NewStore reads through the pool; the catalogue is asked again when a
// version vanished since the caller looked it up.
func NewStore(db *postgis.DB, catalogue *postgis.Catalogue) *Store {
	return &Store{pool: db.Pool, catalogue: catalogue, log: db.Log}
}

// Query returns one page in the order that the query names. A box filters by
// exact intersection, its edges inside and straight in the box's own CRS, and
// keeps features without geometry (OGC 17-069r4 /req/core/fc-bbox-response C). A
// time filter keeps features without a time, all of them where the collection
// has no time field (/req/core/fc-time-response C). Matched is known where
// nothing filters; else a first page with others after it says it, as a count or
// as an estimate.
//
// Errors: not_found when the caller may not read the collection, invalid for a
// position, property or box that does not fit it, unavailable when the
// collection was replaced under the query's feet twice.
func (f *Store) Query(ctx context.Context, c *spatial.Collection, q spatial.Query) (*spatial.FeaturePage, error) {
	var features []spatial.Feature
	page, err := f.Each(ctx, c, q, func(feature *spatial.Feature) error {
		features = append(features, *feature)
		return nil
	})
	if err != nil {
		return nil, err
	}
	page.Features = features
	return page, nil
}

// Each is Query for pages of any size: it hands on one feature after the other
// as they are read, and returns the page without them. The features are the
// caller's own; an error of emit ends the reading and is returned.
func (f *Store) Each(ctx context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error) {
	op := fmt.Sprintf("postgis: query features of %q", c.ID)
	if q.Limit < 1 {
		return nil, spatial.Invalid(op, "the limit is at least 1", spatial.FieldError{Name: "limit", Reason: "below 1"})
	}
	var (
		page    *spatial.FeaturePage
		stopped error // by emit
		begun   bool
	)
	err := f.withVersion(ctx, op, c, q.Access, func(now *spatial.Collection) error {
		if begun { // what was handed on cannot be taken back
			return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "the collection is being replaced; try again in a moment"}
		}
		var err error
		page, err = f.queryVersion(ctx, now, q, func(feature *spatial.Feature) error {
			begun = true
			rearrange(feature, now, c)
			stopped = emit(feature)
			return stopped
		})
		return err
	})
	if stopped != nil {
		return nil, stopped
	}
	return page, err
}

// Feature returns one feature; not_found when it is absent or its collection
// hidden.
func (f *Store) Feature(ctx context.Context, c *spatial.Collection, id string, a spatial.Access) (*spatial.Feature, error) {
	op := fmt.Sprintf("postgis: read feature of %q", c.ID)
	var found []spatial.Feature
	err := f.withVersion(ctx, op, c, a, func(now *spatial.Collection) error {
		key, err := idValue(now, id)
		if err != nil || now.Version == 0 {
			return spatial.NotFound(op, "There is no such feature.")
		}
		s, err := newScanner(now, spatial.Query{})
		if err != nil {
			return err
		}
		index, exact := postgis.Seen(now)
		statement := sql.Concat(selectFeatures(now, s), sql.Lit("\nwhere "),
			sql.And(sql.Concat(sql.Lit("t.id = "), key), index, exact, postgis.Readable(now, a)))
		if found, err = f.collect(ctx, s, statement); err != nil {
			return err
		}
		for i := range found {
			rearrange(&found[i], now, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, spatial.NotFound(op, "There is no such feature.")
	}
	return &found[0], nil
}

// Count returns how many features match, exactly; Limit, After and Fields do
// not matter. It reads every match: about 0.2 s for a million.
func (f *Store) Count(ctx context.Context, c *spatial.Collection, q spatial.Query) (int64, error) {
	op := fmt.Sprintf("postgis: count features of %q", c.ID)
	var count int64
	err := f.withVersion(ctx, op, c, q.Access, func(now *spatial.Collection) error {
		count = 0
		w, err := filter.New(now, q)
		if err != nil {
			return err
		}
		if now.Version == 0 || w.Nothing {
			return f.mustRead(ctx, now, q.Access)
		}
		statement, args := sql.Concat(sql.Lit("select count(*) from "), sql.Ident("data", now.Table), sql.Lit(" t\nwhere "),
			sql.And(append(w.All(), postgis.Readable(now, q.Access))...)).Build()
		if err := f.pool.QueryRow(ctx, statement, planned(args)...).Scan(&count); err != nil {
			return err
		}
		if count == 0 {
			return f.mustRead(ctx, now, q.Access)
		}
		return nil
	})
	return count, err
}

// withVersion runs a reader on the collection, and once more on its newest
// version when the first has been dropped meanwhile.
func (f *Store) withVersion(
	ctx context.Context, op string, c *spatial.Collection, a spatial.Access, read func(*spatial.Collection) error,
) error {
	if !a.CanRead(c) {
		return spatial.NotFound(op, "There is no such collection.")
	}
	err := read(c)
	if !vanished(err) {
		return postgis.Wrap(ctx, op, err)
	}
	if err := f.catalogue.Reload(ctx); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	now, err := f.catalogue.Collection(c.ID, a)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	if err = read(now); vanished(err) {
		return &spatial.Error{
			Code: spatial.CodeUnavailable, Op: op, Err: err,
			Message: "the collection is being replaced; try again in a moment",
		}
	}
	return postgis.Wrap(ctx, op, err)
}

// mustRead tells an empty answer from a hidden collection, and from one of which the
// caller sees something else since it was handed out.
func (f *Store) mustRead(ctx context.Context, c *spatial.Collection, a spatial.Access) error {
	const op = "postgis: access"
	anonymous, roles, department := postgis.AccessArgs(a)
	var ok, current bool
	err := f.pool.QueryRow(ctx, queryCollectionReadable, c.ID, anonymous, roles, department, c.Limits.RuleIDs()).Scan(&ok, &current)
	switch {
	case err != nil:
		return err
	case !ok:
		return spatial.NotFound(op, "There is no such collection.")
	case !current:
		return f.otherLimits(ctx, op)
	}
	return nil
}

// otherLimits has the next try know what the caller sees.
func (f *Store) otherLimits(ctx context.Context, op string) error {
	if err := f.catalogue.Reload(ctx); err != nil {
		return err
	}
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "What you may see has just changed; try again in a moment."}
}

func (f *Store) queryVersion(ctx context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error) {
	page := &spatial.FeaturePage{Matched: -1}
	w, err := filter.New(c, q)
	if err != nil {
		return nil, err
	}
	s, err := newScanner(c, q)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.order.check(q.After), s.order.check(q.Before)); err != nil {
		return nil, err
	}
	if w.Nothing || c.Version == 0 {
		page.Matched = 0
		return page, f.mustRead(ctx, c, q.Access)
	}
	if w.Plain() { // before features are handed on: another version may take the place of this one until then
		if page.Matched, err = f.total(ctx, c); err != nil {
			return nil, err
		}
	}
	p := &pager{f: f, c: c, q: q, w: w, s: s, order: s.order, emit: emit, matched: -1}
	if err := f.readPage(ctx, p); err != nil {
		return nil, err
	}
	p.ends(page)
	if p.count == 0 {
		if err := f.mustRead(ctx, c, q.Access); err != nil {
			return nil, err
		}
	}
	switch {
	case w.Plain(), !isFirst(q):
	case !p.more:
		page.Matched = int64(p.count)
	case p.matched >= 0:
		page.Matched = p.matched
	default:
		page.Matched, page.Estimated, err = f.matched(ctx, c, q.Access, w)
		if vanished(err) { // after all of the page was read
			page.Matched, page.Estimated, err = -1, false, nil
		}
	}
	return page, err
}

func isFirst(q spatial.Query) bool { return q.After == nil && q.Before == nil && q.Offset == 0 }

// readPage runs the pager from where the query begins.
func (f *Store) readPage(ctx context.Context, p *pager) error {
	if p.q.Offset > 0 {
		after, err := f.skip(ctx, p.c, p.q, p.w, p.order)
		if err != nil || after == nil {
			return err
		}
		p.q.After, p.q.Offset = after, 0
	}
	if !p.backward() {
		return p.run(ctx)
	}
	var reversed []spatial.Feature
	emit := p.emit
	p.emit = func(feature *spatial.Feature) error {
		reversed = append(reversed, *feature)
		return nil
	}
	if err := p.run(ctx); err != nil {
		return err
	}
	return collected(reversed, emit)
}

func (f *Store) collect(ctx context.Context, s *scanner, statement sql.Fragment) ([]spatial.Feature, error) {
	text, args := statement.Build()
	rows, err := f.pool.Query(ctx, text, planned(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var features []spatial.Feature
	for rows.Next() {
		feature, err := s.scan(rows)
		if err != nil {
			return nil, err
		}
		features = append(features, feature)
	}
	return features, rows.Err()
}

// planned asks for a plan that knows the arguments. A statement prepared for all
// arguments converts the box anew for each row and cannot estimate it.
func planned(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, args...)
}

// idValue is the id as its column stores it; the error is of code invalid.
func idValue(c *spatial.Collection, id string) (sql.Fragment, error) {
	if c.IDKind == spatial.IDText {
		return sql.Concat(sql.Arg(id), sql.Lit("::text")), nil
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return sql.Fragment{}, spatial.Invalid("postgis: feature id", "ids of this collection are integers",
			spatial.FieldError{Name: "cursor", Reason: "not an integer"})
	}
	return sql.Concat(sql.Arg(n), sql.Lit("::bigint")), nil
}

// rearrange puts the properties of a newer version in the order of the version
// that the caller holds; those that it does not know are dropped, those that
// are gone or changed their type are null.
func rearrange(feature *spatial.Feature, from, to *spatial.Collection) {
	if from == to {
		return
	}
	properties := make([]any, len(to.Fields))
	for j, field := range to.Fields {
		if k := fieldIndex(from, field.Name); k >= 0 && from.Fields[k].Type == field.Type {
			properties[j] = feature.Properties[k]
		}
	}
	feature.Properties = properties
}

var errNoPlan = errors.New("postgis: the planner gave no estimate")

// estimate asks the planner how many features meet a condition, from its
// statistics.
func (f *Store) estimate(ctx context.Context, c *spatial.Collection, condition sql.Fragment) (int64, error) {
	text, args := sql.Concat(sql.Lit("explain (format json) select from "), sql.Ident("data", c.Table), sql.Lit(" t where "), condition).Build()
	var plans []struct {
		Plan struct {
			Rows int64 `json:"Plan Rows"`
		} `json:"Plan"`
	}
	if err := f.pool.QueryRow(ctx, text, planned(args)...).Scan(&plans); err != nil {
		return 0, err
	}
	if len(plans) == 0 {
		return 0, errNoPlan
	}
	return plans[0].Plan.Rows, nil
}
