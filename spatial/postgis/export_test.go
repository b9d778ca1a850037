package postgis

import (
	"context"
	"encoding/json"

	"gisd/spatial"
)

// ExplainBox is the plan of the way by box.
func (f *Features) ExplainBox(ctx context.Context, c *spatial.Collection, q spatial.Query) (string, error) {
	w, err := newFilter(c, q)
	if err != nil {
		return "", err
	}
	s, err := newScanner(c, q.Fields)
	if err != nil {
		return "", err
	}
	statement, err := boxStatement(c, q, w, s)
	if err != nil {
		return "", err
	}
	sql, args := concat(lit("explain (format json) "), statement).build()
	var plan json.RawMessage
	err = f.pool.QueryRow(ctx, sql, args...).Scan(&plan)
	return string(plan), err
}
