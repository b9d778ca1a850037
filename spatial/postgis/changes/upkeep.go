package changes

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Soil has the tiles that touch the boxes made anew although no feature changed:
// what was made of the features is different. Boxes are in the storage CRS of
// the version.
func (d *Queue) Soil(ctx context.Context, collection string, version int, boxes []spatial.Envelope) error {
	flat := make([]float64, 0, 4*len(boxes))
	for _, b := range boxes {
		flat = append(flat, b.MinX, b.MinY, b.MaxX, b.MaxY)
	}
	_, err := d.db.Pool.Exec(ctx, querySoil, collection, version, flat, "cells")
	return postgis.Wrap(ctx, fmt.Sprintf("postgis: soil %q", collection), err)
}

// Widen grows the extent of a version, if it is the current one, to hold the
// box, which is in SRID 4326 as lon, lat degrees. Servers hear of it as of any
// change of the catalogue.
func (d *Queue) Widen(ctx context.Context, collection string, version int, box spatial.Envelope) error {
	_, err := d.db.Pool.Exec(ctx, queryWiden, collection, version, box.MinX, box.MinY, box.MaxX, box.MaxY)
	return postgis.Wrap(ctx, fmt.Sprintf("postgis: widen the extent of %q", collection), err)
}

// Unwatched is a collection whose edits in SQL would go unnoticed, at least some.
type Unwatched struct {
	Collection string   `json:"collection"`
	Triggers   []string `json:"triggers"` // of its table, missing or disabled
}

// FindUnwatched lists the collections whose triggers are not all there and
// enabled.
func FindUnwatched(ctx context.Context, db *postgis.DB) ([]Unwatched, error) {
	rows, err := db.Pool.Query(ctx, queryUnwatched)
	if err != nil {
		return nil, postgis.Wrap(ctx, "postgis: look at triggers", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unwatched])
	return found, postgis.Wrap(ctx, "postgis: look at triggers", err)
}

// Mend gives the collection's table the triggers it lacks, enables those
// that are disabled, and has all that is made of it made anew, since what was
// missed is not known. not_found without the collection.
func Mend(ctx context.Context, db *postgis.DB, collection string) error {
	op := fmt.Sprintf("postgis: mend %q", collection)
	_, err := db.Pool.Exec(ctx, queryMend, collection)
	if postgis.SQLState(err) == postgis.StateNoDataFound {
		return spatial.NotFound(op, "There is no such collection.")
	}
	return postgis.Wrap(ctx, op, err)
}
