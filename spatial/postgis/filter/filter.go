package filter

import (
	"fmt"
	"time"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/search"
	"gisd/spatial/postgis/sql"
)

// Conditions are what a query asks of features, on the alias t of the version's
// table. The zero value lets every feature pass.
type Conditions struct {
	Nothing bool         // no feature can match
	Share   float64      // of the collection's extent that the box covers, 0 to 1; 0 without a box
	Index   sql.Fragment // the conditions that an index serves; empty where there are none
	exact   sql.Fragment // the exact test that goes with the box
	seen    sql.Fragment // the exact test of the areas that the caller sees
	others  []sql.Fragment
}

// Plain tells that every feature matches.
func (f Conditions) Plain() bool { return !f.Nothing && len(f.All()) == 0 }

// All are the conditions, which hold together; none where every feature passes.
func (f Conditions) All() []sql.Fragment {
	var all []sql.Fragment
	for _, condition := range []sql.Fragment{f.Index, f.exact, f.seen} {
		if !condition.Empty() {
			all = append(all, condition)
		}
	}
	return append(all, f.others...)
}

// Estimable are the conditions that the planner knows how often hold: all but whether
// a feature's point lies in an area, which Limits.Share tells of.
func (f Conditions) Estimable() []sql.Fragment {
	f.seen = sql.Fragment{}
	return f.All()
}

// serve adds a condition that an index serves.
func (f *Conditions) serve(condition sql.Fragment) {
	if !f.Index.Empty() {
		condition = sql.And(f.Index, condition)
	}
	f.Index = condition
}

// New compiles the box, the time, the filter, the names and the values that a
// query asks for, and what the collection's limits leave (postgis.Seen). Features
// without geometry pass every box, those without a time every time. Errors: invalid
// for what does not fit the collection.
func New(c *spatial.Collection, q spatial.Query) (Conditions, error) {
	var f Conditions
	if q.BBox != nil {
		var err error
		if f, err = boxFilter(c, *q.BBox); err != nil {
			return f, err
		}
	}
	if index, exact := postgis.Seen(c); !index.Empty() {
		f.serve(index)
		f.seen = exact
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
		column := sql.Concat(sql.Lit("t."), sql.Ident(field.Column))
		if equal.Value == nil {
			f.others = append(f.others, sql.Concat(column, sql.Lit(" is null")))
			continue
		}
		f.others = append(f.others, sql.Concat(column, sql.Lit(" = "), sql.Arg(equal.Value), sql.Lit("::"), sql.Lit(sql.ColumnType(field.Type))))
	}
	return f, nil
}

// Where are the limits of the collection's caller and the time and the filter of a
// query as one condition on the alias t of the collection's table, with its arguments; their placeholders
// count from first on. Without either it is "true". Errors: invalid for a filter
// that does not fit the collection.
func Where(c *spatial.Collection, time *spatial.TimeRange, filter spatial.Filter, first int) (string, []any, error) {
	f, err := New(c, spatial.Query{Time: time, Filter: filter})
	if err != nil {
		return "", nil, err
	}
	text, args := sql.And(f.All()...).BuildFrom(first)
	return text, args, nil
}

// timeFilter keeps what the closed interval touches and what has no time. A date
// lasts all of its UTC day.
func timeFilter(c *spatial.Collection, r spatial.TimeRange) []sql.Fragment {
	field, ok := c.Field(c.TimeField)
	if !ok {
		return nil
	}
	column := sql.Concat(sql.Lit("t."), sql.Ident(field.Column))
	bound := func(t time.Time) sql.Fragment { return sql.Concat(sql.Arg(t.UTC()), sql.Lit("::timestamptz")) }
	if field.Type == spatial.FieldDate {
		bound = func(t time.Time) sql.Fragment {
			y, m, d := t.UTC().Date()
			return sql.Concat(sql.Arg(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)), sql.Lit("::date"))
		}
	}
	var conditions []sql.Fragment
	if !r.Start.IsZero() {
		conditions = append(conditions, sql.Concat(column, sql.Lit(" >= "), bound(r.Start)))
	}
	if !r.End.IsZero() {
		conditions = append(conditions, sql.Concat(column, sql.Lit(" <= "), bound(r.End)))
	}
	if len(conditions) == 0 {
		return nil
	}
	return []sql.Fragment{either(sql.And(conditions...), sql.Concat(column, sql.Lit(" is null")))}
}

// addFilter compiles a CQL2 condition. What the index on geometry can find stands
// apart from the rest.
func (f *Conditions) addFilter(c *spatial.Collection, condition spatial.Filter) error {
	parts, err := conditions(c, condition)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.indexed {
			f.serve(p.Fragment)
		} else {
			f.others = append(f.others, p.Fragment)
		}
	}
	return nil
}

// addNames looks for words in the name, as the search does and with its index.
func (f *Conditions) addNames(c *spatial.Collection, terms []string) error {
	const op = "postgis: search names"
	field, ok := c.Field(c.SearchField)
	if !ok || !search.Searchable(field) {
		return spatial.Invalid(op, "features of this collection have no name to search",
			spatial.FieldError{Name: "q", Reason: "the collection has no property that names its features"})
	}
	var any []sql.Fragment
	for _, term := range terms {
		var every []sql.Fragment
		for _, word := range search.Terms(term) {
			every = append(every, search.Word(search.Text(field), word))
		}
		if len(every) > 0 {
			any = append(any, sql.Concat(sql.Lit("("), sql.And(every...), sql.Lit(")")))
		}
	}
	if len(any) == 0 {
		return spatial.Invalid(op, "there is no word to look for", spatial.FieldError{Name: "q", Reason: "has no letter and no digit"})
	}
	f.serve(sql.Concat(sql.Lit("("), sql.Join(" or ", any), sql.Lit(")")))
	return nil
}
