package overview_test

import (
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/overview"
)

// TestStepsInOrder lowers the budget: a step is taken where those before it did
// not help, for all tiles of a zoom alike, and coarser zooms take it too.
func TestStepsInOrder(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	const side = 30
	town := newTownOf(t, 2*plot, side, false, func(_, _ int64, use string) (string, bool) { return use, true })
	last, largest := generalise.StepNone, 0
	seen := map[generalise.Step]bool{}
	for budget := 40_000; budget > 100; budget = budget * 6 / 7 {
		made := town.build(t, overview.Config{Value: "loai_dat", Budget: budget, MinZoom: 11, Workers: 2})
		c, next := made.choices[0], made.choices[1]
		if c.Step < last || next.Step < c.Step {
			t.Errorf("%d bytes: %+v after %v, then %+v", budget, c, last, next)
		}
		if c.LargestBytes > budget != c.Over {
			t.Errorf("%d bytes: %+v", budget, c)
		}
		if c.Step == last && largest > 0 && c.LargestBytes > largest {
			t.Errorf("%d bytes: %+v, it were %d", budget, c, largest)
		}
		last, largest = c.Step, c.LargestBytes
		if seen[c.Step] {
			continue
		}
		seen[c.Step] = true
		properties, ids := 0, map[uint64]bool{}
		made.each(t, 12, func(_ tiles.Coord, f mvttest.Feature) {
			ids[f.ID], properties = true, max(properties, len(f.Properties))
		})
		if alone := len(ids) > side*side*4/5; alone != (c.Step < generalise.StepDissolve) || (properties > 1) != (c.Step == generalise.StepNone) {
			t.Errorf("%+v: %d features with %d properties", c, len(ids), properties)
		}
	}
	for s := generalise.StepNone; s <= generalise.StepRank; s++ {
		if !seen[s] {
			t.Errorf("no budget led to %v", s)
		}
	}
}

// TestRankIsOfTheWhole leaves the same values out on every tile, the smallest of
// the collection.
func TestRankIsOfTheWhole(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	town := newFields(t, 60)
	made := town.build(t, overview.Config{Value: "so_thua", Budget: 8000, MinZoom: 9, Workers: 2})
	for _, c := range made.choices {
		if c.Zoom != 11 {
			continue
		}
		if c.Step != generalise.StepRank || c.MinRank == 0 || c.Over {
			t.Fatalf("%+v", c)
		}
		sizes := map[any]int{}
		made.each(t, 11, func(_ tiles.Coord, f mvttest.Feature) { sizes[f.Properties["so_thua"]]++ })
		if len(sizes) == 0 || len(sizes) > 1500 {
			t.Errorf("%d values are left of 3600", len(sizes))
		}
	}
}
