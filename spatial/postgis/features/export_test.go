package features

import (
	"context"
	"encoding/json"

	"gisd/spatial"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// ExplainBox is the plan of the way by box.
func (f *Store) ExplainBox(ctx context.Context, c *spatial.Collection, q spatial.Query) (string, error) {
	w, err := filter.New(c, q)
	if err != nil {
		return "", err
	}
	s, err := newScanner(c, q)
	if err != nil {
		return "", err
	}
	p := &pager{f: f, c: c, q: q, w: w, s: s, order: s.order}
	statement, err := p.fenced()
	if err != nil {
		return "", err
	}
	text, args := sql.Concat(sql.Lit("explain (format json) "), statement).Build()
	var plan json.RawMessage
	err = f.pool.QueryRow(ctx, text, args...).Scan(&plan)
	return string(plan), err
}
