package fence_test

import (
	"cmp"
	"slices"
	"testing"

	"gisd/spatial/live/fence"
)

// fact is an event without what only an engine knows.
type fact struct {
	Rule, Device, Fence string
	Kind                fence.Kind
	At, Since           int64
}

func sortFacts(list []fact) {
	slices.SortFunc(list, func(a, b fact) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Fence, b.Fence),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.At, b.At))
	})
}

// ledger folds what an engine tells, as whoever stores it does.
type ledger struct {
	t      *testing.T
	known  map[fact]fence.Event // by fact without Since
	counts map[fence.Status]int
	fixed  int // corrections
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, known: map[fact]fence.Event{}, counts: map[fence.Status]int{}}
}

func (l *ledger) take(events []fence.Event) {
	for _, e := range events {
		l.counts[e.Status]++
		if e.Correction {
			l.fixed++
		}
		name := fact{Rule: e.Rule, Device: e.Device, Fence: e.Fence + e.Other, Kind: e.Kind, At: e.At.UnixMicro()}
		before, ok := l.known[name]
		switch e.Status {
		case fence.Withdrawn:
			if !ok {
				l.t.Errorf("withdrawn, but never told: %+v", e)
			}
			if e.Correction != (before.Status == fence.Final) {
				l.t.Errorf("a correction is of what was final: %+v after %+v", e, before)
			}
			delete(l.known, name)
			continue
		case fence.Provisional:
			if ok && before.Status == fence.Final {
				l.t.Errorf("final, then provisional: %+v", e)
			}
		case fence.Final:
			if ok && before.Status == fence.Final && !e.Correction {
				l.t.Errorf("final twice: %+v", e)
			}
		}
		l.known[name] = e
	}
}

// settled fails where an event is not final.
func (l *ledger) settled() {
	l.t.Helper()
	for _, e := range l.known {
		if e.Status != fence.Final {
			l.t.Errorf("not final in the end: %+v", e)
		}
	}
}

func agree(t *testing.T, name string, want, got []fact) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	missing, extra := 0, 0
	has := func(list []fact) map[fact]bool {
		all := make(map[fact]bool, len(list))
		for _, f := range list {
			all[f] = true
		}
		return all
	}
	told, computed := has(got), has(want)
	for _, f := range want {
		if !told[f] {
			if missing++; missing <= 3 {
				t.Errorf("%s: PostGIS alone has %+v", name, f)
			}
		}
	}
	for _, f := range got {
		if !computed[f] {
			if extra++; extra <= 3 {
				t.Errorf("%s: the engine alone has %+v", name, f)
			}
		}
	}
	t.Errorf("%s: %d events of PostGIS, %d of the engine, %d and %d of them alone", name, len(want), len(got), missing, extra)
}
