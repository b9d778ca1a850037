package overview

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
)

// BaseZoom is the first zoom of the band whose records Build reads.
const BaseZoom = tiles.PlainZoom

// CountProperty says how many points a cluster stands for, as map clients know
// it.
const CountProperty = "point_count"

// Config says what a build makes; only Workers has no effect on the result.
type Config struct {
	Value   string // the property that polygons and lines dissolve by, and that is kept longest; "" is none
	MinZoom int    // zooms below it are left out
	Budget  int    // bytes of a tile before compression; 0 is generalise.DefaultBudget
	Workers int    // 0 is one a processor
	// Keep takes the parts of BaseZoom, which Update wants; nil where nobody does. It
	// is called from one goroutine; part is nil where the cell's core holds nothing.
	Keep func(at tiles.Coord, part []byte) error
}

// Load returns the record of a cell of BaseZoom. It is called from several
// goroutines.
type Load func(ctx context.Context, at tiles.Coord) (cell.Record, error)

// Emit takes a cell of a band. It is called from one goroutine; record may be
// kept.
type Emit func(band cell.Band, at tiles.Coord, features int, record []byte) error

// Build makes the cells of the zooms below BaseZoom from those of BaseZoom that
// have records, each zoom from the one before, and returns what each came to, the
// largest first. The same records give the same bytes. Memory is that of two
// levels and of a few cells in the making. Errors are those of load, emit and ctx.
func Build(ctx context.Context, c Config, cells []tiles.Coord, load Load, emit Emit) ([]generalise.Choice, error) {
	b := newBuild(c)
	var choices []generalise.Choice
	if c.MinZoom >= BaseZoom {
		return nil, nil
	}
	first, err := b.survey(ctx, cells, load)
	if err != nil {
		return nil, err
	}
	from, err := b.base(ctx, cells, load, first)
	if err != nil {
		return nil, err
	}
	was := effort{step: first}
	for z := BaseZoom - 1; z >= max(c.MinZoom, 0); z-- {
		band := bandOf(z)
		made, choice, err := b.zoom(ctx, band, from, was)
		if z == BaseZoom-1 && err == nil && first < generalise.StepDissolve && choice.Step >= generalise.StepDissolve {
			// What the survey hoped for was too much: the base merges too.
			if from, err = b.base(ctx, cells, load, choice.Step); err == nil {
				made, choice, err = b.zoom(ctx, band, from, effort{step: generalise.StepDissolve})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("overview: zoom %d: %w", z, err)
		}
		if z == BaseZoom-1 {
			if err := b.keep(cells, from, choice.Step); err != nil {
				return nil, err
			}
		}
		was = effortOf(choice)
		choices = append(choices, choice)
		for _, m := range made {
			if m.record == nil {
				continue
			}
			if err := emit(band, m.at, m.features, m.record); err != nil {
				return nil, err
			}
		}
		if from, err = b.parts(ctx, made); err != nil {
			return nil, err
		}
	}
	return choices, nil
}

func bandOf(z int) cell.Band {
	band, _ := cell.BandOf(uint32(z))
	return band
}

// build is one build under way.
type build struct {
	Config
	values  *values
	workers sync.Pool

	mu     sync.Mutex
	load   *generalise.Load // of zoom BaseZoom-1, as the rows are
	groups map[group]float64
	order  []generalise.Rank // of the groups, by rank
	ranks  map[group]generalise.Rank
}

// group is what merges into one feature.
type group struct{ owner, value uint32 }

func newBuild(c Config) *build {
	if c.Budget <= 0 {
		c.Budget = generalise.DefaultBudget
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	b := &build{
		Config: c, values: newValues(), groups: map[group]float64{},
		load: generalise.NewLoad(BaseZoom-1, generalise.LoadOptions{Dissolve: true}),
	}
	b.workers.New = func() any { return newWorker(b) }
	return b
}

// keep hands the parts of BaseZoom out, for a zoom of that step.
func (b *build) keep(cells []tiles.Coord, from level, step generalise.Step) error {
	if b.Keep == nil {
		return nil
	}
	w := b.workers.Get().(*worker)
	defer b.workers.Put(w)
	for _, at := range cells {
		record, err := w.keep(at, from.parts[at], step)
		if err != nil {
			return err
		}
		if err := b.Keep(at, record); err != nil {
			return err
		}
	}
	return nil
}

// level is what a zoom left for the one before: the parts of its cells, on a
// lattice of so many bits.
type level struct {
	zoom  uint32
	bits  uint
	parts map[tiles.Coord]*part
	were  map[tiles.Coord]*part // of an update: those of parts that changed, as they were
}

// part is what the core of a cell holds.
type part struct {
	shapes  generalise.Shapes
	keys    []string // of the sources' values
	sources []source
}

// source is a feature that stands for itself. Its values, by key, belong to the
// record they came from; nil is absent.
type source struct {
	id     uint64
	values [][]byte
}

type madeCell struct {
	at       tiles.Coord
	features int
	record   []byte
	bytes    int // of the tile
}

// each has workers at n pieces of work, several at a time.
func (b *build) each(ctx context.Context, n int, do func(ctx context.Context, w *worker, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.Workers)
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			w := b.workers.Get().(*worker)
			defer b.workers.Put(w)
			return do(ctx, w, i)
		})
	}
	return group.Wait()
}

// cells makes the cells of a list with so much effort.
func (b *build) cells(ctx context.Context, band cell.Band, from level, list []tiles.Coord, e effort) ([]madeCell, error) {
	cells := make([]madeCell, len(list))
	return cells, b.each(ctx, len(list), func(_ context.Context, w *worker, i int) (err error) {
		cells[i], err = w.cell(band, list[i], from, e, nil)
		return err
	})
}

// base makes the parts of cells of BaseZoom for a zoom of that step.
func (b *build) base(ctx context.Context, cells []tiles.Coord, load Load, step generalise.Step) (level, error) {
	l := level{zoom: BaseZoom, bits: bandOf(BaseZoom - 1).Bits()}
	parts := make([]*part, len(cells))
	err := b.each(ctx, len(cells), func(ctx context.Context, w *worker, i int) error {
		parts[i] = &part{}
		record, err := load(ctx, cells[i])
		if err == nil && record.Len() > 0 {
			parts[i], err = w.base(record, step)
		}
		return err
	})
	l.parts = collect(cells, parts)
	return l, err
}

// parts makes the parts of cells of a zoom below BaseZoom from their records, as
// an update does.
func (b *build) parts(ctx context.Context, made []madeCell) (level, error) {
	parts, cells := make([]*part, len(made)), make([]tiles.Coord, len(made))
	err := b.each(ctx, len(made), func(_ context.Context, w *worker, i int) (err error) {
		cells[i] = made[i].at
		parts[i], err = w.kept(made[i].record)
		return err
	})
	if err != nil || len(made) == 0 {
		return level{}, err
	}
	z := made[0].at.Z
	return level{zoom: z, bits: bandOf(int(z)).Bits(), parts: collect(cells, parts)}, nil
}

func collect(cells []tiles.Coord, parts []*part) map[tiles.Coord]*part {
	of := make(map[tiles.Coord]*part, len(cells))
	for i, at := range cells {
		of[at] = parts[i]
	}
	return of
}

// parents lists the cells of a zoom over what the level has, by row and column.
func parents(from level, zoom uint32) []tiles.Coord {
	d := from.zoom - zoom
	var list []tiles.Coord
	for at := range from.parts {
		list = append(list, tiles.Coord{Z: zoom, X: at.X >> d, Y: at.Y >> d})
	}
	slices.SortFunc(list, func(a, b tiles.Coord) int {
		if a.Y != b.Y {
			return int(int64(a.Y) - int64(b.Y))
		}
		return int(int64(a.X) - int64(b.X))
	})
	return slices.Compact(list)
}
