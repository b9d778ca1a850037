package load

import (
	"slices"
	"time"
)

// Report is what a soak came to. Durations of tiles are from the request to the
// last byte of the answer.
type Report struct {
	Requests int
	Statuses map[int]int // of visitors and of those who look for edits; 0 is no answer
	Warm     Latency     // tiles that were ready
	Cold     Latency     // tiles that were not, or were touched by an edit
	ByZoom   map[uint32]ZoomReport

	Edits    int
	Seen     Latency  // from the commit until tiles of all zooms looked at show it
	Stale    int      // tiles that did not show an edit in time
	Lost     int      // edits that a tile did not show in the end
	Examples []string // of stale and lost
}

// ZoomReport are the visitors' requests of one zoom.
type ZoomReport struct{ Warm, Cold Latency }

// Latency sums up durations.
type Latency struct {
	N             int
	P50, P99, Max time.Duration
}

// Faults counts answers that are neither a tile, nor an empty one, nor a
// refusal for now.
func (r Report) Faults() int {
	n := 0
	for status, count := range r.Statuses {
		if status != 200 && status != 204 && status != 503 {
			n += count
		}
	}
	return n
}

// Quantile of the values, which it sorts; 0 of none.
func Quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(int(q*float64(len(values))), len(values)-1)]
}

func sum(values []time.Duration) Latency {
	return Latency{len(values), Quantile(values, 0.5), Quantile(values, 0.99), Quantile(values, 1)}
}

// sample is one request of a visitor.
type sample struct {
	zoom uint32
	warm bool
	took time.Duration
}

func (r *Report) visits(samples []sample) {
	var warm, cold []time.Duration
	type pair struct{ warm, cold []time.Duration }
	zooms := map[uint32]*pair{}
	for _, s := range samples {
		at := zooms[s.zoom]
		if at == nil {
			at = &pair{}
			zooms[s.zoom] = at
		}
		if s.warm {
			warm, at.warm = append(warm, s.took), append(at.warm, s.took)
		} else {
			cold, at.cold = append(cold, s.took), append(at.cold, s.took)
		}
	}
	r.Requests, r.Warm, r.Cold = len(samples), sum(warm), sum(cold)
	r.ByZoom = map[uint32]ZoomReport{}
	for z, at := range zooms {
		r.ByZoom[z] = ZoomReport{sum(at.warm), sum(at.cold)}
	}
}
