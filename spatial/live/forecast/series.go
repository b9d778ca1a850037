package forecast

import (
	"errors"
	"math"
	"slices"
	"time"
)

// Reading is one value that was measured.
type Reading struct {
	Time  time.Time
	Value float64
}

// Bounds of what is looked at, whatever is handed in.
const (
	window      = 30 * 24 * time.Hour
	maxSlots    = 2880 // of the grid: 30 days of a quarter of an hour
	maxRolling  = 8 * maxSlots
	minReadings = 48 // slots with a reading, before there is a forecast
	maxValue    = 1e12
	day         = 24 * time.Hour
)

// ErrShort says that there are too few readings, or over too short a time.
var ErrShort = errors.New("forecast: too few readings")

// slot is a step of the grid with the readings in it.
type slot struct {
	hours float64 // mean time, since the grid began
	value float64 // median
	known bool
}

// grid is a series on equal steps, the first at a whole number of steps since 1970.
type grid struct {
	first int64 // steps since 1970
	step  time.Duration
	slots []slot
}

// steps that a grid may have: they divide a day.
var steps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour,
}

// stepFor is the least step that is not finer than the readings nor, over a span, than
// the grid allows.
func stepFor(spacing, span time.Duration) time.Duration {
	for _, s := range steps {
		if s*10 >= spacing*9 && span/s < maxSlots {
			return s
		}
	}
	return steps[len(steps)-1]
}

// lay puts readings of any order on a grid; values that are not finite are left out, of
// a slot the median counts.
func lay(readings []Reading, step time.Duration, most int) (*grid, error) {
	sorted := make([]Reading, 0, len(readings))
	for _, r := range readings {
		if math.Abs(r.Value) <= maxValue && r.Time.Year() > 1900 && r.Time.Year() < 2200 {
			sorted = append(sorted, r)
		}
	}
	if len(sorted) < minReadings {
		return nil, ErrShort
	}
	slices.SortStableFunc(sorted, func(a, b Reading) int { return a.Time.Compare(b.Time) })
	newest := sorted[len(sorted)-1].Time
	reach := window
	if step != 0 {
		reach = step * time.Duration(most-1)
	}
	from, _ := slices.BinarySearchFunc(sorted, newest.Add(-reach), func(r Reading, t time.Time) int { return r.Time.Compare(t) })
	sorted = sorted[from:]
	if step == 0 {
		step = stepFor(spacing(sorted), newest.Sub(sorted[0].Time))
	}
	number := func(t time.Time) int64 { return floorDiv(t.Unix(), int64(step/time.Second)) }
	g := &grid{first: number(sorted[0].Time), step: step}
	g.slots = make([]slot, number(newest)-g.first+1)
	began := time.Unix(g.first*int64(step/time.Second), 0)
	for i := 0; i < len(sorted); {
		n := number(sorted[i].Time)
		j := i
		var hours float64
		var values []float64
		for ; j < len(sorted) && number(sorted[j].Time) == n; j++ {
			hours += sorted[j].Time.Sub(began).Hours()
			values = append(values, sorted[j].Value)
		}
		g.slots[n-g.first] = slot{hours: hours / float64(j-i), value: median(values), known: true}
		i = j
	}
	known := 0
	for _, s := range g.slots {
		if s.known {
			known++
		}
	}
	if known < minReadings || len(g.slots) > most {
		return nil, ErrShort
	}
	return g, nil
}

func (g *grid) time(hours float64) time.Time {
	return time.Unix(g.first*int64(g.step/time.Second), 0).UTC().Add(time.Duration(hours * float64(time.Hour)))
}

// spacing is the usual time between two readings.
func spacing(sorted []Reading) time.Duration {
	const enough = 2000
	sorted = sorted[max(0, len(sorted)-enough):]
	gaps := make([]float64, 0, len(sorted))
	for i := 1; i < len(sorted); i++ {
		if gap := sorted[i].Time.Sub(sorted[i-1].Time); gap > 0 {
			gaps = append(gaps, float64(gap))
		}
	}
	if len(gaps) == 0 {
		return steps[0]
	}
	return time.Duration(median(gaps))
}

// median reorders the values.
func median(values []float64) float64 {
	slices.Sort(values)
	if n := len(values); n%2 == 1 {
		return values[n/2]
	} else {
		return (values[n/2-1] + values[n/2]) / 2
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
