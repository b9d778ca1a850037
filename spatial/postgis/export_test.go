package postgis

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
)

// ExplainBox is the plan of the way by box.
func (f *Features) ExplainBox(ctx context.Context, c *spatial.Collection, q spatial.Query) (string, error) {
	w, err := newFilter(c, q)
	if err != nil {
		return "", err
	}
	s, err := newScanner(c, q)
	if err != nil {
		return "", err
	}
	p := &pager{f: f, c: c, q: q, w: w, s: s, order: s.order}
	statement, err := p.byIndex(s.order.parts(q.After, false)[0])
	if err != nil {
		return "", err
	}
	sql, args := concat(lit("explain (format json) "), statement).build()
	var plan json.RawMessage
	err = f.pool.QueryRow(ctx, sql, args...).Scan(&plan)
	return string(plan), err
}

// ExplainSearch is the plan of a search of one collection.
func ExplainSearch(ctx context.Context, pool *pgxpool.Pool, c *spatial.Collection, question string) (string, error) {
	field, _ := c.Field(c.SearchField)
	statement := searchStatement(c, field, searchTerms(question), spatial.Access{}, 10)
	sql, args := concat(lit("explain (format json) "), statement).build()
	var plan json.RawMessage
	err := pool.QueryRow(ctx, sql, args...).Scan(&plan)
	return string(plan), err
}

// AccessArgs are the arguments of gisd.can_read.
func AccessArgs(a spatial.Access) (anonymous bool, roles []string, department string) {
	return accessArgs(a)
}

// Fragment is what fragment_test.go builds.
func Fragment(column string, values ...any) (string, []any) {
	conditions := []fragment{}
	for _, v := range values {
		conditions = append(conditions, concat(ident("t", column), lit(" = "), arg(v)))
	}
	return concat(lit("select "), list(lit("1"), arg("x"), fragment{}), lit(" where "), and(conditions...)).build()
}
