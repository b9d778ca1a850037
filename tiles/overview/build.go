package overview

import (
	"context"
	"fmt"
	"iter"
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

// Config says what a build makes; only Workers and Memory have no effect on the
// result.
type Config struct {
	Value   string // the property that polygons and lines dissolve by, and that is kept longest; "" is none
	MinZoom int    // zooms below it are left out
	Budget  int    // bytes of a tile before compression; 0 is generalise.DefaultBudget
	Workers int    // 0 is one a processor
	Memory  int    // bytes of a level's parts that stay in memory; 0 is shelfBytes
	// Keep takes the parts of BaseZoom, which Update wants; nil where nobody does. It
	// is called for one at a time; part is nil where the cell's core holds nothing.
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
// largest first. The same records give the same bytes. Levels are on disk: memory
// is that of the cells in the making and Config.Memory, however many features there
// are. Errors are those of load, emit and ctx, and of the disk.
func Build(ctx context.Context, c Config, cells []tiles.Coord, load Load, emit Emit) ([]generalise.Choice, error) {
	if c.MinZoom >= BaseZoom {
		return nil, nil
	}
	b := newBuild(c)
	b.base.cells, b.base.load = slices.SortedFunc(slices.Values(cells), alongCurve), load
	first, err := b.survey(ctx)
	if err != nil {
		return nil, err
	}
	from, err := b.level(ctx, first)
	if err != nil {
		return nil, err
	}
	defer func() { from.close() }()
	var choices []generalise.Choice
	was := effort{step: first}
	for z := BaseZoom - 1; z >= max(c.MinZoom, 0); z-- {
		made, choice, err := b.zoom(ctx, bandOf(z), from, was)
		if err == nil && made == nil {
			// What the survey hoped for was too much: the base merges too.
			from.close()
			if from, err = b.level(ctx, choice.Step); err == nil {
				made, choice, err = b.zoom(ctx, bandOf(z), from, effort{step: generalise.StepDissolve})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("overview: zoom %d: %w", z, err)
		}
		if z == BaseZoom-1 {
			err = b.keep(ctx, from, choice.Step)
		}
		if err == nil {
			err = made.emit(bandOf(z), emit)
		}
		from.close()
		if from = made.level; err != nil {
			return nil, err
		}
		was = effortOf(choice)
		choices = append(choices, choice)
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
	workers chan *worker

	base struct {
		cells []tiles.Coord // along the curve
		load  Load
		step  generalise.Step // of the level that was made of them last
	}

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
	if c.Memory <= 0 {
		c.Memory = shelfBytes
	}
	b := &build{
		Config: c, values: newValues(), groups: map[group]float64{}, workers: make(chan *worker, c.Workers),
		load: generalise.NewLoad(BaseZoom-1, generalise.LoadOptions{Dissolve: true}),
	}
	for range c.Workers {
		b.workers <- newWorker(b)
	}
	return b
}

// keep hands the parts of BaseZoom out, for a zoom of that step.
func (b *build) keep(ctx context.Context, from level, step generalise.Step) error {
	if b.Keep == nil {
		return nil
	}
	var mu sync.Mutex
	return b.each(ctx, len(b.base.cells), func(_ context.Context, w *worker, i int) error {
		record, err := from.shelf.record(i)
		if err == nil && keptStep(b.base.step) != keptStep(step) {
			var p *part
			if p, err = w.kept(record); err == nil {
				record, err = w.keep(b.base.cells[i], p, step)
			}
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		return b.Keep(b.base.cells[i], record)
	})
}

// level is what a zoom left for the one before: the parts of its cells, on a
// lattice of so many bits. Those of a build are on a shelf, the few that an update
// has to do with in memory.
type level struct {
	zoom  uint32
	bits  uint
	shelf *shelf
	parts map[tiles.Coord]*part
	were  map[tiles.Coord]*part // of an update: those of parts that changed, as they were
}

// part is nil where nothing is known of the cell.
func (l level) part(w *worker, at tiles.Coord) (*part, error) {
	if l.shelf != nil {
		return l.shelf.part(w, at)
	}
	return l.parts[at], nil
}

func (l level) close() {
	if l.shelf != nil {
		l.shelf.close()
	}
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

// madeCell is a cell of a zoom.
type madeCell struct {
	features int
	record   []byte
	bytes    int // of the tile
}

// each has workers at n pieces of work, several at a time.
func (b *build) each(ctx context.Context, n int, do func(ctx context.Context, w *worker, i int) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(b.Workers)
	for i := 0; i < n && inner.Err() == nil; i++ {
		group.Go(func() error {
			if err := inner.Err(); err != nil {
				return err
			}
			w := <-b.workers
			defer func() { b.workers <- w }()
			return do(inner, w, i)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// level makes the parts of the cells of BaseZoom for a zoom of that step.
func (b *build) level(ctx context.Context, step generalise.Step) (level, error) {
	l := level{zoom: BaseZoom, bits: baseOut().Bits()}
	b.base.step = step
	var err error
	if l.shelf, err = newShelf(b.base.cells, b.Memory); err != nil {
		return level{}, err
	}
	err = b.each(ctx, len(b.base.cells), func(ctx context.Context, w *worker, i int) error {
		record, err := b.base.load(ctx, b.base.cells[i])
		if err != nil || record.Len() == 0 {
			return err
		}
		p, err := w.base(record, step)
		if err != nil {
			return err
		}
		kept, err := w.keep(b.base.cells[i], p, step)
		if err != nil {
			return err
		}
		return l.shelf.put(i, kept)
	})
	if err != nil {
		l.close()
		return level{}, err
	}
	return l, nil
}

// parents lists the cells of a zoom over others, along the curve.
func parents(cells iter.Seq[tiles.Coord], zoom uint32) []tiles.Coord {
	var list []tiles.Coord
	for at := range cells {
		d := at.Z - zoom
		list = append(list, tiles.Coord{Z: zoom, X: at.X >> d, Y: at.Y >> d})
	}
	slices.SortFunc(list, alongCurve)
	return slices.Compact(list)
}
