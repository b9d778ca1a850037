package features

import (
	"context"
	"fmt"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/orders"
	"gisd/spatial/postgis/sql"
)

// Summarize returns the rows of a summary of what matches, the values of the groups and
// then the statistics in each, as Feature.Properties has them, and whether there are
// more. It reads every match. Errors: not_found when the caller may not read the
// collection, invalid for a property that it does not have or that does not fit.
func (f *Store) Summarize(ctx context.Context, c *spatial.Collection, q spatial.Query, s spatial.Summary) (rows [][]any, more bool, err error) {
	op := fmt.Sprintf("postgis: summarize features of %q", c.ID)
	err = f.withVersion(ctx, op, c, q.Access, func(now *spatial.Collection) error {
		rows = nil
		w, err := filter.New(now, q)
		if err != nil {
			return err
		}
		columns, statement, err := summary(now, s, w, postgis.Readable(now, q.Access))
		if err != nil {
			return err
		}
		if err := f.mustRead(ctx, now, q.Access); err != nil || now.Version == 0 {
			return err
		}
		text, args := statement.Build()
		found, err := f.pool.Query(ctx, text, planned(args)...)
		if err != nil {
			return err
		}
		defer found.Close()
		targets := make([]any, len(columns))
		for i := range columns {
			targets[i] = columns[i].target()
		}
		for found.Next() {
			if err := found.Scan(targets...); err != nil {
				return err
			}
			row := make([]any, len(columns))
			for i := range columns {
				row[i] = columns[i].value()
			}
			rows = append(rows, row)
		}
		return found.Err()
	})
	if len(rows) > s.Limit {
		rows, more = rows[:s.Limit], true
	}
	return rows, more, err
}

// summary is the statement, and the columns that it selects.
func summary(c *spatial.Collection, s spatial.Summary, w filter.Conditions, readable sql.Fragment) ([]column, sql.Fragment, error) {
	var columns []column
	var selected, groups, order []sql.Fragment
	fault := func(name string) error {
		return spatial.Invalid("postgis: summary", "the collection has no such property",
			spatial.FieldError{Name: name, Reason: fmt.Sprintf("%q is not a property of %s", name, c.ID)})
	}
	for _, g := range s.Groups {
		field, ok := c.Field(g.Name)
		if !ok || field.Type == spatial.FieldJSON {
			return nil, sql.Fragment{}, fault(g.Name)
		}
		columns, selected = append(columns, column{typ: field.Type}), append(selected, valueOf(field))
		groups = append(groups, sql.Integer(len(selected)))
	}
	for _, statistic := range s.Statistics {
		field, ok := c.Field(statistic.Field.Name)
		statistic.Field = field
		if !ok || !statistic.Fits() {
			return nil, sql.Fragment{}, fault(field.Name)
		}
		columns, selected = append(columns, column{typ: statistic.Type()}), append(selected, aggregate(statistic))
	}
	for _, o := range s.Order {
		direction := sql.Lit(" asc nulls last")
		if o.Descending {
			direction = sql.Lit(" desc nulls last")
		}
		order = append(order, sql.Concat(sql.Integer(o.Column+1), direction))
	}
	order = append(order, groups...)
	conditions := append(w.All(), readable)
	if w.Nothing {
		conditions = []sql.Fragment{sql.Lit("false")}
	}
	for i := range selected {
		selected[i] = sql.Concat(selected[i], sql.Lit(" as "), sql.Ident(spatial.SummaryColumn(i)))
	}
	statement := sql.Concat(sql.Lit("select "), sql.List(selected...), sql.Lit("\nfrom "), sql.Ident("data", c.Table),
		sql.Lit(" t\nwhere "), sql.And(conditions...))
	if len(groups) > 0 {
		statement = sql.Concat(statement, sql.Lit("\ngroup by "), sql.List(groups...))
	}
	if s.Having != nil {
		rows := &spatial.Collection{ID: c.ID, GeometryType: spatial.GeometryNone, Fields: s.Columns()}
		having, err := filter.New(rows, spatial.Query{Filter: s.Having})
		if err != nil {
			return nil, sql.Fragment{}, err
		}
		statement = sql.Concat(sql.Lit("select * from (\n"), statement, sql.Lit("\n) t\nwhere "), sql.And(having.All()...))
	}
	if len(order) > 0 {
		statement = sql.Concat(statement, sql.Lit("\norder by "), sql.List(order...))
	}
	return columns, sql.Concat(statement, sql.Lit("\nlimit "), sql.Arg(s.Limit+1), sql.Lit(" offset "), sql.Arg(s.Offset)), nil
}

// valueOf is a property as it is sorted and told apart.
func valueOf(f spatial.Field) sql.Fragment { return sql.Concat(sql.Lit("t."), orders.Value(f)) }

func aggregate(s spatial.Statistic) sql.Fragment {
	call := func(begin, end sql.Static) sql.Fragment {
		return sql.Concat(sql.Lit(begin), valueOf(s.Field), sql.Lit(end))
	}
	switch s.Kind {
	case spatial.StatisticSum:
		return call("sum(", ")::double precision")
	case spatial.StatisticMin:
		return call("min(", ")")
	case spatial.StatisticMax:
		return call("max(", ")")
	case spatial.StatisticAverage:
		return call("avg(", ")::double precision")
	case spatial.StatisticStdDev:
		return call("stddev_samp(", ")::double precision")
	case spatial.StatisticVariance:
		return call("var_samp(", ")::double precision")
	case spatial.StatisticCount:
	}
	return call("count(", ")")
}
