package overview_test

import (
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/overview"
)

// TestFit lowers the budget of zooms whose cells hold features as they are: every
// feature of a pixel stays, and of each use 99 % of the area.
func TestFit(t *testing.T) {
	t.Parallel()
	town := newTown(t, 60, false)
	for _, test := range []struct {
		budget int
		want   generalise.Step
		over   bool
	}{
		{500_000, generalise.StepNone, false},
		{44_000, generalise.StepAttributes, false},
		{500, generalise.StepAttributes, true}, // no parcel is less than a pixel
	} {
		choices, err := overview.Fit(t.Context(), overview.Config{Value: "loai_dat", Budget: test.budget}, town.cells, town.load)
		if err != nil {
			t.Fatal(err)
		}
		if len(choices) != 1 || choices[0].Zoom != 13 {
			t.Fatalf("%+v", choices)
		}
		if c := choices[0]; c.Step != test.want || c.Over != test.over || c.Over != (c.LargestBytes > test.budget) {
			t.Errorf("%d bytes: %+v, want %v", test.budget, c, test.want)
		}
	}
}

// TestFitLeavesOutTheLeast has parcels of which few are tiny.
func TestFitLeavesOutTheLeast(t *testing.T) {
	t.Parallel()
	band, _ := cell.BandOf(13)
	at := tiles.Coord{Z: 13, X: 100, Y: 100}
	b := cell.NewBuilder()
	if err := b.Reset(band, at, []string{"use"}); err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - 13)
	for i := range int64(400) {
		size := int64(100)
		if i%2 > 0 {
			size = 5
		}
		s := parcel(100*side+side/2+i%20*120, 100*side+side/2+i/20*120, size, 0, 0)
		if !b.Geometry(&s) {
			t.Fatal("outside")
		}
		if err := b.String(0, []byte("ODT")); err != nil {
			t.Fatal(err)
		}
		b.EndFeature(cell.Meta{ID: uint64(i + 1), Rank: overview.SizeOf(&s, band.Bits()).Rank(uint64(i + 1))})
	}
	record, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := cell.Open(record)
	if err != nil {
		t.Fatal(err)
	}
	town := &town{records: map[tiles.Coord]cell.Record{at: r}}
	choices, err := overview.Fit(t.Context(), overview.Config{Value: "use", Budget: 6000}, []tiles.Coord{at}, town.load)
	if err != nil {
		t.Fatal(err)
	}
	c := choices[0]
	if c.Step != generalise.StepRank || c.Over || c.MinRank == 0 {
		t.Fatalf("%+v", choices)
	}
	cutter := cell.NewCutter()
	if n, err := cutter.Cut(r, at, cell.Options{Layer: "a", MinRank: uint16(c.MinRank)}); err != nil || n != 200 {
		t.Errorf("%d features, want the 200 of a pixel and more: %v", n, err)
	}
}
