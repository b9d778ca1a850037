package postgis

import (
	"context"
	_ "embed"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

//go:embed queries/catalogue_tilesets.sql
var queryCatalogueTilesets string

// Tilesets returns the ones not drawn here that the caller may read, by group,
// ordinal and id. The slice is the caller's own, the tilesets are shared and not
// to be changed.
func (c *Catalogue) Tilesets(a spatial.Access) []*spatial.Tileset {
	var out []*spatial.Tileset
	for _, t := range c.current.Load().tilesets {
		if a.CanReadTileset(t) {
			out = append(out, t)
		}
	}
	return out
}

// Tileset returns one; not_found when it is absent or hidden from the caller.
func (c *Catalogue) Tileset(id string, a spatial.Access) (*spatial.Tileset, error) {
	for _, t := range c.current.Load().tilesets {
		if t.ID == id && a.CanReadTileset(t) {
			return t, nil
		}
	}
	return nil, spatial.NotFound("postgis: catalogue", "There is no such tileset.")
}

func readTilesets(ctx context.Context, tx pgx.Tx) ([]*spatial.Tileset, error) {
	rows, err := tx.Query(ctx, queryCatalogueTilesets)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*spatial.Tileset, error) {
		t := &spatial.Tileset{Extent: spatial.Envelope{SRID: spatial.SRIDWGS84}}
		var layers []byte
		err := row.Scan(&t.ID, &t.Title.VI, &t.Title.EN, &t.Description.VI, &t.Description.EN, &t.Group, &t.Ordinal,
			&t.Attribution, &t.Department, &t.Visibility, &t.Roles, &t.Published, &t.Hidden, &t.Kind, &t.Source, &t.Proxied,
			&t.Format, &t.TileSize, &t.MinZoom, &t.MaxZoom, &t.Extent.MinX, &t.Extent.MinY, &t.Extent.MaxX, &t.Extent.MaxY,
			&layers, &t.UpdatedAt)
		t.VectorLayers, t.UpdatedAt = layers, t.UpdatedAt.UTC()
		return t, err
	})
}
