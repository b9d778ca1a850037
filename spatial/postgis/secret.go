package postgis

import (
	"context"
	"crypto/rand"
	_ "embed"
)

//go:embed queries/secret.sql
var querySecret string

// secretBytes is enough for any key derived from a secret.
const secretBytes = 32

// Secret returns the random value of that name, the same on every node; the
// first that asks makes it.
func (db *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	const op = "postgis: secret"
	fresh := make([]byte, secretBytes)
	if _, err := rand.Read(fresh); err != nil {
		return nil, Wrap(ctx, op, err)
	}
	var value []byte
	if err := db.Pool.QueryRow(ctx, querySecret, name, fresh).Scan(&value); err != nil {
		return nil, Wrap(ctx, op, err)
	}
	return value, nil
}
