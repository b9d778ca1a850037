package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial/postgis"
	"gisd/tiles/pyramid"
)

// Cells reads packed cells. It is safe for goroutines.
type Cells struct{ pool *pgxpool.Pool }

var _ pyramid.Store = (*Cells)(nil)

// NewCells reads through the pool of spatial/postgis.
func NewCells(pool *pgxpool.Pool) *Cells { return &Cells{pool} }

// Record implements pyramid.Store.
func (s *Cells) Record(ctx context.Context, k pyramid.Key) ([]byte, error) {
	op := fmt.Sprintf("tiles/postgis: cell %v of pyramid %d", k.Coord, k.Pyramid)
	zoom := int16(k.Coord.Z)
	var record []byte
	err := s.pool.QueryRow(ctx, queryCellRecord, k.Pyramid, zoom, int32(k.Coord.X), int32(k.Coord.Y)).Scan(&record)
	switch {
	case err == nil && record == nil:
		return nil, pyramid.ErrFromRows
	case err == nil:
		return record, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, postgis.Wrap(ctx, op, err)
	}
	// Nothing is there to draw, or nothing is there any more to tell.
	var there bool
	if err := s.pool.QueryRow(ctx, queryPyramidHasBand, k.Pyramid, zoom).Scan(&there); err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	if !there {
		return nil, pyramid.ErrFromRows
	}
	return nil, nil
}

// Owners implements pyramid.Store.
func (s *Cells) Owners(ctx context.Context) (map[uint32][]int, error) {
	const op = "tiles/postgis: owners of features in cells"
	rows, err := s.pool.Query(ctx, queryOwnerSets)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	var (
		number uint32
		areas  []int
		sets   = map[uint32][]int{}
	)
	_, err = pgx.ForEachRow(rows, []any{&number, &areas}, func() error {
		sets[number] = slices.Clone(areas)
		return nil
	})
	return sets, postgis.Wrap(ctx, op, err)
}
