package forecast_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gisd/spatial/live/forecast"
)

// score is how forecasts did.
type score struct {
	n, covered       float64
	error, persisted float64
}

func (s *score) add(o score) {
	s.n += o.n
	s.covered += o.covered
	s.error += o.error
	s.persisted += o.persisted
}

func (s score) under() float64    { return 100 * (1 - s.error/s.persisted) }
func (s score) coverage() float64 { return 100 * s.covered / s.n }

// scoredLeads in quarters of an hour.
var scoredLeads = []int{2, 4, 8, 12, 24, 48}

const (
	seriesDays = 40
	originsAt  = 7 // every so many quarters
)

// backtest scores rolling forecasts of a series, by lead. Errors are in units of the series'
// own mean persistence error, so that all series count alike.
func backtest(t *testing.T, f family, seed uint64) map[int]score {
	t.Helper()
	samples := f.samples(seed, seriesDays)
	var readings []forecast.Reading
	truth := make(map[int64]float64, len(samples))
	for _, s := range samples {
		if !math.IsNaN(s.seen) {
			readings = append(readings, forecast.Reading{Time: s.at, Value: s.seen})
			if !s.spiked {
				truth[s.at.Unix()/900] = s.seen
			}
		}
	}
	list, err := forecast.Rolling(readings, forecast.Config{Step: quarter}, originsAt)
	if err != nil {
		t.Fatal(err)
	}
	scores := map[int]score{}
	for _, made := range list {
		last, ok := truth[made.Origin.Unix()/900]
		if !ok {
			continue
		}
		for _, lead := range scoredLeads {
			came, ok := truth[made.Origin.Unix()/900+int64(lead)]
			if !ok || lead >= len(made.Ahead) {
				continue
			}
			e := made.Ahead[lead]
			s := score{n: 1, error: math.Abs(came - e.Value), persisted: math.Abs(came - last)}
			if came >= e.Low && came <= e.High {
				s.covered = 1
			}
			was := scores[lead]
			was.add(s)
			scores[lead] = was
		}
	}
	for lead, s := range scores {
		unit := s.persisted / s.n
		s.error, s.persisted = s.error/unit, s.persisted/unit
		scores[lead] = s
	}
	return scores
}

// TestBacktest: over all series and leads the mean absolute error is at least 20 % under that
// of persistence, and the intervals hold 85 to 95 % of what came; a random walk is forecast
// hardly worse than by its last value. With -v it prints the table of docs/live.md.
func TestBacktest(t *testing.T) {
	t.Parallel()
	const series = 3
	all := append(append([]family{}, families...), family{"random walk", world.wander})
	byFamily := make([]map[int]score, len(all))
	var group sync.WaitGroup
	for i, f := range all {
		byFamily[i] = map[int]score{}
		group.Go(func() {
			for seed := range series {
				for lead, s := range backtest(t, f, uint64(seed+1)) {
					was := byFamily[i][lead]
					was.add(s)
					byFamily[i][lead] = was
				}
			}
		})
	}
	group.Wait()
	var table strings.Builder
	var total score
	overLeads := map[int]score{}
	for i, f := range all {
		var sum score
		fmt.Fprintf(&table, "\n| %s |", f.name)
		for _, lead := range scoredLeads {
			s := byFamily[i][lead]
			sum.add(s)
			fmt.Fprintf(&table, " %.0f / %.0f |", s.under(), s.coverage())
			if i < len(families) {
				was := overLeads[lead]
				was.add(s)
				overLeads[lead] = was
			}
		}
		fmt.Fprintf(&table, " %.0f / %.1f |", sum.under(), sum.coverage())
		if i < len(families) {
			total.add(sum)
			if sum.under() < 0 || sum.coverage() < 80 {
				t.Errorf("%s: %.1f %% under persistence, %.1f %% covered", f.name, sum.under(), sum.coverage())
			}
		} else if sum.under() < -5 {
			t.Errorf("%s: %.1f %% under persistence", f.name, sum.under())
		}
	}
	table.WriteString("\n| **all but the random walk** |")
	for _, lead := range scoredLeads {
		s := overLeads[lead]
		fmt.Fprintf(&table, " %.0f / %.0f |", s.under(), s.coverage())
		if s.coverage() < 85 || s.coverage() > 95 {
			t.Errorf("%v ahead the intervals hold %.1f %%, want 85 to 95", time.Duration(lead)*quarter, s.coverage())
		}
	}
	fmt.Fprintf(&table, " %.0f / %.1f |", total.under(), total.coverage())
	t.Logf("%% under persistence / %% in the interval%s", table.String())
	if total.under() < 20 {
		t.Errorf("%.1f %% under persistence, want 20", total.under())
	}
	if total.coverage() < 85 || total.coverage() > 95 {
		t.Errorf("the intervals hold %.1f %%, want 85 to 95", total.coverage())
	}
}

// TestPassing: of the levels that are forecast to be passed within three hours, four in five
// are passed between the earliest and the latest time told, a step granted.
func TestPassing(t *testing.T) {
	t.Parallel()
	var told, held, off float64
	for _, f := range families[:4] {
		samples := f.samples(11, 30)
		readings := readingsOf(samples)
		values := make([]float64, len(readings))
		for i, r := range readings {
			values[i] = r.Value
		}
		slices.Sort(values)
		level := values[len(values)*85/100]
		list, err := forecast.Rolling(readings, forecast.Config{Step: quarter}, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range list {
			p := made.Pass(level, false)
			if p.Now || !p.Likely() || p.Expected.Sub(made.Origin) > 3*time.Hour {
				continue
			}
			told++
			passed := time.Time{}
			for _, s := range samples {
				if s.at.After(made.Origin) && s.seen >= level && !s.spiked {
					passed = s.at
					break
				}
			}
			latest := p.Latest
			if latest.IsZero() { // perhaps not today
				latest = made.Ahead[len(made.Ahead)-1].Time
			}
			if !passed.IsZero() && !passed.Before(p.Earliest.Add(-quarter)) && !passed.After(latest.Add(quarter)) {
				held++
			}
			if !passed.IsZero() {
				off += min(passed.Sub(p.Expected).Abs().Minutes(), 24*60)
			}
		}
	}
	t.Logf("%.0f times told, %.0f %% within the interval, %.0f minutes off on average", told, 100*held/told, off/told)
	if told < 100 || held < 0.8*told {
		t.Errorf("of %.0f passings told %.0f were within their interval", told, held)
	}
}
