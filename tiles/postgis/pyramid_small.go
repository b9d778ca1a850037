package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
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
	parts   map[tiles.Coord][]byte // of the cells of overview.BaseZoom
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
	config := s.config()
	config.Keep = func(at tiles.Coord, part []byte) error {
		s.parts[at] = part
		return nil
	}
	s.parts = make(map[tiles.Coord][]byte, len(cells))
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

func (s *small) config() overview.Config {
	return overview.Config{Value: dissolveBy(s.c), MinZoom: s.c.MinZoom, Workers: s.workers}
}

func (s *small) load(ctx context.Context, at tiles.Coord) (cell.Record, error) {
	record, err := s.record(ctx, queryCellRecord, s.id, int16(at.Z), int32(at.X), int32(at.Y))
	if err != nil {
		return cell.Record{}, err
	}
	return cell.Open(record)
}

// record reads one value, nil where there is no row.
func (s *small) record(ctx context.Context, sql string, args ...any) (record []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.tx.QueryRow(ctx, sql, args...).Scan(&record)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return record, err
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
	if _, err := tx.Exec(ctx, querySmallNote, s.id, dissolveBy(s.c), note); err != nil {
		return err
	}
	return s.keep(ctx, tx, s.parts)
}

// keep stores parts; what shows nothing is stored too, so that it is known.
func (s *small) keep(ctx context.Context, tx pgx.Tx, parts map[tiles.Coord][]byte) error {
	for at, part := range parts {
		if part == nil {
			part = []byte{}
		}
		if _, err := tx.Exec(ctx, queryPartPut, s.id, int32(at.X), int32(at.Y), part); err != nil {
			return err
		}
	}
	return nil
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
