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
const BaseZoom = 12

// CountProperty says how many points a cluster stands for, as map clients know
// it.
const CountProperty = "point_count"

// Config says what a build makes; only Workers has no effect on the result.
type Config struct {
	Value   string // the property that polygons and lines dissolve by, which is the only one kept; "" is none
	MinZoom int    // bands that end before it are left out
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

// Build makes the cells of the bands below BaseZoom from those of BaseZoom that
// have records, and returns what each zoom came to. The same records give the
// same bytes. Memory is that of the parts between two levels, and of a few cells
// in the making. Errors are those of load, emit and ctx.
func Build(ctx context.Context, c Config, cells []tiles.Coord, load Load, emit Emit) ([]generalise.Choice, error) {
	b := newBuild(c)
	from := level{zoom: BaseZoom}
	var err error
	if from.parts, err = b.base(ctx, cells, load); err != nil {
		return nil, err
	}
	if err := b.keep(cells, from.parts); err != nil {
		return nil, err
	}
	bands := cell.Bands()
	from.bits = baseOut().Bits()
	var choices []generalise.Choice
	for _, band := range slices.Backward(bands) {
		if band.First >= BaseZoom {
			continue
		}
		if int(band.Last) < c.MinZoom {
			break
		}
		made, err := b.band(ctx, band, from)
		if err != nil {
			return nil, fmt.Errorf("overview: zooms %d to %d: %w", band.First, band.Last, err)
		}
		for _, m := range made.cells {
			if err := emit(band, m.at, m.features, m.record); err != nil {
				return nil, err
			}
		}
		choices = append(choices, made.choices...)
		from = level{zoom: band.First, bits: band.Bits(), parts: made.parts}
	}
	return choices, nil
}

// build is one build under way.
type build struct {
	Config
	values  *values
	workers sync.Pool
}

func newBuild(c Config) *build {
	if c.Budget <= 0 {
		c.Budget = generalise.DefaultBudget
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	b := &build{Config: c, values: newValues()}
	b.workers.New = func() any { return newWorker(b) }
	return b
}

// keep hands the parts of BaseZoom out.
func (b *build) keep(cells []tiles.Coord, parts map[tiles.Coord]*part) error {
	if b.Keep == nil {
		return nil
	}
	w := b.workers.Get().(*worker)
	defer b.workers.Put(w)
	for _, at := range cells {
		record, err := w.keep(at, parts[at])
		if err != nil {
			return err
		}
		if err := b.Keep(at, record); err != nil {
			return err
		}
	}
	return nil
}

// level is what one band left for the next: parts of the cells of zoom, on a
// lattice of so many bits.
type level struct {
	zoom  uint32
	bits  uint
	parts map[tiles.Coord]*part
}

// part is what the core of a cell holds; features with a Source have the id
// ids[Source].
type part struct {
	shapes generalise.Shapes
	ids    []uint64
}

// made is a band: its cells by row and column, and their parts.
type made struct {
	cells   []madeCell
	parts   map[tiles.Coord]*part
	choices []generalise.Choice
}

type madeCell struct {
	at       tiles.Coord
	features int
	record   []byte
	part     *part
	largest  []int // bytes of the largest tile, by zoom of the band
}

// coarsest is how often a band is tried again with everything twice as coarse.
const coarsest = 4

// band makes the cells of a band, as fine as the budget allows.
func (b *build) band(ctx context.Context, band cell.Band, from level) (made, error) {
	list := parents(from, band.First)
	for coarse := uint(0); ; coarse++ {
		cells, err := b.cells(ctx, band, from, list, coarse)
		if err != nil {
			return made{}, err
		}
		m := made{parts: map[tiles.Coord]*part{}}
		over := false
		for z := band.First; z <= band.Last; z++ {
			c := generalise.Choice{Zoom: int(z), Step: generalise.StepDissolve, Tolerance: tolerance / 2 * float64(int(1)<<coarse)}
			for _, made := range cells {
				c.LargestBytes = max(c.LargestBytes, made.largest[z-band.First])
			}
			c.Over = c.LargestBytes > b.Budget
			over = over || c.Over
			m.choices = append(m.choices, c)
		}
		if over && coarse < coarsest {
			continue
		}
		for _, c := range cells {
			if c.record != nil {
				m.cells = append(m.cells, c)
			}
			m.parts[c.at] = c.part
		}
		return m, nil
	}
}

// cells makes the cells of a list, several at a time.
func (b *build) cells(ctx context.Context, band cell.Band, from level, list []tiles.Coord, coarse uint) ([]madeCell, error) {
	cells := make([]madeCell, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.Workers)
	for i, at := range list {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			w := b.workers.Get().(*worker)
			defer b.workers.Put(w)
			cells[i], err = w.cell(band, at, from, coarse)
			return err
		})
	}
	return cells, group.Wait()
}

// base makes the parts of the cells of BaseZoom.
func (b *build) base(ctx context.Context, cells []tiles.Coord, load Load) (map[tiles.Coord]*part, error) {
	parts := make([]*part, len(cells))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.Workers)
	for i, at := range cells {
		group.Go(func() error {
			record, err := load(ctx, at)
			if err != nil {
				return err
			}
			w := b.workers.Get().(*worker)
			defer b.workers.Put(w)
			parts[i], err = w.base(record)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	of := make(map[tiles.Coord]*part, len(cells))
	for i, at := range cells {
		of[at] = parts[i]
	}
	return of, nil
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
