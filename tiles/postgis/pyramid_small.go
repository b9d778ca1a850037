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

// small are cells of small scales in the making. It is closed when they are
// stored, or not wanted.
type small struct {
	c       *spatial.Collection
	id      int64
	workers int
	mu      sync.Mutex // one transaction, several who read
	tx      pgx.Tx
	spill   *overview.Spill // of the following; nil before build
	made    []smallCell
	parts   []smallPart // of the cells of overview.BaseZoom
	choices []generalise.Choice
}

// smallCell is one of them.
type smallCell struct {
	at       tiles.Coord
	features int
	record   overview.Place
}

// smallPart is what a cell comes to at small scales.
type smallPart struct {
	at   tiles.Coord
	part overview.Place
}

func (s *small) close() {
	if s.spill != nil {
		_ = s.spill.Close()
	}
}

// build makes the cells from those of overview.BaseZoom as tx sees them; none
// where one of these is too large to be packed. They wait on disk for store, so that
// nobody waits for rows meanwhile.
func (s *small) build(ctx context.Context) error {
	rows, err := s.tx.Query(ctx, querySmallCells, s.id, int16(overview.BaseZoom))
	if err != nil {
		return err
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
		return err
	}
	if s.spill, err = overview.NewSpill(); err != nil {
		return err
	}
	config := s.config()
	config.Keep = func(at tiles.Coord, part []byte) error {
		place, err := s.spill.Put(part)
		s.parts = append(s.parts, smallPart{at, place})
		return err
	}
	choices, err := overview.Build(ctx, config, cells, s.load, func(_ cell.Band, at tiles.Coord, features int, record []byte) error {
		place, err := s.spill.Put(record)
		s.made = append(s.made, smallCell{at, features, place})
		return err
	})
	if err != nil {
		return err
	}
	fit, err := overview.Fit(ctx, config, cells, s.load)
	s.choices = append(fit, choices...)
	return err
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

// store puts the cells that were built in place of those that are there.
func (s *small) store(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, querySmallClear, s.id, int16(blockZoom)); err != nil {
		return err
	}
	if len(s.choices) == 0 {
		return nil
	}
	for _, band := range cell.Bands() {
		if band.First < blockZoom && int(band.Last) >= s.c.MinZoom {
			if _, err := tx.Exec(ctx, queryPyramidBandInsert, s.id, band.First, band.Last); err != nil {
				return err
			}
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"gisd", "cell"}, cellColumns(), pgx.CopyFromSlice(len(s.made), func(i int) ([]any, error) {
		m := s.made[i]
		record, err := s.spill.Get(m.record)
		return []any{s.id, int16(m.at.Z), int32(m.at.X), int32(m.at.Y), int32(m.features), record}, err
	}))
	if err != nil {
		return err
	}
	note, err := json.Marshal(s.choices)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, querySmallNote, s.id, dissolveBy(s.c), note); err != nil {
		return err
	}
	for _, p := range s.parts {
		part, err := s.spill.Get(p.part)
		if err == nil {
			err = s.keep(ctx, tx, p.at, part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep stores a part; that it shows nothing is stored too, so that it is known.
func (s *small) keep(ctx context.Context, tx pgx.Tx, at tiles.Coord, part []byte) error {
	if part == nil {
		part = []byte{}
	}
	_, err := tx.Exec(ctx, queryPartPut, s.id, int32(at.X), int32(at.Y), part)
	return err
}

// small makes the small scales of a build from the cells that tx has written.
func (b *build) small(ctx context.Context, tx pgx.Tx, id int64) error {
	if len(b.bands) == 0 || b.bands[len(b.bands)-1].First != overview.BaseZoom || !wantsSmall(b.c) {
		return nil
	}
	s := small{c: b.c, id: id, workers: b.o.Workers, tx: tx}
	defer s.close()
	if err := s.build(ctx); err != nil {
		return err
	}
	b.report.Cells += int64(len(s.made))
	return s.store(ctx, tx)
}
