package search

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// Explain is the plan of a search of one collection.
func Explain(ctx context.Context, pool *pgxpool.Pool, c *spatial.Collection, question string) (string, error) {
	field, _ := c.Field(c.SearchField)
	statement := statement(c, field, Terms(question), spatial.Access{}, 10)
	text, args := sql.Concat(sql.Lit("explain (format json) "), statement).Build()
	var plan json.RawMessage
	err := pool.QueryRow(ctx, text, args...).Scan(&plan)
	return string(plan), err
}
