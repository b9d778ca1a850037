package postgis

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/overview"
)

// smallFrom is the number of features from which small scales are made: with
// fewer, rows are drawn as quickly, whole.
const smallFrom = 5000

// wantsSmall reports whether a collection has small scales to be made.
func wantsSmall(c *spatial.Collection) bool {
	return c.FeatureCount >= smallFrom && c.MinZoom < overview.BaseZoom
}

// dissolveBy is the property that a collection is drawn by, "" for none.
func dissolveBy(c *spatial.Collection) string {
	var style struct {
		By string `json:"by"`
	}
	if json.Unmarshal(c.Style, &style) != nil {
		return ""
	}
	if _, ok := c.Field(style.By); !ok {
		return ""
	}
	return style.By
}

// small are cells of small scales in the making.
type small struct {
	c       *spatial.Collection
	id      int64
	workers int
	mu      sync.Mutex // one transaction, several who read
	tx      pgx.Tx
}

// smallCell is one of them.
type smallCell struct {
	band     cell.Band
	at       tiles.Coord
	features int
	record   []byte
}

// build makes the cells from those of overview.BaseZoom as tx sees them; none
// where one of these is too large to be packed.
func (s *small) build(ctx context.Context) ([]smallCell, []generalise.Choice, error) {
	rows, err := s.tx.Query(ctx, querySmallCells, s.id, int16(overview.BaseZoom))
	if err != nil {
		return nil, nil, err
	}
	var (
		cells []tiles.Coord
		x, y  int32
		large bool
		skip  bool
	)
	if _, err := pgx.ForEachRow(rows, []any{&x, &y, &large}, func() error {
		skip = skip || large
		cells = append(cells, tiles.Coord{Z: overview.BaseZoom, X: uint32(x), Y: uint32(y)})
		return nil
	}); err != nil || skip {
		return nil, nil, err
	}
	var made []smallCell
	config := overview.Config{Value: dissolveBy(s.c), MinZoom: s.c.MinZoom, Workers: s.workers}
	choices, err := overview.Build(ctx, config, cells, s.load, func(band cell.Band, at tiles.Coord, features int, record []byte) error {
		made = append(made, smallCell{band, at, features, record})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	fit, err := overview.Fit(ctx, config, cells, s.load)
	return made, append(fit, choices...), err
}

func (s *small) load(ctx context.Context, at tiles.Coord) (cell.Record, error) {
	s.mu.Lock()
	var record []byte
	err := s.tx.QueryRow(ctx, queryCellRecord, s.id, int16(at.Z), int32(at.X), int32(at.Y)).Scan(&record)
	s.mu.Unlock()
	if err != nil {
		return cell.Record{}, err
	}
	return cell.Open(record)
}

// store puts the cells in place of those that are there.
func (s *small) store(ctx context.Context, tx pgx.Tx, made []smallCell, choices []generalise.Choice) error {
	if _, err := tx.Exec(ctx, querySmallClear, s.id, int16(blockZoom)); err != nil {
		return err
	}
	if len(choices) == 0 {
		return nil
	}
	for _, band := range cell.Bands() {
		if band.First < blockZoom && int(band.Last) >= s.c.MinZoom {
			if _, err := tx.Exec(ctx, queryPyramidBandInsert, s.id, band.First, band.Last); err != nil {
				return err
			}
		}
	}
	for _, m := range made {
		if _, err := tx.Exec(ctx, queryCellPut, s.id, int16(m.at.Z), int32(m.at.X), int32(m.at.Y), int32(m.features), m.record); err != nil {
			return err
		}
	}
	note, err := json.Marshal(choices)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, querySmallNote, s.id, dissolveBy(s.c), note)
	return err
}

// small makes the small scales of a build from the cells that tx has written.
func (b *build) small(ctx context.Context, tx pgx.Tx, id int64) error {
	if len(b.bands) == 0 || b.bands[len(b.bands)-1].First != overview.BaseZoom || !wantsSmall(b.c) {
		return nil
	}
	s := small{c: b.c, id: id, workers: b.o.Workers, tx: tx}
	made, choices, err := s.build(ctx)
	if err != nil {
		return err
	}
	b.report.Cells += int64(len(made))
	return s.store(ctx, tx, made, choices)
}

// Behind lists the collections whose small scales have not shown an edit for so
// long.
func (p *Pyramids) Behind(ctx context.Context, since time.Duration) ([]string, error) {
	rows, err := p.db.Pool.Query(ctx, querySmallBehind, since.Seconds())
	if err != nil {
		return nil, postgis.Wrap(ctx, "tiles/postgis: small scales", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, postgis.Wrap(ctx, "tiles/postgis: small scales", err)
}

// Small makes the small scales of a version again where edits are not in them,
// from the cells of zoom 12 as they are at one moment, and has readers use them.
// An edit waits for nothing meanwhile. Of several nodes one does it.
func (p *Pyramids) Small(ctx context.Context, c *spatial.Collection, workers int) error {
	err := p.small(ctx, c, workers)
	return postgis.Wrap(ctx, "tiles/postgis: small scales of "+c.ID, err)
}

func (p *Pyramids) small(ctx context.Context, c *spatial.Collection, workers int) error {
	s := small{c: c, workers: workers}
	switch err := p.db.Pool.QueryRow(ctx, querySmallTake, c.ID, c.Version).Scan(&s.id); err {
	case nil:
	case pgx.ErrNoRows: // another node does it
		return nil
	default:
		return err
	}
	var made []smallCell
	var choices []generalise.Choice
	read := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, p.db.Pool, read, func(tx pgx.Tx) (err error) {
		s.tx = tx
		made, choices, err = s.build(ctx)
		return err
	})
	if err == nil {
		err = pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, queryCellHold, s.id, int16(blockZoom))
			if err != nil || tag.RowsAffected() == 0 { // a newer build has taken its place
				return err
			}
			if err := s.store(ctx, tx, made, choices); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, queryPyramidReady, s.id)
			return err
		})
	}
	if err != nil {
		// Whoever comes next tries again.
		_, undone := p.db.Pool.Exec(context.WithoutCancel(ctx), querySmallEdited, s.id, int16(blockZoom))
		if undone != nil {
			p.log.WarnContext(ctx, "small scales are behind and not noted so", "collection", c.ID, "error", undone)
		}
	}
	return err
}
