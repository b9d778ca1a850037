package postgis

import (
	"fmt"
	"math"
	"time"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// outputSRID is the system in which geometries leave the database.
func outputSRID(c *spatial.Collection) spatial.SRID {
	if c.SRID == 0 || crs.Supported(c.SRID) {
		return c.SRID
	}
	return spatial.SRIDWGS84
}

// metresPerDegree along the equator, on the sphere of web Mercator.
const metresPerDegree = 6378137 * math.Pi / 180

// outputGeometry is the geometry as EWKB in outputSRID, as the query wants it.
func outputGeometry(c *spatial.Collection, q spatial.Query) fragment {
	if q.WithoutGeometry {
		return lit("null::bytea")
	}
	geom := lit("t.geom")
	if q.ToleranceMeters > 0 && c.GeometryType != spatial.GeometryNone && c.GeometryType != spatial.GeometryPoint {
		tolerance := q.ToleranceMeters
		if system, ok := crs.Lookup(c.SRID); ok && system.Geographic {
			tolerance /= metresPerDegree
		}
		geom = concat(lit("st_simplifypreservetopology(t.geom, "), arg(tolerance), lit("::double precision)"))
	}
	if outputSRID(c) != c.SRID {
		geom = concat(lit("st_transform("), geom, lit(", 4326)"))
	}
	return concat(lit("st_asewkb("), geom, lit(")"))
}

// selectFeatures is the select list that a scanner reads, from the version's
// table.
func selectFeatures(c *spatial.Collection, s *scanner) fragment {
	return concat(lit("select "), featureColumns(c, s), lit("\nfrom "), ident("data", c.Table), lit(" t"))
}

func featureColumns(c *spatial.Collection, s *scanner) fragment {
	columns := []fragment{lit("t.id"), lit("t.revision"), lit("t.recorded_at"), lit("t.changed_by"), s.geometry}
	columns = append(columns, s.order.columns()...)
	for _, slot := range s.slots {
		columns = append(columns, concat(lit("t."), ident(c.Fields[slot].Column)))
	}
	return list(columns...)
}

// filter is a query's conditions on the alias t.
type filter struct {
	nothing bool     // no feature can match
	share   float64  // of the collection's extent that the box covers, 0 to 1; 0 without a box
	index   fragment // conditions that an index serves; empty where there are none
	exact   fragment // the exact test that goes with the box
	others  []fragment
}

// plain tells that every feature matches.
func (f filter) plain() bool { return !f.nothing && len(f.all()) == 0 }

func (f filter) all() []fragment {
	var all []fragment
	for _, condition := range []fragment{f.index, f.exact} {
		if len(condition.pieces) > 0 {
			all = append(all, condition)
		}
	}
	return append(all, f.others...)
}

// serve adds a condition that an index serves.
func (f *filter) serve(condition fragment) {
	if len(f.index.pieces) > 0 {
		condition = and(f.index, condition)
	}
	f.index = condition
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
		if err := f.addFilter(c, q.Filter); err != nil {
			return f, err
		}
	}
	if q.Names != nil {
		if err := f.addNames(c, q.Names); err != nil {
			return f, err
		}
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

// addFilter compiles a CQL2 condition. What the index on geometry can find stands
// apart from the rest.
func (f *filter) addFilter(c *spatial.Collection, condition spatial.Filter) error {
	parts, err := filterConditions(c, condition)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.indexed {
			f.serve(p.fragment)
		} else {
			f.others = append(f.others, p.fragment)
		}
	}
	return nil
}

// addNames looks for words in the name, as the search does and with its index.
func (f *filter) addNames(c *spatial.Collection, terms []string) error {
	const op = "postgis: search names"
	field, ok := c.Field(c.SearchField)
	if !ok || !searchable(field) {
		return spatial.Invalid(op, "features of this collection have no name to search",
			spatial.FieldError{Name: "q", Reason: "the collection has no property that names its features"})
	}
	var any []fragment
	for _, term := range terms {
		var every []fragment
		for _, word := range searchTerms(term) {
			every = append(every, wordCondition(searchText(field), word))
		}
		if len(every) > 0 {
			any = append(any, concat(lit("("), and(every...), lit(")")))
		}
	}
	if len(any) == 0 {
		return spatial.Invalid(op, "there is no word to look for", spatial.FieldError{Name: "q", Reason: "has no letter and no digit"})
	}
	f.serve(concat(lit("("), join(" or ", any), lit(")")))
	return nil
}
