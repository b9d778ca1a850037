package main

import (
	"context"
	"fmt"

	"gisd/spatial/postgis"
	"gisd/spatial/postgis/changes"
	tilespostgis "gisd/tiles/postgis"
)

// verified is what `gisd tiles build --verify` found of a collection and mended.
type verified struct {
	tilespostgis.VerifyReport
	Triggers *changes.Unwatched `json:"triggers,omitempty"` // that were missing or disabled
}

// mendTriggers has edits in SQL be noticed again where they would not be, and
// says what was wrong; nil is nothing. What was missed meanwhile is not known: a
// server makes all tiles of the collection anew.
func mendTriggers(ctx context.Context, db *postgis.DB, collection string) (*changes.Unwatched, error) {
	list, err := changes.FindUnwatched(ctx, db)
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		if u.Collection == collection {
			return &u, changes.Mend(ctx, db, collection)
		}
	}
	return nil, nil
}

func (a *app) showVerified(r verified, asJSON bool, err error) error {
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.stdout, r)
	}
	if r.Triggers != nil {
		fmt.Fprintf(a.stdout, "%s: mended; edits in SQL are noticed again\n", lacking(*r.Triggers))
	}
	if r.Built {
		fmt.Fprintf(a.stdout, "%s: had no cells; they are built\n", r.Collection)
		return nil
	}
	cells := "cells"
	if r.Sampled {
		cells = "cells of a sample"
	}
	fmt.Fprintf(a.stdout, "%s: %d %s compared with the rows, %d differed and were written anew\n", r.Collection, r.Cells, cells, r.Mended)
	return nil
}
