package features

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// Bounds between the two ways to a page of what an index can find; see run.
const (
	smallCollection = 50_000 // features: the index always serves, as it does a box
	// that would hold a hundredth of that, were all evenly spread
	smallAnswer = 20_000  // matches that may be read and sorted for one page
	walkMost    = 200_000 // features that a walk by id may look at
)

// pager reads one page by as many statements as it takes, each going on where
// the one before it ended.
type pager struct {
	f     *Store
	c     *spatial.Collection
	q     spatial.Query
	w     filter.Conditions
	order order
	s     *scanner
	emit  func(*spatial.Feature) error

	count       int // emitted
	more        bool
	matched     int64 // all that match, where the page was sorted out of them; else -1
	first, last *spatial.Position
}

// backward: the statements read towards the start.
func (p *pager) backward() bool { return p.q.Before != nil }

// all is how many features there are, seen by the caller or not.
func (p *pager) all() int64 { return p.c.Whole().FeatureCount }

// at is where the next statement goes on.
func (p *pager) at() *spatial.Position {
	switch {
	case p.last != nil:
		return p.last
	case p.backward():
		return p.q.Before
	}
	return p.q.After
}

func (p *pager) full() bool { return p.more }

// wanted is one feature more than the page still lacks, to know whether it is
// the last.
func (p *pager) wanted() int { return p.q.Limit + 1 - p.count }

// run reads the page. Where an index can find the matches there are two ways,
// and left alone the planner takes the wrong one for a few matches in a large
// collection, walking all ids:
//
//	by index  the index finds every match, the page is sorted out
//	by walk   features in the order of their ids until the page is full
//
// By index costs as much as there are matches, by walk as much as there are
// features between two matches; the estimate of the planner decides, and a walk
// that has looked at its share without filling the page goes on by index.
func (p *pager) run(ctx context.Context) error {
	if p.w.Index.Empty() {
		return p.sorted(ctx)
	}
	matches, few, err := p.few(ctx)
	switch {
	case err != nil:
		return err
	case few:
		return p.byIndex(ctx)
	case len(p.order.keys) > 0:
		return p.sorted(ctx)
	}
	share := min(max(10*int64(p.q.Limit+1)*p.all()/matches, 2000), walkMost)
	walk := func(in part) (sql.Fragment, error) { return p.walk(in, share) }
	if err := p.each(ctx, walk); err != nil || p.full() {
		return err
	}
	if matches > p.all()/10 {
		return p.each(ctx, p.plain) // so many are as quick to walk to the end as to fetch and sort
	}
	return p.byIndex(ctx)
}

// sorted leaves the way to the planner, who takes the index of the order if there is
// one: whoever keeps those hears of it.
func (p *pager) sorted(ctx context.Context) error {
	if len(p.order.keys) > 0 && p.f.orders != nil {
		p.f.orders.Asked(p.c, p.q.Sort[0].Field)
	}
	return p.each(ctx, p.plain)
}

// few tells whether all matches may be read for one page.
func (p *pager) few(ctx context.Context) (matches int64, few bool, err error) {
	if p.all() <= smallCollection ||
		p.w.Share > 0 && float64(p.all())*p.w.Share+float64(p.c.WithoutGeometry) <= smallCollection/100 {
		return 0, true, nil
	}
	matches, err = p.f.estimate(ctx, p.c, p.w.Index)
	return matches, matches <= smallAnswer, err
}

// ends tells the page what comes before and after it. Features that were read
// towards the start have something after them: what they were read from.
func (p *pager) ends(page *spatial.FeaturePage) {
	switch {
	case p.count == 0 && p.backward():
		return
	case p.count == 0:
		if p.q.After != nil {
			page.Prev = p.q.After
		}
	case p.backward():
		page.Next = p.first
		if p.more {
			page.Prev = p.last
		}
	default:
		if p.more {
			page.Next = p.last
		}
		if p.q.After != nil {
			page.Prev = p.first
		}
	}
}

// each runs the statement of every part of the order until the page is full.
func (p *pager) each(ctx context.Context, statement func(part) (sql.Fragment, error)) error {
	for _, in := range p.order.parts(p.at(), p.backward()) {
		f, err := statement(in)
		if err != nil {
			return err
		}
		if err := p.read(ctx, f); err != nil || p.full() {
			return err
		}
	}
	return nil
}

// read runs one statement, planned for its arguments, and hands its features on.
func (p *pager) read(ctx context.Context, statement sql.Fragment) error {
	text, args := statement.Build()
	return p.emitAll(p.f.pool.Query(ctx, text, planned(args)...))
}

// readSorted is read for what is fenced. For a box alone that has one good plan, by the
// index on geometry, and is parsed once for a connection: half of what the database
// does for a small one.
func (p *pager) readSorted(ctx context.Context, statement sql.Fragment) error {
	if p.w.Share == 0 || p.q.Filter != nil || p.q.Names != nil || p.c.Limits != nil {
		return p.read(ctx, statement)
	}
	text, args := statement.Build()
	return p.emitAll(p.f.pool.Query(ctx, text, args...))
}

func (p *pager) emitAll(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	lastID, some := "", false
	for rows.Next() {
		if p.count == p.q.Limit {
			p.more = true
			break
		}
		feature, err := p.s.scan(rows)
		if err != nil {
			return err
		}
		lastID, some = feature.ID, true
		p.count++
		if p.first == nil {
			p.first = p.s.position(lastID)
		}
		if len(p.order.keys) > 0 {
			p.last = p.s.position(lastID) // the values are those of this row alone
		}
		if err := p.emit(&feature); err != nil {
			return err
		}
	}
	if some && len(p.order.keys) == 0 {
		p.last = p.s.position(lastID)
	}
	rows.Close()
	return rows.Err()
}

// plain leaves the way to the planner.
func (p *pager) plain(in part) (sql.Fragment, error) {
	conditions, err := p.order.conditions(in, p.at(), p.backward())
	conditions = append(append(conditions, p.w.All()...), postgis.Readable(p.c, p.q.Access))
	return sql.Concat(selectFeatures(p.c, p.s), sql.Lit("\nwhere "), sql.And(conditions...),
		p.order.by(in, p.backward()), p.limit()), err
}

// walk looks at so many features in the order of their ids.
func (p *pager) walk(in part, share int64) (sql.Fragment, error) {
	beyond, err := p.order.conditions(in, p.at(), p.backward())
	by := p.order.by(in, p.backward())
	return sql.Concat(sql.Lit("select "), selectList(p.c, p.s),
		sql.Lit("\nfrom (\n  select * from "), sql.Ident("data", p.c.Table), sql.Lit(" t where "), sql.And(beyond...),
		by, sql.Lit(" limit "), sql.Arg(share), sql.Lit("\n) t\nwhere "),
		sql.And(append(p.w.All(), postgis.Readable(p.c, p.q.Access))...), by, p.limit()), err
}

// byIndex fetches every match before it sorts, and counts them on the way to a first
// page.
func (p *pager) byIndex(ctx context.Context) error {
	p.s.counts = isFirst(p.q) && p.count == 0
	statement, err := p.fenced()
	if err == nil {
		err = p.readSorted(ctx, statement)
	}
	if err == nil && p.s.counts && p.count > 0 {
		p.matched = p.s.matched
	}
	p.s.counts = false
	return err
}

// fenced keeps the planner off the indexes of the order.
func (p *pager) fenced() (sql.Fragment, error) {
	beyond, err := p.order.conditions(whole, p.at(), p.backward())
	columns := sql.Lit("*")
	if p.s.counts {
		columns = sql.Lit(`*, count(*) over () as "of all"`) // no property has such a column
	}
	return sql.Concat(sql.Lit("select "), selectList(p.c, p.s), sql.Lit("\nfrom (\n  select "), columns, sql.Lit("\n  from "),
		sql.Ident("data", p.c.Table), sql.Lit(" t\n  where "), sql.And(append(p.w.All(), postgis.Readable(p.c, p.q.Access))...),
		sql.Lit("\n  offset 0\n) t\nwhere "), sql.And(beyond...), p.order.by(whole, p.backward()), p.limit()), err
}

func (p *pager) limit() sql.Fragment { return sql.Concat(sql.Lit("\nlimit "), sql.Arg(p.wanted())) }

// skip finds the position of the last of the features that the offset leaves
// out. Without one, the offset lies beyond the end.
func (f *Store) skip(ctx context.Context, c *spatial.Collection, q spatial.Query, w filter.Conditions, o order) (*spatial.Position, error) {
	conditions, err := o.conditions(whole, q.After, false)
	if err != nil {
		return nil, err
	}
	conditions = append(append(conditions, w.All()...), postgis.Readable(c, q.Access))
	columns := append([]sql.Fragment{sql.Lit("t.id::text")}, o.columns()...)
	text, args := sql.Concat(sql.Lit("select "), sql.List(columns...), sql.Lit("\nfrom "), sql.Ident("data", c.Table), sql.Lit(" t\nwhere "),
		sql.And(conditions...), o.by(whole, false), sql.Lit("\nlimit 1 offset "), sql.Arg(q.Offset-1)).Build()
	rows, err := f.pool.Query(ctx, text, planned(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found *spatial.Position
	for rows.Next() {
		found = &spatial.Position{Values: make([]*string, len(o.keys))}
		targets := []any{&found.ID}
		for i := range found.Values {
			targets = append(targets, &found.Values[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
	}
	return found, rows.Err()
}

// collected turns a reader that goes backward into one that hands on in order.
func collected(features []spatial.Feature, emit func(*spatial.Feature) error) error {
	for i := range slices.Backward(features) {
		if err := emit(&features[i]); err != nil {
			return err
		}
	}
	return nil
}
