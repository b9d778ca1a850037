package postgis

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
	"gisd/tiles"
)

// catchUp packs again what was edited while a build ran: its snapshot does not
// hold it, and whoever was told of it found no cells yet. What is edited from
// here on comes to Rebuild, which finds the new ones.
func (p *Pyramids) catchUp(ctx context.Context, conn *pgx.Conn, c *spatial.Collection, id int64) error {
	rows, err := conn.Query(ctx, queryPyramidMissed, id)
	if err != nil {
		return err
	}
	missed, err := collectBoxes(rows, c)
	if err != nil || len(missed) == 0 {
		return err
	}
	_, err = p.Rebuild(ctx, c, missed)
	return err
}

// CatchUp has the cells of a collection show everything that is committed now,
// whether a server brings them up to date or none runs; a collection without
// cells that should have some gets them. It reports whether anything was to be
// done, after which the catalogue says more than c. Errors as for Build.
func (p *Pyramids) CatchUp(ctx context.Context, c *spatial.Collection, o BuildOptions) (bool, error) {
	op := "tiles/postgis: bring the cells of " + c.ID + " up to date"
	if Wanting(c) {
		_, err := p.Build(ctx, c, o)
		return true, err
	}
	rows, err := p.db.Pool.Query(ctx, queryPyramidPending, c.ID, c.Version)
	if err != nil {
		return false, postgis.Wrap(ctx, op, err)
	}
	pending, err := collectBoxes(rows, c)
	if err != nil {
		return false, postgis.Wrap(ctx, op, err)
	}
	done := len(pending) > 0
	if done {
		if _, err := p.Rebuild(ctx, c, pending); err != nil {
			return true, err
		}
	}
	behind, err := p.Behind(ctx)
	if err != nil || !slices.ContainsFunc(behind, func(b Behind) bool { return b.Collection == c.ID }) {
		return done, err
	}
	_, err = p.Small(ctx, c, max(o.Workers, 1))
	return true, err
}

// collectBoxes reads rows of boxes and whether they are the whole version.
func collectBoxes(rows pgx.Rows, c *spatial.Collection) ([]spatial.Envelope, error) {
	var (
		missed []spatial.Envelope
		boxes  []float64
		whole  bool
	)
	_, err := pgx.ForEachRow(rows, []any{&boxes, &whole}, func() error {
		if whole || !crs.Supported(c.SRID) {
			missed = append(missed, tiles.WebMercatorQuad().Envelope(tiles.Coord{}, tiles.Extent, 0))
		}
		for b := boxes; len(b) >= 4 && crs.Supported(c.SRID); b = b[4:] {
			missed = append(missed, spatial.Envelope{SRID: c.SRID, MinX: b[0], MinY: b[1], MaxX: b[2], MaxY: b[3]})
		}
		return nil
	})
	return missed, err
}
