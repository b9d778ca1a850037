package overview_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/overview"
)

// stored is what a build left, as a Store.
type stored struct {
	*town
	parts map[tiles.Coord][]byte
	made  overviews
}

func (s *stored) Base(_ context.Context, at tiles.Coord) ([]byte, error) { return s.bytes[at], nil }
func (s *stored) Part(_ context.Context, at tiles.Coord) ([]byte, error) { return s.parts[at], nil }
func (s *stored) Cell(_ context.Context, _ cell.Band, at tiles.Coord) ([]byte, error) {
	return s.made.records[at], nil
}

func (t *town) store(tb testing.TB, c overview.Config) *stored {
	tb.Helper()
	s := &stored{town: t, parts: map[tiles.Coord][]byte{}}
	c.Keep = func(at tiles.Coord, part []byte) error {
		s.parts[at] = part
		return nil
	}
	s.made = t.build(tb, c)
	return s
}

// TestUpdateIsABuild edits towns and wants, of what depends on the edit alone,
// the cells and parts of a build from scratch, and the tiles that differ.
func TestUpdateIsABuild(t *testing.T) {
	t.Parallel()
	side := int64(200)
	if testdata.Raced {
		side = 80 // a sixth of the parcels, around the same corner of cells
	}
	for name, points := range map[string]bool{"parcels": false, "points": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := overview.Config{Value: "loai_dat", Workers: 2}
			before := newTown(t, side, points)
			s := before.store(t, config)
			for i, edit := range []func(x, y int64, use string) (string, bool){
				func(_, _ int64, use string) (string, bool) { return use, true },
				func(x, y int64, use string) (string, bool) { // one parcel is something else
					if x == side*3/4 && y == side*3/4 {
						use = "SKK"
					}
					return use, true
				},
				func(x, y int64, use string) (string, bool) { // in the corner of four cells of every zoom
					if near(x, side/2) && near(y, side/2) {
						use = "SKK"
					}
					return use, true
				},
				func(x, y int64, use string) (string, bool) { return use, x >= side/5 || y >= side/5 }, // a corner is gone
			} {
				after := newEditedTown(t, side, points, edit)
				want := after.store(t, config)
				s.town = after
				var changed []tiles.Coord
				for _, at := range union(before.cells, after.cells) {
					if !bytes.Equal(before.bytes[at], after.bytes[at]) {
						changed = append(changed, at)
					}
				}
				got, err := overview.Update(t.Context(), config, s.made.choices, changed, s)
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 != (len(got.Cells) == 0) {
					t.Errorf("edit %d concerns %d cells", i, len(got.Cells))
				}
				for at, part := range got.Parts {
					s.parts[at] = part
				}
				touched := map[tiles.Coord]bool{}
				for _, c := range got.Cells {
					if c.Band.First != c.At.Z {
						t.Errorf("edit %d: cell %v of %v with tiles %v", i, c.At, c.Band, c.Tiles)
					}
					if s.made.records[c.At] = c.Record; c.Record == nil {
						delete(s.made.records, c.At)
					}
					for _, at := range c.Tiles {
						touched[at] = true
					}
				}
				if len(s.made.records) != len(want.made.records) {
					t.Errorf("edit %d: %d cells, a build has %d", i, len(s.made.records), len(want.made.records))
				}
				for at, record := range want.made.records {
					if !bytes.Equal(record, s.made.records[at]) {
						t.Errorf("edit %d: cell %v is not that of a build", i, at)
					}
				}
				for at, part := range want.parts {
					if !bytes.Equal(part, s.parts[at]) {
						t.Errorf("edit %d: the part of %v is not that of a build", i, at)
					}
				}
				before = after
			}
		})
	}
}

func near(v, at int64) bool { return v >= at-4 && v < at+4 }

func union(a, b []tiles.Coord) []tiles.Coord {
	all := map[tiles.Coord]bool{}
	for _, at := range slices.Concat(a, b) {
		all[at] = true
	}
	return slices.Collect(maps.Keys(all))
}

func TestUpdateWithinTheBudget(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	config := overview.Config{Value: "loai_dat", Budget: 100_000}
	before := newTown(t, 60, false)
	s := before.store(t, config)
	after := newTown(t, 120, false)
	s.town = after
	config.Budget = 2000
	if _, err := overview.Update(t.Context(), config, s.made.choices, after.cells, s); !errors.Is(err, overview.ErrChoices) {
		t.Errorf("tiles beyond the budget: %v", err)
	}
}
