package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/overview"
	"gisd/tiles/pyramid"
)

// Behind is a collection whose small scales do not show every edit yet, since
// so long.
type Behind struct {
	Collection string
	Lag        time.Duration
}

// Behind lists such collections, the longest behind first.
func (p *Pyramids) Behind(ctx context.Context) ([]Behind, error) {
	const op = "tiles/postgis: small scales"
	rows, err := p.db.Pool.Query(ctx, querySmallBehind)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Behind, err error) {
		var seconds float64
		err = row.Scan(&b.Collection, &seconds)
		b.Lag = time.Duration(seconds * float64(time.Second))
		return b, err
	})
	return list, postgis.Wrap(ctx, op, err)
}

// SmallReport is what making small scales again came to.
type SmallReport struct {
	Edited int  // cells of zoom 13 that they did not show
	Cells  int  // of small scales that were written or taken away
	Tiles  int  // of these that are not what they were
	Whole  bool // all were made, since the edits did not fit what was chosen for their zooms
}

// Small has the small scales of a version show the edits that they do not show
// yet: of them it makes what depends on the cells of zoom 13 that were packed
// again, as these are at one moment, and tells readers which tiles are different.
// An edit waits for nothing meanwhile and, if it comes to one of those cells,
// counts as not shown. All is written in one transaction with the note that it
// was: whatever ends half-way is done again. Of several nodes one does it.
func (p *Pyramids) Small(ctx context.Context, c *spatial.Collection, workers int) (report SmallReport, err error) {
	err = pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) error {
		report, err = p.follow(ctx, tx, &small{c: c, workers: workers})
		return err
	})
	return report, postgis.Wrap(ctx, "tiles/postgis: small scales of "+c.ID, err)
}

// follow makes and writes; tx holds the lock between both.
func (p *Pyramids) follow(ctx context.Context, tx pgx.Tx, s *small) (SmallReport, error) {
	var f following
	read := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := tx.QueryRow(ctx, querySmallOf, s.c.ID, s.c.Version, pyramid.Format).Scan(&s.id, nil, nil, nil)
	if errors.Is(err, pgx.ErrNoRows) {
		return f.report, nil
	}
	free := false
	if err == nil {
		err = tx.QueryRow(ctx, querySmallLock, s.id).Scan(&free)
	}
	if err != nil || !free {
		return f.report, err
	}
	defer s.close()
	err = pgx.BeginTxFunc(ctx, p.db.Pool, read, func(seen pgx.Tx) error {
		s.tx = seen
		return f.make(ctx, s)
	})
	if err != nil || len(f.edited) == 0 {
		return f.report, err
	}
	tag, err := tx.Exec(ctx, queryCellHold, s.id, int16(blockZoom))
	if err != nil || tag.RowsAffected() == 0 { // a newer build has taken its place
		return f.report, err
	}
	if f.report.Whole {
		if err = s.store(ctx, tx); err == nil {
			_, err = tx.Exec(ctx, queryPyramidReady, s.id)
		}
	} else {
		err = f.store(ctx, tx, s)
	}
	for _, e := range f.edited {
		if err == nil {
			_, err = tx.Exec(ctx, queryPartShown, s.id, int32(e.at.X), int32(e.at.Y), e.edits)
		}
	}
	return f.report, err
}

// following is one making of small scales: of what was edited, or of all.
type following struct {
	report  SmallReport
	edited  []edited
	updated overview.Updated
}

// edited is a cell of zoom 13 that was packed again so often.
type edited struct {
	at    tiles.Coord
	edits int64
}

func (f *following) make(ctx context.Context, s *small) error {
	var (
		dissolve string
		note     []byte
		complete bool
	)
	if err := s.tx.QueryRow(ctx, querySmallOf, s.c.ID, s.c.Version, pyramid.Format).Scan(nil, &dissolve, &note, &complete); err != nil {
		return err
	}
	rows, err := s.tx.Query(ctx, queryPartEdited, s.id)
	if err != nil {
		return err
	}
	f.edited, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e edited, err error) {
		var x, y int32
		err = row.Scan(&x, &y, &e.edits)
		e.at = tiles.Coord{Z: overview.BaseZoom, X: uint32(x), Y: uint32(y)}
		return e, err
	})
	if err != nil || len(f.edited) == 0 {
		return err
	}
	f.report.Edited = len(f.edited)
	changed := make([]tiles.Coord, len(f.edited))
	for i, e := range f.edited {
		changed[i] = e.at
	}
	var choices []generalise.Choice
	if err := json.Unmarshal(note, &choices); err != nil {
		return err
	}
	err = overview.ErrChoices
	if complete && len(choices) > 0 && dissolve == dissolveBy(s.c) {
		f.updated, err = overview.Update(ctx, s.config(), choices, changed, s)
	}
	if errors.Is(err, overview.ErrChoices) || errors.Is(err, cell.ErrRecord) {
		f.report.Whole = true
		err = s.build(ctx)
		f.report.Cells = len(s.made)
	}
	return err
}

// store writes what is different and tells readers of its tiles.
func (f *following) store(ctx context.Context, tx pgx.Tx, s *small) error {
	for at, part := range f.updated.Parts {
		if err := s.keep(ctx, tx, at, part); err != nil {
			return err
		}
	}
	var touched []tiles.Coord
	for _, c := range f.updated.Cells {
		zoom, x, y := int16(c.At.Z), int32(c.At.X), int32(c.At.Y)
		var err error
		if c.Record == nil {
			_, err = tx.Exec(ctx, queryCellRemove, s.id, zoom, x, y)
		} else {
			_, err = tx.Exec(ctx, queryCellPut, s.id, zoom, x, y, int32(c.Features), c.Record)
		}
		if err != nil {
			return err
		}
		touched = append(touched, c.Tiles...)
	}
	f.report.Cells, f.report.Tiles = len(f.updated.Cells), len(touched)
	if len(touched) == 0 {
		return nil
	}
	plan, err := newPlan(s.c, tiles.WebMercatorQuad())
	if err != nil {
		return err
	}
	boxes, all := plan.pointsOn(touched)
	_, err = tx.Exec(ctx, querySmallSoil, s.id, boxes, all)
	return err
}

// mostSoiled is how many tiles readers are told of one by one.
const mostSoiled = 1000

// pointsOn is a place on each tile, as flat boxes in the storage CRS, or all
// where they are too many. One on a tile stands for the tiles above it too; it
// lies at a third of the tile, which is on no edge of any tile.
func (p *plan) pointsOn(list []tiles.Coord) (flat []float64, all bool) {
	above := map[tiles.Coord]bool{}
	for _, c := range list {
		for c.Z > 0 {
			c = tiles.Coord{Z: c.Z - 1, X: c.X / 2, Y: c.Y / 2}
			above[c] = true
		}
	}
	flat = []float64{}
	for _, c := range list {
		if above[c] {
			continue
		}
		e := p.set.Envelope(c, tiles.Extent, 0)
		x, y := e.MinX+(e.MaxX-e.MinX)/3, e.MinY+(e.MaxY-e.MinY)/3
		var err error
		if p.back != nil {
			x, y, err = p.back.Point(x, y)
		}
		if p.server || err != nil || len(flat) >= 4*mostSoiled {
			return []float64{}, true
		}
		flat = append(flat, x, y, x, y)
	}
	return flat, false
}

// Base implements overview.Store.
func (s *small) Base(ctx context.Context, at tiles.Coord) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var record []byte
	err := s.tx.QueryRow(ctx, queryCellRecord, s.id, int16(at.Z), int32(at.X), int32(at.Y)).Scan(&record)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err == nil && record == nil: // too large to be packed: no small scales can be made
		return nil, overview.ErrChoices
	}
	return record, err
}

// Part implements overview.Store.
func (s *small) Part(ctx context.Context, at tiles.Coord) ([]byte, error) {
	part, err := s.record(ctx, queryPartRead, s.id, int32(at.X), int32(at.Y))
	if len(part) == 0 {
		return nil, err
	}
	return part, err
}

// Cell implements overview.Store.
func (s *small) Cell(ctx context.Context, _ cell.Band, at tiles.Coord) ([]byte, error) {
	return s.record(ctx, queryCellRecord, s.id, int16(at.Z), int32(at.X), int32(at.Y))
}
