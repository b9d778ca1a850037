package overview

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"

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
func (b *build) choice(band cell.Band, e effort, largest int) generalise.Choice {
	return generalise.Choice{Zoom: int(band.First), Step: e.step, Tolerance: e.tolerance(), MinRank: e.minRank,
		LargestBytes: largest, Over: largest > b.Budget}
}

// made is all cells of a zoom, in the order of its shelf.
type made struct {
	level
	features []int
	largest  int // bytes of a tile
}

// emit hands out the cells in which there is anything.
func (m *made) emit(band cell.Band, emit Emit) error {
	for i, at := range m.shelf.cells {
		record, err := m.shelf.record(i)
		if err != nil {
			return err
		}
		if record == nil {
			continue
		}
		if err := emit(band, at, m.features[i], record); err != nil {
			return err
		}
	}
	return nil
}

// errOver ends a pass at the first tile beyond the budget.
var errOver = errors.New("overview: a tile is larger than the budget")

// pass makes the cells of a zoom with so much effort, within the budget where
// limited: else errOver.
func (b *build) pass(ctx context.Context, band cell.Band, from level, e effort, limited bool) (*made, error) {
	list := parents(slices.Values(from.shelf.cells), band.First)
	m := &made{level: level{zoom: band.First, bits: band.Bits()}, features: make([]int, len(list))}
	var err error
	if m.shelf, err = newShelf(list, b.Memory); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	order := heaviest(from.shelf, list)
	err = b.each(ctx, len(list), func(_ context.Context, w *worker, n int) error {
		i := order[n]
		c, err := w.cell(band, list[i], from, e, nil)
		if err != nil {
			return err
		}
		if limited && c.bytes > b.Budget {
			return errOver
		}
		mu.Lock()
		m.largest = max(m.largest, c.bytes)
		mu.Unlock()
		m.features[i] = c.features
		return m.shelf.put(i, c.record)
	})
	if err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

// zoom makes the cells of a zoom with the least effort that keeps the budget, of
// the effort of the zoom before or more: what that one gave up is gone. Where the
// zoom below BaseZoom turns out to want merged parts it makes none.
func (b *build) zoom(ctx context.Context, band cell.Band, from level, was effort) (*made, generalise.Choice, error) {
	e := effort{step: was.step}
	if e.step == generalise.StepVertices {
		e.coarse = 1
	}
	for ; ; e = e.next() {
		if e.step == generalise.StepRank {
			return b.leaveOut(ctx, band, from, was.minRank)
		}
		if band.First == BaseZoom-1 && was.step < generalise.StepDissolve && e.step == generalise.StepDissolve {
			return nil, generalise.Choice{Zoom: int(band.First), Step: e.step}, nil
		}
		m, err := b.pass(ctx, band, from, e, true)
		if errors.Is(err, errOver) {
			continue
		}
		if err != nil {
			return nil, generalise.Choice{}, err
		}
		return m, b.choice(band, e, m.largest), nil
	}
}

// trials is how many cells are made ahead of the others.
const trials = 2

// heaviest is the order in which cells of a list are made: first those over the
// largest records, which tell of most efforts that they are not enough, then along
// the curve.
func heaviest(from *shelf, list []tiles.Coord) []int {
	weights, order := make([]int, len(list)), make([]int, len(list))
	for i, at := range from.cells {
		d := at.Z - list[0].Z
		over, _ := slices.BinarySearchFunc(list, tiles.Coord{Z: list[0].Z, X: at.X >> d, Y: at.Y >> d}, alongCurve)
		weights[over] += from.places[i].size
	}
	for i := range order {
		order[i] = i
	}
	for n := range min(trials, len(order)) {
		most := n
		for i := n + 1; i < len(order); i++ {
			if weights[order[i]] > weights[order[most]] {
				most = i
			}
		}
		heavy := order[most]
		copy(order[n+1:most+1], order[n:most])
		order[n] = heavy
	}
	return order
}

// leaveOut makes the cells of a zoom without the groups of the least rank, as few
// of these as keeps the budget.
func (b *build) leaveOut(ctx context.Context, band cell.Band, from level, least generalise.Rank) (*made, generalise.Choice, error) {
	b.rank()
	lo, _ := slices.BinarySearch(b.order, least)
	hi := len(b.order) - 1 // the highest stay in any case
	var best *made
	var choice generalise.Choice
	for best == nil || lo < hi {
		i := (lo + hi) / 2
		e := effort{step: generalise.StepRank, coarse: coarseDissolve, minRank: least}
		if len(b.order) > 0 {
			e.minRank = max(b.order[min(i, len(b.order)-1)], least)
		}
		m, err := b.pass(ctx, band, from, e, false)
		if err != nil {
			if best != nil {
				best.close()
			}
			return nil, choice, err
		}
		c := b.choice(band, e, m.largest)
		if best == nil || !c.Over || choice.Over {
			best, m = m, best
			choice = c
		}
		if m != nil {
			m.close()
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
func (b *build) survey(ctx context.Context) (generalise.Step, error) {
	err := b.each(ctx, len(b.base.cells), func(ctx context.Context, w *worker, i int) error {
		record, err := b.base.load(ctx, b.base.cells[i])
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
