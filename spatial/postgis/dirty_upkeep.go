package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// Soil has the tiles that touch the boxes made anew although no feature changed:
// what was made of the features is different. Boxes are in the storage CRS of
// the version.
func (d *Dirty) Soil(ctx context.Context, collection string, version int, boxes []spatial.Envelope) error {
	flat := make([]float64, 0, 4*len(boxes))
	for _, b := range boxes {
		flat = append(flat, b.MinX, b.MinY, b.MaxX, b.MaxY)
	}
	_, err := d.db.Pool.Exec(ctx, queryDirtySoil, collection, version, flat, "cells")
	return wrap(ctx, fmt.Sprintf("postgis: soil %q", collection), err)
}

// Widen grows the extent of a version, if it is the current one, to hold the
// box, which is in SRID 4326 as lon, lat degrees. Servers hear of it as of any
// change of the catalogue.
func (d *Dirty) Widen(ctx context.Context, collection string, version int, box spatial.Envelope) error {
	_, err := d.db.Pool.Exec(ctx, queryDirtyWiden, collection, version, box.MinX, box.MinY, box.MaxX, box.MaxY)
	return wrap(ctx, fmt.Sprintf("postgis: widen the extent of %q", collection), err)
}

// Unwatched is a collection whose edits in SQL would go unnoticed, at least some.
type Unwatched struct {
	Collection string
	Triggers   []string // of its table, missing or disabled
}

// Unwatched lists the collections whose triggers are not all there and enabled.
func (db *DB) Unwatched(ctx context.Context) ([]Unwatched, error) {
	rows, err := db.Pool.Query(ctx, queryDirtyUnwatched)
	if err != nil {
		return nil, wrap(ctx, "postgis: look at triggers", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unwatched])
	return found, wrap(ctx, "postgis: look at triggers", err)
}

// MendEdits gives the collection's table the triggers it lacks, enables those
// that are disabled, and has all that is made of it made anew, since what was
// missed is not known. not_found without the collection.
func (db *DB) MendEdits(ctx context.Context, collection string) error {
	op := fmt.Sprintf("postgis: mend %q", collection)
	_, err := db.Pool.Exec(ctx, queryDirtyMend, collection)
	if sqlState(err) == codeNoDataFound {
		return spatial.NotFound(op, "There is no such collection.")
	}
	return wrap(ctx, op, err)
}
