package postgis

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// readCollections reads the whole catalogue within the transaction.
func readCollections(ctx context.Context, tx pgx.Tx) ([]*spatial.Collection, error) {
	rows, err := tx.Query(ctx, queryCatalogueCollections)
	if err != nil {
		return nil, err
	}
	collections, err := pgx.CollectRows(rows, scanCollection)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*spatial.Collection, len(collections))
	for _, c := range collections {
		byID[c.ID] = c
	}
	rows, err = tx.Query(ctx, queryCatalogueFields)
	if err != nil {
		return nil, err
	}
	var (
		id string
		f  spatial.Field
	)
	_, err = pgx.ForEachRow(rows,
		[]any{&id, &f.Name, &f.Column, &f.Type, &f.Title.VI, &f.Title.EN, &f.Unit, &f.CodeList},
		func() error {
			if c := byID[id]; c != nil {
				c.Fields = append(c.Fields, f)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	return collections, readPyramids(ctx, tx, byID)
}

// readPyramids sets the packed cells that the current versions have.
func readPyramids(ctx context.Context, tx pgx.Tx, byID map[string]*spatial.Collection) error {
	rows, err := tx.Query(ctx, queryCataloguePyramids)
	if err != nil {
		return err
	}
	var (
		id          string
		p           spatial.Pyramid
		first, last *int
		made        *int64
		done        []byte
		numbers     []int
		keys        []string
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &p.ID, &p.Format, &first, &last, &made, &done, &p.Dissolve, &numbers, &keys}, func() error {
		c := byID[id]
		if c == nil {
			return nil
		}
		c.Pyramid.ID, c.Pyramid.Format, c.Pyramid.Dissolve, c.Pyramid.Generalisation = p.ID, p.Format, p.Dissolve, done
		if c.Pyramid.Areas == nil && len(keys) > 0 {
			c.Pyramid.Areas = make(map[string]int, len(keys))
			for i, key := range keys {
				c.Pyramid.Areas[key] = numbers[i]
			}
		}
		if first != nil && last != nil {
			c.Pyramid.Bands = append(c.Pyramid.Bands, spatial.ZoomBand{First: *first, Last: *last, Made: *made})
		}
		return nil
	})
	return err
}

// scanCollection reads a row of queries/catalogue_collections.sql.
func scanCollection(row pgx.CollectableRow) (*spatial.Collection, error) {
	var (
		c                              spatial.Collection
		style                          []byte
		minLon, minLat, maxLon, maxLat *float64
	)
	err := row.Scan(
		&c.ID, &c.Title.VI, &c.Title.EN, &c.Description.VI, &c.Description.EN,
		&c.Group, &c.Ordinal, &c.Keywords, &c.Licence, &c.Attribution,
		&c.Department, &c.Visibility, &c.Roles, &c.Published, &c.MinZoom, &c.MaxZoom,
		&style, &c.SearchField, &c.TimeField, &c.Locking, &c.Required, &c.CreatedAt, &c.UpdatedAt,
		&c.Version, &c.Table,
		&c.GeometryType, &c.Dimensions, &c.SRID,
		&c.IDKind, &c.IDField, &c.FeatureCount, &c.WithoutGeometry,
		&minLon, &minLat, &maxLon, &maxLat,
		&c.VersionAt, &c.IDEpoch,
	)
	if err != nil {
		return nil, err
	}
	c.Style = json.RawMessage(style)
	c.CreatedAt, c.UpdatedAt, c.VersionAt = c.CreatedAt.UTC(), c.UpdatedAt.UTC(), c.VersionAt.UTC()
	c.Extent = spatial.EmptyEnvelope(spatial.SRIDWGS84)
	if minLon != nil && minLat != nil && maxLon != nil && maxLat != nil {
		c.Extent.MinX, c.Extent.MinY = *minLon, *minLat
		c.Extent.MaxX, c.Extent.MaxY = *maxLon, *maxLat
	}
	return &c, nil
}
