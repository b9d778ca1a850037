package postgis

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/cell"
)

// BuildOptions are how a build goes about; the zero value is the default.
type BuildOptions struct {
	Workers  int                    // sessions that read rows and pack them; 0 is one a processor
	Progress func(done, blocks int) // of equal size on the ground; nil tells nobody
}

// BuildReport is what a build came to.
type BuildReport struct {
	Collection string  `json:"collection"`
	Version    int     `json:"version"`
	Cells      int64   `json:"cells"`
	Bytes      int64   `json:"bytes"`
	TooLarge   int64   `json:"tooLarge,omitempty"` // cells whose tiles come from rows
	Features   int64   `json:"features"`           // rows read, those at the edge of blocks in each
	Skipped    int64   `json:"skipped,omitempty"`  // with curves, or beyond the projection
	Seconds    float64 `json:"seconds"`
	// NotPacked says why all tiles come from rows; "" where they do not.
	NotPacked string `json:"notPacked,omitempty"`
}

// Build packs a version, which may be the current one or one in the making, and
// replaces the cells it has. All rows are read as they are at one moment; what is
// edited meanwhile is packed again before readers are told. One transaction
// holds the result: whoever stops a build leaves what was there before. Memory is
// bounded by the cells in the making, one block for each worker.
//
// Errors: conflict while another build of the collection runs, not_found for a
// version that is gone, those of the database.
func (p *Pyramids) Build(ctx context.Context, c *spatial.Collection, o BuildOptions) (BuildReport, error) {
	op := "tiles/postgis: build the cells of " + c.ID
	b := newBuild(p.db, c, o)
	begin := time.Now()
	var err error
	if b.plan, err = newPlan(c, tiles.WebMercatorQuad()); err == nil {
		b.plan.owners, err = p.areas.take(ctx, c)
	}
	if err != nil {
		return b.report, postgis.Wrap(ctx, op, err)
	}
	conn, err := p.db.Connect(ctx)
	if err != nil {
		return b.report, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var id int64
	if err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		id, err = b.run(ctx, tx, begin)
		return err
	}); err == nil {
		err = p.ready(ctx, conn, c, id)
	}
	b.report.Seconds = time.Since(begin).Seconds()
	return b.report, postgis.Wrap(ctx, op, err)
}

// ready has readers use a build, with what was edited while it ran.
func (p *Pyramids) ready(ctx context.Context, conn *pgx.Conn, c *spatial.Collection, id int64) error {
	if err := p.catchUp(ctx, conn, c, id); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, queryPyramidReady, id)
	return err
}

// build is one build under way.
type build struct {
	db       *postgis.DB
	c        *spatial.Collection
	o        BuildOptions
	plan     *plan
	bands    []cell.Band
	snapshot string // the name other sessions see it by
	report   BuildReport
	read     atomic.Int64
	skipped  atomic.Int64
	done     atomic.Int64
}

func newBuild(db *postgis.DB, c *spatial.Collection, o BuildOptions) *build {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &build{db: db, c: c, o: o, report: BuildReport{Collection: c.ID, Version: c.Version}}
}

// run does everything within the transaction that writes.
func (b *build) run(ctx context.Context, tx pgx.Tx, begin time.Time) (int64, error) {
	reader, err := b.db.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = reader.Close(context.WithoutCancel(ctx)) }()
	var id int64
	err = pgx.BeginTxFunc(ctx, reader, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(seen pgx.Tx) error {
		var sees string
		if err := seen.QueryRow(ctx, queryPyramidSnapshot).Scan(&b.snapshot, &sees); err != nil {
			return err
		}
		if id, err = beginPyramid(ctx, tx, b.c, sees); err != nil {
			return err
		}
		if o := b.plan.owners; o != nil {
			if _, err := tx.Exec(ctx, queryPyramidTell, id, o.numbers); err != nil {
				return err
			}
		}
		blocks, err := b.blocks(ctx, seen)
		if err != nil || len(blocks) == 0 && b.report.NotPacked != "" {
			return err
		}
		for _, band := range b.bands {
			if _, err := tx.Exec(ctx, queryPyramidBandInsert, id, band.First, band.Last); err != nil {
				return err
			}
		}
		if err := b.pack(ctx, tx, id, blocks); err != nil {
			return err
		}
		return b.small(ctx, tx, id)
	})
	if err != nil {
		return 0, err
	}
	b.report.Features, b.report.Skipped = b.read.Load(), b.skipped.Load()
	_, err = tx.Exec(ctx, queryPyramidDone, id, b.report.Features, time.Since(begin).Seconds())
	return id, err
}

// blocks finds what there is to pack.
func (b *build) blocks(ctx context.Context, seen pgx.Tx) ([]tiles.Coord, error) {
	if !packable(b.c, b.plan) {
		b.report.NotPacked = "it has no geometry, too many fields or no zoom that has cells"
		return nil, nil
	}
	b.bands = plainBands(b.c)
	f := finder{tx: seen, plan: b.plan, max: maxBlocks(b.c.FeatureCount), blocks: map[tiles.Coord]struct{}{}}
	if err := f.find(ctx, tiles.Coord{}); err != nil {
		if errors.Is(err, errSpread) {
			b.report.NotPacked = "its features are so large that cells would multiply them"
			return nil, nil
		}
		return nil, err
	}
	blocks := make([]tiles.Coord, 0, len(f.blocks))
	for at := range f.blocks {
		blocks = append(blocks, at)
	}
	slices.SortFunc(blocks, func(a, b tiles.Coord) int {
		if a.Y != b.Y {
			return int(int64(a.Y) - int64(b.Y))
		}
		return int(int64(a.X) - int64(b.X))
	})
	return blocks, nil
}

// pack copies the cells that the workers hand over into the table.
func (b *build) pack(ctx context.Context, tx pgx.Tx, id int64, blocks []tiles.Coord) error {
	group, ctx := errgroup.WithContext(ctx)
	cells := b.start(ctx, group, blocks)
	group.Go(func() error {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"gisd", "cell"}, cellColumns(),
			&cellRows{ctx: ctx, id: id, cells: cells, report: &b.report})
		return err
	})
	return group.Wait()
}

// start has the workers, in the group, read and pack block after block. The
// channel is closed after the last cell, or when one of them fails.
func (b *build) start(ctx context.Context, group *errgroup.Group, blocks []tiles.Coord) <-chan packed {
	next, cells := make(chan tiles.Coord), make(chan packed)
	group.Go(func() error {
		defer close(next)
		for _, at := range blocks {
			select {
			case next <- at:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	group.Go(func() error {
		defer close(cells)
		workers, ctx := errgroup.WithContext(ctx)
		for range min(b.o.Workers, len(blocks)) {
			workers.Go(func() error { return b.work(ctx, next, cells, len(blocks)) })
		}
		return workers.Wait()
	})
	return cells
}

// work packs blocks in a session of its own that sees what the build sees.
func (b *build) work(ctx context.Context, next <-chan tiles.Coord, cells chan<- packed, blocks int) error {
	conn, err := b.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	k := newPacker(b.plan, b.bands)
	emit := func(c packed) error {
		select {
		case cells <- c:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set transaction snapshot "+quoteLiteral(b.snapshot)); err != nil {
			return err
		}
		for at := range next {
			if err := k.pack(ctx, tx, at, emit); err != nil {
				return err
			}
			if done := b.done.Add(1); b.o.Progress != nil {
				b.o.Progress(int(done), blocks)
			}
		}
		return ctx.Err()
	})
	b.read.Add(k.read)
	b.skipped.Add(k.skipped)
	return err
}

// quoteLiteral is for the one statement that takes no parameters.
func quoteLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// cellColumns are those of gisd.cell, in the order in which they are copied.
func cellColumns() []string {
	return []string{"pyramid_id", "first_zoom", "x", "y", "features", "record"}
}

// cellRows are cells as rows of gisd.cell, until the channel ends or ctx does.
type cellRows struct {
	ctx    context.Context //nolint:containedctx // lives as long as one COPY
	id     int64
	cells  <-chan packed
	now    packed
	report *BuildReport
	err    error
}

// Next implements pgx.CopyFromSource.
func (r *cellRows) Next() bool {
	select {
	case c, ok := <-r.cells:
		r.now = c
		if !ok { // the workers are done, or one of them failed
			r.err = r.ctx.Err()
			return false
		}
	case <-r.ctx.Done():
		r.err = r.ctx.Err()
		return false
	}
	r.report.Cells++
	r.report.Bytes += int64(len(r.now.record))
	if r.now.record == nil {
		r.report.TooLarge++
	}
	return true
}

// Values implements pgx.CopyFromSource.
func (r *cellRows) Values() ([]any, error) {
	c := r.now.coord
	return []any{r.id, int16(c.Z), int32(c.X), int32(c.Y), int32(r.now.features), r.now.record}, nil
}

// Err implements pgx.CopyFromSource.
func (r *cellRows) Err() error { return r.err }
