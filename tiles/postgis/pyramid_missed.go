package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/crs"
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
	var (
		missed []spatial.Envelope
		boxes  []float64
		whole  bool
	)
	_, err = pgx.ForEachRow(rows, []any{&boxes, &whole}, func() error {
		if whole || !crs.Supported(c.SRID) {
			missed = append(missed, tiles.WebMercatorQuad().Envelope(tiles.Coord{}, tiles.Extent, 0))
		}
		for b := boxes; len(b) >= 4 && crs.Supported(c.SRID); b = b[4:] {
			missed = append(missed, spatial.Envelope{SRID: c.SRID, MinX: b[0], MinY: b[1], MaxX: b[2], MaxY: b[3]})
		}
		return nil
	})
	if err != nil || len(missed) == 0 {
		return err
	}
	_, err = p.Rebuild(ctx, c, missed)
	return err
}
