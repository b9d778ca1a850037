package collections

import (
	"context"
	_ "embed"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

var (
	//go:embed queries/demo.sql
	queryDemo string
	//go:embed queries/code_list_drop.sql
	queryCodeListDrop string
)

// Demo lists the ids of the collections that the demo made.
func (s *Store) Demo(ctx context.Context) ([]string, error) {
	const op = "postgis: list demo collections"
	rows, err := s.pool.Query(ctx, queryDemo)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, postgis.Wrap(ctx, op, err)
}

// Drop removes a list, which need not be there. Admins only, else forbidden.
func (s *CodeLists) Drop(ctx context.Context, a spatial.Access, id string) error {
	const op = "postgis: drop code list"
	if a.ReadOnly || !a.Has(spatial.RoleAdmin) {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "only admins change code lists"}
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryCodeListDrop, id); err != nil {
			return err
		}
		return recordAudit(ctx, tx, a, "code_list.drop", id, map[string]string{})
	})
	return postgis.Wrap(ctx, op, err)
}
