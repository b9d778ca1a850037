package overview

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// effort is what is done to a zoom so that its tiles stay within the budget, the
// same for all of them. Everything is 1<<coarse times as coarse.
type effort struct {
	step    generalise.Step
	coarse  uint
	minRank generalise.Rank // of groups, at StepRank
}

// How coarse a zoom may become before the next step is taken.
const (
	coarseVertices = 2 // borders move by a pixel
	coarseDissolve = 4
)

// next is the next effort in the order of the steps; StepRank is the last.
func (e effort) next() effort {
	switch {
	case e.step == generalise.StepNone:
		return effort{step: generalise.StepAttributes}
	case e.step == generalise.StepAttributes:
		return effort{step: generalise.StepVertices, coarse: 1}
	case e.step == generalise.StepVertices && e.coarse < coarseVertices,
		e.step == generalise.StepDissolve && e.coarse < coarseDissolve:
		e.coarse++
		return e
	case e.step == generalise.StepVertices:
		return effort{step: generalise.StepDissolve}
	}
	return effort{step: generalise.StepRank, coarse: coarseDissolve}
}

// tolerance is how far borders move, in tile units.
func (e effort) tolerance() float64 {
	return tolerance / 2 * float64(int(1)<<e.coarse)
}

// effortOf is the effort that a choice came from.
func effortOf(c generalise.Choice) effort {
	return effort{c.Step, uint(math.Round(math.Log2(max(c.Tolerance/(tolerance/2), 1)))), c.MinRank}
}

// choice is what an effort came to.
func (b *build) choice(band cell.Band, e effort, cells []madeCell) generalise.Choice {
	c := generalise.Choice{Zoom: int(band.First), Step: e.step, Tolerance: e.tolerance(), MinRank: e.minRank}
	for _, m := range cells {
		c.LargestBytes = max(c.LargestBytes, m.bytes)
	}
	c.Over = c.LargestBytes > b.Budget
	return c
}

// zoom makes the cells of a zoom with the least effort that keeps the budget, of
// the effort of the zoom before or more: what that one gave up is gone. Where the
// zoom below BaseZoom turns out to want merged parts it makes none.
func (b *build) zoom(ctx context.Context, band cell.Band, from level, was effort) ([]madeCell, generalise.Choice, error) {
	list := parents(from, band.First)
	heavy := heaviest(from, list)
	e := effort{step: was.step}
	if e.step == generalise.StepVertices {
		e.coarse = 1
	}
	if e.step == generalise.StepRank {
		e.minRank = was.minRank
	}
	for ; ; e = e.next() {
		if e.step == generalise.StepRank {
			return b.leaveOut(ctx, band, from, was.minRank)
		}
		if band.First == BaseZoom-1 && was.step < generalise.StepDissolve && e.step == generalise.StepDissolve {
			return nil, generalise.Choice{Zoom: int(band.First), Step: e.step}, nil
		}
		// The cells that have most tell of most efforts that they are not enough.
		cells, err := b.cells(ctx, band, from, heavy, e)
		if err != nil {
			return nil, generalise.Choice{}, err
		}
		if b.choice(band, e, cells).Over {
			continue
		}
		cells, err = b.cells(ctx, band, from, list, e)
		if err != nil {
			return nil, generalise.Choice{}, err
		}
		if c := b.choice(band, e, cells); !c.Over {
			return cells, c, nil
		}
	}
}

// trials is how many cells are made before all of a zoom.
const trials = 2

// heaviest are those cells of a list that are made of the most vertices, trials of
// them where the list is several times as long.
func heaviest(from level, list []tiles.Coord) []tiles.Coord {
	if len(list) < 4*trials {
		return nil
	}
	points := map[tiles.Coord]int{}
	for at, p := range from.parts {
		d := from.zoom - list[0].Z
		points[tiles.Coord{Z: list[0].Z, X: at.X >> d, Y: at.Y >> d}] += len(p.shapes.Points)
	}
	heavy := slices.Clone(list)
	slices.SortStableFunc(heavy, func(a, b tiles.Coord) int { return points[b] - points[a] })
	return heavy[:trials]
}

// leaveOut makes the cells of a zoom without the groups of the least rank, as few
// of these as keeps the budget.
func (b *build) leaveOut(ctx context.Context, band cell.Band, from level, least generalise.Rank) ([]madeCell, generalise.Choice, error) {
	b.rank()
	list := parents(from, band.First)
	lo, _ := slices.BinarySearch(b.order, least)
	hi := len(b.order) - 1 // the highest stay in any case
	var best []madeCell
	var choice generalise.Choice
	for best == nil || lo < hi {
		i := (lo + hi) / 2
		e := effort{step: generalise.StepRank, coarse: coarseDissolve, minRank: least}
		if len(b.order) > 0 {
			e.minRank = max(b.order[min(i, len(b.order)-1)], least)
		}
		cells, err := b.cells(ctx, band, from, list, e)
		if err != nil {
			return nil, choice, err
		}
		c := b.choice(band, e, cells)
		if best == nil || !c.Over || choice.Over {
			best, choice = cells, c
		}
		if c.Over {
			lo = i + 1
		} else {
			hi = i
		}
	}
	return best, choice, nil
}

// rank orders the groups by all that the collection has of them.
func (b *build) rank() {
	if b.ranks != nil {
		return
	}
	b.ranks = make(map[group]generalise.Rank, len(b.groups))
	for g, measure := range b.groups {
		var name [8]byte
		binary.LittleEndian.PutUint32(name[:], g.owner)
		binary.LittleEndian.PutUint32(name[4:], g.value)
		r := generalise.RankOf(measure, mvt.TextID(name[:]))
		b.ranks[g] = r
		b.order = append(b.order, r)
	}
	slices.Sort(b.order)
	b.order = slices.Compact(b.order)
}

// survey reads all records to learn what the groups have, and returns the first
// step that is worth trying for the zoom below BaseZoom.
func (b *build) survey(ctx context.Context, cells []tiles.Coord, load Load) (generalise.Step, error) {
	err := b.each(ctx, len(cells), func(ctx context.Context, w *worker, i int) error {
		record, err := load(ctx, cells[i])
		if err != nil || record.Len() == 0 {
			return err
		}
		return w.survey(record)
	})
	// An estimate may be half too high.
	return min(b.load.Choose(b.Budget*3/2).Step, generalise.StepDissolve), err
}

// survey notes what the core of a record holds.
func (w *worker) survey(r cell.Record) error {
	at, band := r.Coord(), r.Band()
	columns := w.columns(r.Keys())
	of := map[group]float64{}
	load := generalise.NewLoad(BaseZoom-1, generalise.LoadOptions{Dissolve: true})
	tile := uint64(at.Y>>1)<<32 | uint64(at.X>>1)
	side := band.Bits() - uint(at.Z)
	err := r.Each(func(f *cell.Feature) error {
		p := f.Shape.Positions[f.Shape.Parts[0].Start]
		if p.X>>side != int64(at.X) || p.Y>>side != int64(at.Y) {
			return nil
		}
		number := uint32(0)
		if columns.value >= 0 {
			number = w.b.values.number(f.Values[columns.value])
		}
		of[group{f.Owner, number}] += measure(&f.Shape)
		kind := generalise.Kind(f.Shape.Parts[0].Kind)
		if generalise.Rank(f.Rank) < alone(BaseZoom-1, kind) {
			return nil
		}
		l := generalise.LoadFeature{Points: int32(len(f.Shape.Positions)), Rank: generalise.Rank(f.Rank), Owner: f.Owner, Value: number, StyledBytes: 4}
		for _, i := range columns.others {
			if v := f.Values[i]; v != nil {
				l.OtherBytes += int32(len(v)) + 4
			}
		}
		load.Add(tile, l)
		return nil
	})
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	w.b.load.Merge(load)
	for g, m := range of {
		w.b.groups[g] += m
	}
	return err
}

// columns are where a record has the properties; -1 is absent.
type columns struct {
	count, value int
	others       []int
}

func (w *worker) columns(keys []string) columns {
	c := columns{count: slices.Index(keys, CountProperty), value: -1}
	if w.b.Value != "" {
		c.value = slices.Index(keys, w.b.Value)
	}
	for i := range keys {
		if i != c.value {
			c.others = append(c.others, i)
		}
	}
	return c
}
