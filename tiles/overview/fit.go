package overview

import (
	"context"
	"fmt"
	"sync"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// mostLost is the share of a value's area that leaving out its smallest features
// may cost where every feature of a pixel is to be there itself.
const mostLost = 0.01

// Fit says what the zooms of BaseZoom's band take to keep the budget. Their cells
// hold features as they are, for every caller's choice of properties: what goes
// is left out when a tile is cut, properties first, then polygons of less than a
// pixel, as far as no value loses a hundredth of its area. cells are those of
// BaseZoom that have records. Errors are those of load and ctx.
func Fit(ctx context.Context, c Config, cells []tiles.Coord, load Load) ([]generalise.Choice, error) {
	b := newBuild(c)
	var choices []generalise.Choice
	band := baseBand()
	for z := band.Last; z >= band.First && int(z) >= c.MinZoom; z-- {
		choice, err := b.fit(ctx, z, cells, load)
		if err != nil {
			return nil, fmt.Errorf("overview: fit zoom %d: %w", z, err)
		}
		choices = append(choices, choice)
	}
	return choices, nil
}

func (b *build) fit(ctx context.Context, z uint32, cells []tiles.Coord, load Load) (generalise.Choice, error) {
	c := generalise.Choice{Zoom: int(z)}
	o := cell.Options{Layer: "layer", Buffer: tiles.TileBuffer}
	for {
		var err error
		if c.LargestBytes, err = b.largest(ctx, z, cells, load, o); err != nil {
			return c, err
		}
		if c.Over = c.LargestBytes > b.Budget; !c.Over || c.Step == generalise.StepRank {
			return c, nil
		}
		if c.Step == generalise.StepNone {
			c.Step, o.Properties = generalise.StepAttributes, []string{tiles.KeyProperty, b.Value}
			continue
		}
		if c.MinRank, err = b.dispensable(ctx, z, cells, load); err != nil || c.MinRank == 0 {
			return c, err
		}
		c.Step, o.MinRank = generalise.StepRank, uint16(c.MinRank)
	}
}

// largest cuts all tiles of a zoom.
func (b *build) largest(ctx context.Context, z uint32, cells []tiles.Coord, load Load, o cell.Options) (int, error) {
	var mu sync.Mutex
	largest := 0
	err := b.each(ctx, len(cells), func(ctx context.Context, w *worker, i int) error {
		r, err := load(ctx, cells[i])
		if err != nil || r.Len() == 0 {
			return err
		}
		d, at := z-cells[i].Z, cells[i]
		for y := at.Y << d; y < (at.Y+1)<<d; y++ {
			for x := at.X << d; x < (at.X+1)<<d; x++ {
				w.cutter.Reset()
				if _, err := w.cutter.Cut(r, tiles.Coord{Z: z, X: x, Y: y}, o); err != nil {
					return err
				}
				n := len(w.cutter.Tile())
				mu.Lock()
				largest = max(largest, n)
				mu.Unlock()
			}
		}
		return nil
	})
	return largest, err
}

// rankStep is how finely dispensable tells ranks apart.
const rankStep = 32

// dispensable is the rank below which features are less than a pixel and no value
// loses more than mostLost by going without them; 0 where there is none.
func (b *build) dispensable(ctx context.Context, z uint32, cells []tiles.Coord, load Load) (generalise.Rank, error) {
	type bin struct{ value, rank uint32 }
	var mu sync.Mutex
	small, whole, others := map[bin]float64{}, map[uint32]float64{}, false
	top := alone(z, generalise.KindExterior)
	err := b.each(ctx, len(cells), func(ctx context.Context, w *worker, i int) error {
		r, err := load(ctx, cells[i])
		if err != nil || r.Len() == 0 {
			return err
		}
		c := w.columns(r.Keys())
		mu.Lock()
		defer mu.Unlock()
		return r.Each(func(f *cell.Feature) error {
			others = others || f.Shape.Parts[0].Kind < mvt.ExteriorPart
			value := uint32(0)
			if c.value >= 0 {
				value = w.b.values.number(f.Values[c.value])
			}
			area := measure(&f.Shape)
			whole[value] += area
			if f.Rank < uint16(top) {
				small[bin{value, uint32(f.Rank) / rankStep}] += area
			}
			return nil
		})
	})
	if err != nil || others {
		return 0, err
	}
	least := uint32(top) / rankStep
	for value, area := range whole {
		lost := 0.0
		for rank := range least {
			if lost += small[bin{value, rank}]; lost > mostLost*area {
				least = rank
				break
			}
		}
	}
	for at := range small {
		if at.rank < least {
			return generalise.Rank(least * rankStep), nil
		}
	}
	return 0, nil // nobody would go
}
