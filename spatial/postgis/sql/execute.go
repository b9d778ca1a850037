package sql

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
)

// executor is a pool, a connection or a transaction.
type executor interface {
	Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
}

// Exec runs a statement of which nothing is to be read.
func Exec(ctx context.Context, db executor, statement Fragment) error {
	text, args := statement.Build()
	_, err := db.Exec(ctx, text, args...)
	return err
}
