package postgis

import (
	"bytes"
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/cell"
)

// VerifyReport is what comparing cells with rows came to.
type VerifyReport struct {
	Collection string  `json:"collection"`
	Version    int     `json:"version"`
	Built      bool    `json:"built"`             // there were none; they were built
	Cells      int64   `json:"cells"`             // compared
	Sampled    bool    `json:"sampled,omitempty"` // not all were
	Mended     int64   `json:"mended"`            // cells that differed and were packed again
	Seconds    float64 `json:"seconds"`
}

// Verify packs the rows of a version as Build does, compares the result with the
// cells that are there, and packs again those that differ, each as the rows are
// by then. The same rows give the same bytes, so that a cell which does not match
// is wrong, or was changed by an edit meanwhile. With sample, which is in cells of
// zoom 13, no more of these are looked at, spread evenly, with all in them; 0 is
// all. Errors as for Build.
func (p *Pyramids) Verify(ctx context.Context, c *spatial.Collection, sample int, o BuildOptions) (VerifyReport, error) {
	op := "tiles/postgis: verify the cells of " + c.ID
	begin := time.Now()
	report := VerifyReport{Collection: c.ID, Version: c.Version}
	id, bands, err := pyramidOf(ctx, p.db.Pool, c)
	if err != nil {
		return report, postgis.Wrap(ctx, op, err)
	}
	if len(bands) == 0 {
		report.Built = true
		built, err := p.Build(ctx, c, o)
		report.Cells, report.Seconds = built.Cells, built.Seconds
		return report, err
	}
	v := verification{build: newBuild(p.db, c, o), id: id, sample: sample, wrong: map[tiles.Coord]struct{}{}}
	if v.plan, err = newPlan(c, tiles.WebMercatorQuad()); err == nil {
		v.plan.owners, err = p.areas.build(ctx, id)
	}
	if err == nil {
		err = v.compare(ctx)
	}
	if err != nil {
		return report, postgis.Wrap(ctx, op, err)
	}
	report.Cells, report.Sampled = v.report.Cells, v.sampled
	packers := map[uint32]*packer{}
	for _, b := range bands {
		packers[b.First] = newPacker(v.plan, []cell.Band{b})
	}
	for at := range v.wrong {
		if packers[at.Z] == nil {
			continue
		}
		v.plan.reach(at)
		err := pgx.BeginFunc(ctx, p.db.Pool, func(tx pgx.Tx) error {
			n, err := repack(ctx, tx, packers[at.Z], id, at, nil)
			report.Mended += int64(n)
			return err
		})
		if err != nil {
			return report, postgis.Wrap(ctx, op, err)
		}
	}
	report.Seconds = time.Since(begin).Seconds()
	return report, nil
}

// verification is one comparison under way.
type verification struct {
	*build
	id      int64
	sample  int
	sampled bool
	there   map[tiles.Coord]struct{} // stored and not met yet
	wrong   map[tiles.Coord]struct{}
}

// some leaves so many blocks as the sample has, and the stored cells in them.
func (v *verification) some(blocks []tiles.Coord) []tiles.Coord {
	if v.sample <= 0 || len(blocks) <= v.sample {
		return blocks
	}
	v.sampled = true
	left, chosen := make([]tiles.Coord, v.sample), map[tiles.Coord]bool{}
	for i := range left {
		left[i] = blocks[i*len(blocks)/v.sample]
		chosen[left[i]] = true
	}
	maps.DeleteFunc(v.there, func(at tiles.Coord, _ struct{}) bool {
		d := at.Z - blockZoom
		return !chosen[tiles.Coord{Z: blockZoom, X: at.X >> d, Y: at.Y >> d}]
	})
	return left
}

func (v *verification) compare(ctx context.Context) error {
	reader, err := v.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close(context.WithoutCancel(ctx)) }()
	return pgx.BeginTxFunc(ctx, reader, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(seen pgx.Tx) error {
		var sees string
		if err := seen.QueryRow(ctx, queryPyramidSnapshot).Scan(&v.snapshot, &sees); err != nil {
			return err
		}
		blocks, err := v.blocks(ctx, seen)
		if err != nil {
			return err
		}
		if err := v.list(ctx, seen); err != nil {
			return err
		}
		blocks = v.some(blocks)
		group, groupCtx := errgroup.WithContext(ctx)
		cells := v.start(groupCtx, group, blocks)
		group.Go(func() error {
			for c := range cells {
				if err := v.look(groupCtx, seen, c); err != nil {
					return err
				}
			}
			return groupCtx.Err()
		})
		if err := group.Wait(); err != nil {
			return err
		}
		maps.Copy(v.wrong, v.there)
		return nil
	})
}

// list notes the addresses of the stored cells.
func (v *verification) list(ctx context.Context, seen pgx.Tx) error {
	v.there = map[tiles.Coord]struct{}{}
	rows, err := seen.Query(ctx, queryCellList, v.id, blockZoom)
	if err != nil {
		return err
	}
	var at tiles.Coord
	_, err = pgx.ForEachRow(rows, []any{&at.Z, &at.X, &at.Y}, func() error {
		v.there[at] = struct{}{}
		return nil
	})
	return err
}

// look compares one packed cell with the stored one.
func (v *verification) look(ctx context.Context, seen pgx.Tx, c packed) error {
	v.report.Cells++
	at := c.coord
	if _, ok := v.there[at]; !ok {
		v.wrong[at] = struct{}{}
		return nil
	}
	delete(v.there, at)
	var record []byte
	if err := seen.QueryRow(ctx, queryCellRecord, v.id, int16(at.Z), int32(at.X), int32(at.Y)).Scan(&record); err != nil {
		return err
	}
	if (record == nil) != (c.record == nil) || !bytes.Equal(record, c.record) {
		v.wrong[at] = struct{}{}
	}
	return nil
}
