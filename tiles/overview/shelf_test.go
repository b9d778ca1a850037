package overview_test

import (
	"bytes"
	"errors"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles/generalise"
	"gisd/tiles/overview"
)

// TestMemoryDoesNotShow builds with next to no memory for the parts of a level,
// at budgets that lead to each step: all is as it was with plenty.
func TestMemoryDoesNotShow(t *testing.T) {
	t.Parallel()
	town := newTownOf(t, 2*plot, 30, false, func(_, _ int64, use string) (string, bool) { return use, true })
	seen := map[generalise.Step]bool{}
	next := func(budget int) int { return budget * 3 / 4 }
	if testdata.Raced {
		next = func(budget int) int { return budget / 4 } // not to each step
	}
	for budget := 40_000; budget > 100; budget = next(budget) {
		c := overview.Config{Value: "loai_dat", Budget: budget, MinZoom: 10, Workers: 2}
		want := town.store(t, c)
		c.Memory = 1
		got := town.store(t, c)
		for at, record := range want.made.records {
			if !bytes.Equal(record, got.made.records[at]) {
				t.Errorf("%d bytes: cell %v differs", budget, at)
			}
		}
		for at, part := range want.parts {
			if !bytes.Equal(part, got.parts[at]) {
				t.Errorf("%d bytes: the part of %v differs", budget, at)
			}
		}
		if len(want.made.records) != len(got.made.records) || len(want.parts) != len(got.parts) || len(got.parts) != len(town.cells) {
			t.Errorf("%d bytes: %d cells and %d parts, then %d and %d", budget, len(want.made.records), len(want.parts), len(got.made.records), len(got.parts))
		}
		for _, made := range want.made.choices {
			seen[made.Step] = true
		}
	}
	for s := generalise.StepNone; s <= generalise.StepRank; s++ {
		if !seen[s] && !testdata.Raced {
			t.Errorf("no budget led to %v", s)
		}
	}
}

// TestUpdateOfNothing tells an update that every cell changed, which none did: the
// parts that a build keeps are those that an update makes, whatever step the build
// expected before it knew.
func TestUpdateOfNothing(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	town := newTownOf(t, 2*plot, 30, false, func(_, _ int64, use string) (string, bool) { return use, true })
	seen := map[generalise.Step]bool{}
	for budget := 40_000; budget > 1000; budget = budget * 6 / 7 {
		c := overview.Config{Value: "loai_dat", Budget: budget, MinZoom: 11, Workers: 2}
		s := town.store(t, c)
		seen[s.made.choices[0].Step] = true
		got, err := overview.Update(t.Context(), c, s.made.choices, town.cells, s)
		if err != nil && !errors.Is(err, overview.ErrChoices) || len(got.Parts) > 0 || len(got.Cells) > 0 {
			t.Errorf("%d bytes, %v: %d parts and %d cells differ, %v", budget, s.made.choices[0].Step, len(got.Parts), len(got.Cells), err)
		}
	}
	for s := generalise.StepNone; s <= generalise.StepDissolve; s++ {
		if !seen[s] {
			t.Errorf("no budget led to %v", s)
		}
	}
}

func TestSpill(t *testing.T) {
	t.Parallel()
	s, err := overview.NewSpill()
	if err != nil {
		t.Fatal(err)
	}
	var places []overview.Place
	records := [][]byte{[]byte("one"), nil, []byte("another"), {}}
	for _, r := range records {
		p, err := s.Put(r)
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, p)
	}
	for i, p := range places {
		if got, err := s.Get(p); err != nil || !bytes.Equal(got, records[i]) {
			t.Errorf("%q became %q, %v", records[i], got, err)
		}
	}
	if got, err := s.Get(overview.Place{}); got != nil || err != nil {
		t.Errorf("no record is %q, %v", got, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Put([]byte("late")); err == nil {
		t.Error("a closed spill takes a record")
	}
	if _, err := s.Get(places[0]); err == nil {
		t.Error("a closed spill gives a record")
	}
}
