package postgis

import (
	"context"
	"fmt"
	"time"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// Bounds between the two ways to a page inside a box; see pageOf.
const (
	smallCollection = 50_000 // features: the index on geometry always serves, as it
	// does a box that would hold a hundredth of that, were all evenly spread
	smallAnswer = 20_000  // matches that may be read and sorted for one page
	walkMost    = 200_000 // features that a walk by id may look at
)

// outputSRID is the system in which geometries leave the database.
func outputSRID(c *spatial.Collection) spatial.SRID {
	if c.SRID == 0 || crs.Supported(c.SRID) {
		return c.SRID
	}
	return spatial.SRIDWGS84
}

// outputGeometry is the geometry as EWKB in outputSRID.
func outputGeometry(c *spatial.Collection) fragment {
	if outputSRID(c) == c.SRID {
		return lit("st_asewkb(t.geom)")
	}
	return lit("st_asewkb(st_transform(t.geom, 4326))")
}

// selectFeatures is the select list that a scanner reads, from the version's
// table.
func selectFeatures(c *spatial.Collection, s *scanner) fragment {
	return concat(lit("select "), featureColumns(c, s), lit("\nfrom "), ident("data", c.Table), lit(" t"))
}

func featureColumns(c *spatial.Collection, s *scanner) fragment {
	columns := []fragment{lit("t.id"), lit("t.revision"), lit("t.recorded_at"), lit("t.changed_by"), outputGeometry(c)}
	for _, slot := range s.slots {
		columns = append(columns, concat(lit("t."), ident(c.Fields[slot].Column)))
	}
	return list(columns...)
}

// filter is a query's conditions on the alias t.
type filter struct {
	nothing bool     // no feature can match
	share   float64  // of the collection's extent that the box covers, 0 to 1
	box     fragment // the index condition on geometry, without a box empty
	exact   fragment // the exact test that goes with box
	others  []fragment
}

func (f filter) all() []fragment {
	if len(f.box.pieces) == 0 {
		return f.others
	}
	return append([]fragment{f.box, f.exact}, f.others...)
}

func newFilter(c *spatial.Collection, q spatial.Query) (filter, error) {
	var f filter
	if q.BBox != nil {
		var err error
		if f, err = boxFilter(c, *q.BBox); err != nil {
			return f, err
		}
	}
	if q.Time != nil && c.TimeField != "" {
		f.others = append(f.others, timeFilter(c, *q.Time)...)
	}
	if q.Filter != nil {
		condition, err := filterCondition(c, q.Filter)
		if err != nil {
			return f, err
		}
		f.others = append(f.others, condition)
	}
	for _, equal := range q.Equals {
		field, ok := c.Field(equal.Field.Name)
		if !ok || field.Type != equal.Field.Type {
			return f, spatial.Invalid("postgis: filter", "the collection has no such property",
				spatial.FieldError{Name: equal.Field.Name, Reason: fmt.Sprintf("not a property of %s", c.ID)})
		}
		column := concat(lit("t."), ident(field.Column))
		if equal.Value == nil {
			f.others = append(f.others, concat(column, lit(" is null")))
			continue
		}
		f.others = append(f.others, concat(column, lit(" = "), arg(equal.Value), lit("::"), lit(columnType(field.Type))))
	}
	return f, nil
}

// timeFilter keeps what the closed interval touches and what has no time. A date
// lasts all of its UTC day.
func timeFilter(c *spatial.Collection, r spatial.TimeRange) []fragment {
	field, ok := c.Field(c.TimeField)
	if !ok {
		return nil
	}
	column := concat(lit("t."), ident(field.Column))
	bound := func(t time.Time) fragment { return concat(arg(t.UTC()), lit("::timestamptz")) }
	if field.Type == spatial.FieldDate {
		bound = func(t time.Time) fragment {
			y, m, d := t.UTC().Date()
			return concat(arg(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)), lit("::date"))
		}
	}
	var conditions []fragment
	if !r.Start.IsZero() {
		conditions = append(conditions, concat(column, lit(" >= "), bound(r.Start)))
	}
	if !r.End.IsZero() {
		conditions = append(conditions, concat(column, lit(" <= "), bound(r.End)))
	}
	if len(conditions) == 0 {
		return nil
	}
	return []fragment{either(and(conditions...), concat(column, lit(" is null")))}
}

// pageOf reads a page and one feature more. With a box there are two ways, and
// left alone the planner takes the wrong one for a small box in a large
// collection, walking all ids:
//
//	by box   the index on geometry finds every match, the page is sorted out
//	by walk  features in the order of their ids until the page is full
//
// By box costs as much as there are matches, by walk as much as there are
// features between two matches; the estimate of the planner decides, and a walk
// that has looked at its share without filling the page is given up.
func (f *Features) pageOf(
	ctx context.Context, c *spatial.Collection, q spatial.Query, w filter, s *scanner,
) ([]spatial.Feature, error) {
	if len(w.box.pieces) == 0 {
		statement, err := plainStatement(c, q, w, s)
		if err != nil {
			return nil, err
		}
		return f.collect(ctx, s, statement)
	}
	if float64(c.FeatureCount)*w.share+float64(c.WithoutGeometry) > smallCollection/100 && c.FeatureCount > smallCollection {
		matches, err := f.estimate(ctx, c, w.box)
		if err != nil {
			return nil, err
		}
		if matches > smallAnswer {
			share := min(max(10*int64(q.Limit+1)*c.FeatureCount/matches, 2000), walkMost)
			statement, err := walkStatement(c, q, w, s, share)
			if err != nil {
				return nil, err
			}
			features, err := f.collect(ctx, s, statement)
			if err != nil || len(features) > q.Limit {
				return features, err
			}
			if matches > c.FeatureCount/10 {
				// So many are as quick to walk to the end as to fetch and sort.
				if statement, err = plainStatement(c, q, w, s); err != nil {
					return nil, err
				}
				return f.collect(ctx, s, statement)
			}
		}
	}
	statement, err := boxStatement(c, q, w, s)
	if err != nil {
		return nil, err
	}
	return f.collect(ctx, s, statement)
}

func limitOf(q spatial.Query) fragment { return concat(lit("\nlimit "), arg(q.Limit+1)) }

// afterCondition keeps what follows the cursor, in the order of the id as it is
// spelt.
func afterCondition(c *spatial.Collection, q spatial.Query, id fragment) ([]fragment, error) {
	if q.After == "" {
		return nil, nil
	}
	key, err := idValue(c, q.After)
	return []fragment{concat(id, lit(" > "), key)}, err
}

func plainStatement(c *spatial.Collection, q spatial.Query, w filter, s *scanner) (fragment, error) {
	conditions, err := afterCondition(c, q, lit("t.id"))
	conditions = append(append(conditions, w.all()...), readable(c.ID, q.Access))
	return concat(selectFeatures(c, s), lit("\nwhere "), and(conditions...), lit("\norder by t.id"), limitOf(q)), err
}

func walkStatement(c *spatial.Collection, q spatial.Query, w filter, s *scanner, share int64) (fragment, error) {
	after, err := afterCondition(c, q, lit("t.id"))
	return concat(lit("select "), featureColumns(c, s),
		lit("\nfrom (\n  select * from "), ident("data", c.Table), lit(" t where "), and(after...),
		lit(" order by t.id limit "), arg(share), lit("\n) t\nwhere "),
		and(append(w.all(), readable(c.ID, q.Access))...), lit("\norder by t.id"), limitOf(q)), err
}

// boxStatement spells the id as an expression, which keeps the planner off its
// index.
func boxStatement(c *spatial.Collection, q spatial.Query, w filter, s *scanner) (fragment, error) {
	id := lit("(t.id + 0)")
	if c.IDKind == spatial.IDText {
		id = lit("(t.id || '')")
	}
	after, err := afterCondition(c, q, id)
	conditions := append(append(w.all(), readable(c.ID, q.Access)), after...)
	return concat(selectFeatures(c, s), lit("\nwhere "), and(conditions...), lit("\norder by "), id, limitOf(q)), err
}
