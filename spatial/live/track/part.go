package track

import (
	"iter"
	"time"

	"gisd/spatial/live"
)

// Options of Parts; zero values are the defaults given.
type Options struct {
	Gap            time.Duration // two fixes farther apart have no way between them; 10 min
	SimplifyMeters float64       // see Simplify; 0 keeps every fix
	MaxFixes       int           // of a part, before it is simplified; 10000, at least 2
}

// Part is a way without a gap.
type Part struct {
	Fixes     []live.Position // in the order of their times, one at least; valid until the next part
	Continues bool            // the first is the last of the part before, which was full
}

// New are the fixes that no part before had.
func (p Part) New() []live.Position {
	if p.Continues {
		return p.Fixes[1:]
	}
	return p.Fixes
}

// Parts cuts fixes of one device, in the order of their times, at gaps, and where a part
// is full. An error of the fixes ends it, after the fixes that came before.
func Parts(fixes iter.Seq2[live.Position, error], o Options) iter.Seq2[Part, error] {
	if o.Gap == 0 {
		o.Gap = 10 * time.Minute
	}
	if o.MaxFixes == 0 {
		o.MaxFixes = 10_000
	}
	return func(yield func(Part, error) bool) {
		var kept []live.Position
		continues := false
		hand := func() bool {
			last := kept[len(kept)-1] // simplifying moves the others
			ok := yield(Part{Fixes: Simplify(kept, o.SimplifyMeters), Continues: continues}, nil)
			kept = append(kept[:0], last)
			return ok
		}
		for p, err := range fixes {
			if err != nil {
				if len(kept) == 0 || continues && len(kept) == 1 || hand() {
					yield(Part{}, err)
				}
				return
			}
			switch n := len(kept); {
			case n > 0 && p.Time.Sub(kept[n-1].Time) > o.Gap:
				// A full part whose end nothing follows needs no part of that end alone.
				if (n > 1 || !continues) && !hand() {
					return
				}
				kept, continues = kept[:0], false
			case n >= max(o.MaxFixes, 2):
				if !hand() {
					return
				}
				continues = true
			}
			kept = append(kept, p)
		}
		if len(kept) > 1 || len(kept) == 1 && !continues {
			hand()
		}
	}
}
