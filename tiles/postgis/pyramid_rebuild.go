package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/overview"
	"gisd/tiles/pyramid"
)

// maxRepacked is how many cells are packed one by one; beyond it the whole
// version is built.
const maxRepacked = 2048

// Rebuild brings the cells of the version that the boxes touch up to date, in the
// bands that are packed as the rows are, the finest first, and returns how many
// it wrote or took away. Each cell is a transaction of its own, which reads the
// rows once it has the cell to itself: whatever was committed before the call is
// in it. A few boxes are patched into the record that is there, see
// packer.patch; many are packed from all rows of the cell. Boxes are in any
// system that spatial/crs knows, before and after the edit alike. Without cells
// there is nothing to do.
//
// Small scales are not made here: that they do not show a cell is noted with it,
// for Small.
//
// Errors: those of the database.
func (p *Pyramids) Rebuild(ctx context.Context, c *spatial.Collection, boxes []spatial.Envelope) (int, error) {
	op := "tiles/postgis: rebuild cells of " + c.ID
	boxes, err := toMercator(boxes)
	if err != nil {
		return 0, err
	}
	id, bands, err := pyramidOf(ctx, p.db.Pool, c)
	if err != nil || len(bands) == 0 {
		return 0, postgis.Wrap(ctx, op, err)
	}
	if touchedCells(boxes, bands[0]) > maxRepacked {
		report, err := p.Build(ctx, c, BuildOptions{})
		return int(report.Cells), err
	}
	plan, err := newPlan(c, tiles.WebMercatorQuad())
	if err == nil {
		plan.owners, err = p.areas.build(ctx, id)
	}
	if err != nil {
		return 0, postgis.Wrap(ctx, op, err)
	}
	written := 0
	for _, band := range bands {
		k := newPacker(plan, []cell.Band{band})
		for _, at := range distinctCells(boxes, band) {
			n := 0
			plan.reach(at)
			err := pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) (err error) {
				n, err = repack(ctx, tx, k, id, at, boxes)
				return err
			})
			if err != nil {
				return written, postgis.Wrap(ctx, op, err)
			}
			written += n
		}
	}
	return written, nil
}

// pyramidOf returns the build of a version that this program reads with those
// bands that are packed as the rows are, the finest first; none without a build.
func pyramidOf(ctx context.Context, db querier, c *spatial.Collection) (id int64, bands []cell.Band, err error) {
	rows, err := db.Query(ctx, queryPyramidOf, c.ID, c.Version, pyramid.Format)
	if err != nil {
		return 0, nil, err
	}
	var b cell.Band
	_, err = pgx.ForEachRow(rows, []any{&id, &b.First, &b.Last}, func() error {
		if b.First >= blockZoom {
			bands = append(bands, b)
		}
		return nil
	})
	return id, bands, err
}

// repack writes one cell as the rows are now. Where boxes say all that may have
// changed they are patched into its record; nil is anything.
func repack(ctx context.Context, tx pgx.Tx, k *packer, id int64, at tiles.Coord, boxes []spatial.Envelope) (int, error) {
	if _, err := tx.Exec(ctx, queryCellLock, fmt.Sprintf("%d/%v", id, at)); err != nil {
		return 0, err
	}
	zoom, x, y := int16(at.Z), int32(at.X), int32(at.Y)
	tag, err := tx.Exec(ctx, queryCellHold, id, zoom)
	if err != nil || tag.RowsAffected() == 0 { // a newer build has taken its place
		return 0, err
	}
	now, before, err := k.renew(ctx, tx, id, at, boxes)
	if err != nil {
		return 0, err
	}
	if now == nil {
		tag, err = tx.Exec(ctx, queryCellRemove, id, zoom, x, y)
	} else {
		tag, err = tx.Exec(ctx, queryCellPut, id, zoom, x, y, int32(now.features), now.record)
	}
	if err != nil || tag.RowsAffected() == 0 || at.Z != overview.BaseZoom {
		return int(tag.RowsAffected()), err
	}
	if alike, err := smallAlike(ctx, tx, id, before, now); err != nil || alike {
		return int(tag.RowsAffected()), err
	}
	_, err = tx.Exec(ctx, querySmallEdited, id, x, y, zoom)
	return int(tag.RowsAffected()), err
}

// smallAlike reports whether small scales show a cell as they did before it was
// patched, because only properties changed that they have not.
func smallAlike(ctx context.Context, tx pgx.Tx, id int64, before []byte, now *packed) (bool, error) {
	if before == nil || now == nil || now.record == nil {
		return false, nil
	}
	var (
		dissolve string
		note     []byte
		choices  []generalise.Choice
	)
	if err := tx.QueryRow(ctx, querySmallChoices, id).Scan(&dissolve, &note); err != nil || note == nil {
		return false, err
	}
	if err := json.Unmarshal(note, &choices); err != nil {
		return false, err
	}
	for _, c := range choices {
		if c.Zoom == overview.BaseZoom-1 && c.Step >= generalise.StepAttributes {
			return overview.Alike(before, now.record, dissolve)
		}
	}
	return false, nil
}

// renew packs a cell, nil where nothing lies in it: from its record, which it
// returns too, and the rows at the boxes where that will do, else from all rows.
func (k *packer) renew(ctx context.Context, tx pgx.Tx, id int64, at tiles.Coord, boxes []spatial.Envelope) (now *packed, record []byte, err error) {
	if near, ok := k.plan.patchable(at, boxes); ok {
		switch err := tx.QueryRow(ctx, queryCellRecord, id, int16(at.Z), int32(at.X), int32(at.Y)).Scan(&record); {
		case err == nil && record != nil:
			now, ok, err := k.patch(ctx, tx, at, record, near)
			if err != nil || ok {
				return now, record, err
			}
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return nil, nil, err
		}
	}
	err = k.pack(ctx, tx, at, func(c packed) error {
		if now != nil {
			return fmt.Errorf("tiles/postgis: repack %v: also got %v", at, c.coord)
		}
		now = &c
		return nil
	})
	return now, nil, err
}

// reach has the plan look at all of a cell, where an edit may have brought what
// the extent of the import does not hold.
func (p *plan) reach(at tiles.Coord) {
	if box := tiles.WebMercatorQuad().Envelope(at, tiles.Extent, tiles.TileBuffer); !p.extent.Empty() {
		p.extent = p.extent.Extend(box.MinX, box.MinY).Extend(box.MaxX, box.MaxY)
	}
}

// touchedCells is how many cells of the band boxes in SRID 3857 touch, those of
// several boxes counted for each.
func touchedCells(boxes []spatial.Envelope, band cell.Band) int64 {
	n := int64(0)
	for _, box := range boxes {
		if from, to, ok := pyramid.Touched(box, band.First); ok {
			n += int64(to.X-from.X+1) * int64(to.Y-from.Y+1)
		}
	}
	return n
}

// distinctCells lists the cells of the band that boxes in SRID 3857 touch.
func distinctCells(boxes []spatial.Envelope, band cell.Band) []tiles.Coord {
	var out []tiles.Coord
	for _, box := range boxes {
		from, to, ok := pyramid.Touched(box, band.First)
		for y := from.Y; ok && y <= to.Y; y++ {
			for x := from.X; x <= to.X; x++ {
				out = append(out, tiles.Coord{Z: band.First, X: x, Y: y})
			}
		}
	}
	slices.SortFunc(out, func(a, b tiles.Coord) int {
		if a.Y != b.Y {
			return int(int64(a.Y) - int64(b.Y))
		}
		return int(int64(a.X) - int64(b.X))
	})
	return slices.Compact(out)
}
