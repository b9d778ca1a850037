package collections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// CodeLists reads and writes code lists. They are open to all readers. Safe for
// use by many goroutines.
type CodeLists struct {
	pool *pgxpool.Pool
}

// NewCodeLists works through the pool.
func NewCodeLists(db *postgis.DB) *CodeLists { return &CodeLists{pool: db.Pool} }

// CodeList returns one list with its values in order; not_found without one.
func (s *CodeLists) CodeList(ctx context.Context, id string) (*spatial.CodeList, error) {
	op := fmt.Sprintf("postgis: read code list %q", id)
	list := spatial.CodeList{ID: id, Values: []spatial.CodeValue{}}
	err := s.pool.QueryRow(ctx, queryCodeList, id).Scan(&list.Title.VI, &list.Title.EN, &list.LegalBasis)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, spatial.NotFound(op, "There is no such code list.")
	}
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	rows, err := s.pool.Query(ctx, queryCodeListValues, id)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list.Values, err = pgx.AppendRows(list.Values, rows, func(row pgx.CollectableRow) (v spatial.CodeValue, err error) {
		var from, to *time.Time
		err = row.Scan(&v.Code, &v.Label.VI, &v.Label.EN, &v.Color, &from, &to)
		if from != nil {
			v.ValidFrom = *from
		}
		if to != nil {
			v.ValidTo = *to
		}
		return v, err
	})
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	return &list, nil
}

// Put writes a list, replacing the one of the same id. Admins only. Errors:
// forbidden, invalid for a bad id or colour, conflict for a code given twice.
func (s *CodeLists) Put(ctx context.Context, a spatial.Access, list spatial.CodeList) error {
	op := fmt.Sprintf("postgis: write code list %q", list.ID)
	if a.ReadOnly || !a.Has(spatial.RoleAdmin) {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "only admins change code lists"}
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryCodeListPut, list.ID, list.Title.VI, list.Title.EN, list.LegalBasis); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, queryCodeListClear, list.ID); err != nil {
			return err
		}
		for i, v := range list.Values {
			if _, err := tx.Exec(ctx, queryCodeListValuePut, list.ID, v.Code, v.Label.VI, v.Label.EN,
				postgis.OrNil(v.Color, v.Color != ""), i, postgis.OrNil(v.ValidFrom, !v.ValidFrom.IsZero()),
				postgis.OrNil(v.ValidTo, !v.ValidTo.IsZero())); err != nil {
				return err
			}
		}
		return recordAudit(ctx, tx, a, "code_list.put", list.ID, map[string]int{"values": len(list.Values)})
	})
	return postgis.Wrap(ctx, op, err)
}
