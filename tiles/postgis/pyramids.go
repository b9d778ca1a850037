package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles/pyramid"
)

// Pyramids packs versions of collections into cells and keeps the cells as the
// rows are. It is safe for goroutines.
type Pyramids struct {
	db    *postgis.DB
	log   *slog.Logger
	areas *ownership
}

// NewPyramids works on the database; log may be nil.
func NewPyramids(db *postgis.DB, log *slog.Logger) *Pyramids {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Pyramids{db: db, log: log, areas: newOwnership(db.Pool)}
}

// BandStats are the cells of one band of a version.
type BandStats struct {
	Collection string    `json:"collection"`
	Version    int       `json:"version"`
	Current    bool      `json:"current"`
	Ready      bool      `json:"ready"`  // tiles are cut from them, where the version is current
	Format     int       `json:"format"` // of the records
	BuiltAt    time.Time `json:"builtAt"`
	Seconds    float64   `json:"seconds"` // of the whole build
	FirstZoom  int       `json:"firstZoom"`
	LastZoom   int       `json:"lastZoom"` // below FirstZoom where there is no band
	Cells      int64     `json:"cells"`
	Features   int64     `json:"features"` // those at the edge of cells in each
	Bytes      int64     `json:"bytes"`
	TooLarge   int64     `json:"tooLarge"` // cells whose tiles come from rows
}

// Stats lists what is packed, by collection, the newest version first.
func (p *Pyramids) Stats(ctx context.Context) ([]BandStats, error) {
	rows, err := p.db.Pool.Query(ctx, queryPyramidStats)
	if err != nil {
		return nil, postgis.Wrap(ctx, "tiles/postgis: stats", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s BandStats, err error) {
		err = row.Scan(&s.Collection, &s.Version, &s.Current, &s.Ready, &s.Format, &s.BuiltAt, &s.Seconds,
			&s.FirstZoom, &s.LastZoom, &s.Cells, &s.Features, &s.Bytes, &s.TooLarge)
		s.BuiltAt = s.BuiltAt.UTC()
		return s, err
	})
	return out, postgis.Wrap(ctx, "tiles/postgis: stats", err)
}

// Purge drops the cells of the collection's version; its tiles come from rows
// until it is built again. Errors: conflict while a build runs, not_found for a
// version that is gone.
func (p *Pyramids) Purge(ctx context.Context, c *spatial.Collection) error {
	op := "tiles/postgis: purge " + c.ID
	err := pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) error {
		id, err := beginPyramid(ctx, tx, c, "1:1:")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, queryPyramidReady, id)
		return err
	})
	return postgis.Wrap(ctx, op, err)
}

// Discard drops the cells of a version that cannot be brought up to date: its tiles
// come from rows until a Keeper packs it again. A build under way is left to its
// end. Errors: those of the database.
func (p *Pyramids) Discard(ctx context.Context, c *spatial.Collection) error {
	err := pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) error {
		var free bool
		if err := tx.QueryRow(ctx, queryPyramidLock, c.ID).Scan(&free); err != nil || !free {
			return err
		}
		_, err := tx.Exec(ctx, queryPyramidDiscard, c.ID, c.Version)
		return err
	})
	return postgis.Wrap(ctx, "tiles/postgis: discard the cells of "+c.ID, err)
}

// beginPyramid takes the place of the build that is there, with no band yet.
func beginPyramid(ctx context.Context, tx pgx.Tx, c *spatial.Collection, snapshot string) (int64, error) {
	const op = "tiles/postgis: build"
	var free bool
	if err := tx.QueryRow(ctx, queryPyramidLock, c.ID).Scan(&free); err != nil {
		return 0, err
	}
	if !free {
		return 0, &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "the cells of " + c.ID + " are being built by somebody else"}
	}
	if _, err := tx.Exec(ctx, queryPyramidDelete, c.ID, c.Version); err != nil {
		return 0, err
	}
	rows, err := tx.Query(ctx, queryPyramidInsert, c.ID, c.Version, pyramid.Format, snapshot)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, err
	}
	if len(ids) == 0 {
		return 0, spatial.NotFound(op, fmt.Sprintf("Version %d of %s is gone.", c.Version, c.ID))
	}
	return ids[0], nil
}
