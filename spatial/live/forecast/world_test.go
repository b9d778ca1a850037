package forecast_test

import (
	"math"
	"math/rand/v2"
	"time"
)

// The series of these tests come from here. Nothing of the package that is tested is used,
// and none of what it assumes: storms run through reservoirs, tides have their constituents
// by speed in degrees an hour, the day has the shape of its hours. In each series the regime
// changes at times that nobody is told.

// sample is a reading every quarter of an hour, and what was true.
type sample struct {
	at     time.Time
	seen   float64 // as it came in; NaN for none
	spiked bool
}

// quarter is the time between samples.
const quarter = 15 * time.Minute

var worldBegins = time.Date(2026, 5, 3, 17, 0, 0, 0, time.UTC)

type world struct {
	rng *rand.Rand
	n   int
}

// family makes the values of n quarters of an hour, without faults of the sensor.
type family struct {
	name string
	make func(world) []float64
}

var families = []family{
	{"tide", world.tide},
	{"tide with storms", world.tideWithStorms},
	{"river", world.river},
	{"canal behind a gate", world.canal},
	{"drain", world.drain},
	{"sewer", world.sewer},
	{"air temperature", world.temperature},
	{"reservoir", world.reservoir},
}

// samples of a family: noise, jitter, gaps, spikes and a regime change of the sensor itself.
func (f family) samples(seed uint64, days int) []sample {
	w := world{rand.New(rand.NewPCG(seed, 20260503)), days * 96}
	values := f.make(w)
	list := make([]sample, len(values))
	size := spread(values)
	noise := size * (0.005 + 0.02*w.rng.Float64())
	moved, louder := w.moment(), w.moment()
	shift := size * (w.rng.Float64() - 0.5)
	for i, v := range values {
		if i > moved {
			v += shift // somebody moved the sensor
		}
		rough := noise
		if i > louder {
			rough *= 2
		}
		jitter := time.Duration(w.rng.IntN(120)-60) * time.Second
		list[i] = sample{at: worldBegins.Add(time.Duration(i)*quarter + quarter/2 + jitter), seen: v + rough*w.rng.NormFloat64()}
	}
	for i := 0; i < len(list); i++ {
		switch {
		case w.rng.Float64() < 0.003: // it was out of reach
			for end := min(i+1+w.rng.IntN(30), len(list)); i < end; i++ {
				list[i].seen = math.NaN()
			}
		case w.rng.Float64() < 0.004:
			list[i].seen += size * (4 + 10*w.rng.Float64()) * float64(1-2*w.rng.IntN(2))
			list[i].spiked = true
		}
	}
	return list
}

// moment of a regime change: anywhere between a fifth and nine tenths of the series.
func (w world) moment() int { return w.n/5 + w.rng.IntN(w.n*7/10) }

func spread(values []float64) float64 {
	var sum, squares float64
	for _, v := range values {
		sum += v
		squares += v * v
	}
	n := float64(len(values))
	return math.Sqrt(max(squares/n-(sum/n)*(sum/n), 1e-12))
}

// tide of a river's mouth, metres: of six constituents, of which the fortnight is; from some
// day on the range is less, and the water comes later.
func (w world) tide() []float64 {
	speeds := []float64{28.9841042, 30, 28.4397295, 15.0410686, 13.9430356, 57.9682084, 43.4761563}
	sizes := []float64{0.8, 0.3, 0.16, 0.6, 0.45, 0.06, 0.03}
	phases := make([]float64, len(speeds))
	for i := range phases {
		phases[i] = 360 * w.rng.Float64()
		sizes[i] *= 0.6 + 0.8*w.rng.Float64()
	}
	changed, less, later := w.moment(), 0.6+0.3*w.rng.Float64(), w.rng.Float64()
	wind := 0.0
	values := make([]float64, w.n)
	for i := range values {
		hours := float64(i) / 4
		factor := 1.0
		if i > changed {
			factor, hours = less, hours-later
		}
		for j, speed := range speeds {
			values[i] += factor * sizes[j] * math.Cos((speed*hours-phases[j])*math.Pi/180)
		}
		wind = 0.995*wind + 0.012*w.rng.NormFloat64()
		values[i] += wind
	}
	return values
}

// rain in mm a quarter of an hour: a dry and a wet season, showers in the afternoon.
func (w world) rain(showersPerDay float64) []float64 {
	rain := make([]float64, w.n)
	wet := w.moment()
	for i := 0; i < w.n; i++ {
		odds := showersPerDay / 96
		if i > wet {
			odds *= 3
		}
		if h := (i / 4) % 24; h > 6 && h < 12 { // UTC: after lunch in Vietnam
			odds *= 2
		}
		if w.rng.Float64() >= odds {
			continue
		}
		length, peak := 2+w.rng.IntN(20), 2+10*w.rng.ExpFloat64()
		for j := range length {
			if i+j < w.n {
				rain[i+j] += peak * math.Sin(math.Pi*(float64(j)+0.5)/float64(length)) * (0.5 + w.rng.Float64())
			}
		}
	}
	return rain
}

// run rain through reservoirs one after the other, which empty by a part each quarter.
func run(rain []float64, parts ...float64) []float64 {
	flow := append([]float64(nil), rain...)
	for _, part := range parts {
		held := 0.0
		for i, in := range flow {
			held += in
			out := part * held
			held -= out
			flow[i] = out
		}
	}
	return flow
}

func (w world) tideWithStorms() []float64 {
	values, flood := w.tide(), run(w.rain(0.25), 0.08, 0.03)
	for i := range values {
		values[i] += 0.25 * flood[i]
	}
	return values
}

func (w world) river() []float64 {
	values := run(w.rain(0.4), 0.05, 0.02, 0.02)
	slow := run(w.rain(0.3), 0.003)
	for i := range values {
		values[i] = 0.6 + 0.35*math.Pow(values[i]+2*slow[i], 0.7)
	}
	return values
}

// canal whose gate is shut from some day on: what was a tide is then a slow filling.
func (w world) canal() []float64 {
	tide, inflow := w.tide(), run(w.rain(0.3), 0.02)
	shut := w.moment()
	level := tide[0]
	for i := range tide {
		pull := 0.15
		if i > shut {
			pull = 0.015
		}
		level += pull*(tide[i]-level) + 0.01*inflow[i]
		tide[i] = level
	}
	return tide
}

// drain under a street, centimetres: dry most of the time, full within an hour, emptied by a
// pump that starts and stops at levels of its own.
func (w world) drain() []float64 {
	inflow := run(w.rain(0.6), 0.3)
	values := make([]float64, w.n)
	level, pumping := 20.0, false
	broken := w.moment()
	for i := range values {
		level += 0.12 + 1.5*inflow[i]
		if level > 60 {
			pumping = true
		} else if level < 25 {
			pumping = false
		}
		if pumping && (i < broken || i > broken+96) {
			level -= 6
		} else if pumping {
			level -= 3
		}
		level -= 0.004 * level
		values[i] = level
	}
	return values
}

// sewer by the hours of people's day, of which weekends have others.
func (w world) sewer() []float64 {
	workday := []float64{.5, .4, .35, .35, .45, .8, 1.5, 1.9, 1.6, 1.3, 1.25, 1.4, 1.45, 1.2, 1.1, 1.1, 1.2, 1.5, 1.8, 1.9, 1.6, 1.2, .9, .7}
	values := make([]float64, w.n)
	changed, earlier := w.moment(), 1+w.rng.IntN(2)
	wander := 0.0
	rain := run(w.rain(0.3), 0.2)
	for i := range values {
		hour := (float64(i)/4 + 7 + 17)
		if i > changed {
			hour += float64(earlier) // the shifts of a factory
		}
		if d := int(hour/24) % 7; d > 4 {
			hour -= 1.5
		}
		h := math.Mod(hour, 24)
		a, b := workday[int(h)], workday[(int(h)+1)%24]
		wander = 0.98*wander + 0.02*w.rng.NormFloat64()
		values[i] = (a+(b-a)*(h-math.Floor(h)))*(1+wander) + 0.05*rain[i]
	}
	return values
}

func (w world) temperature() []float64 {
	values := make([]float64, w.n)
	mean, front := 28.0, 0.0
	cold := w.moment()
	clear := 1.0
	for i := range values {
		if i%96 == 0 {
			clear = 0.4 + 0.8*w.rng.Float64()
		}
		front = 0.998*front + 0.06*w.rng.NormFloat64()
		if i > cold {
			mean += 0.01 * (23 - mean)
		}
		h := math.Mod(float64(i)/4, 24)
		sun := math.Max(0, math.Sin((h-5)/12*math.Pi))
		values[i] = mean + front + 6*clear*(math.Pow(sun, 0.8)-0.3)
	}
	return values
}

// reservoir that is drawn down for power by the day, filled by rain, and let off at a level.
func (w world) reservoir() []float64 {
	inflow := run(w.rain(0.5), 0.01, 0.01)
	values := make([]float64, w.n)
	level, draw := 40.0, 0.02
	dry := w.moment()
	for i := range values {
		if i == dry {
			draw *= 2
		}
		if h := (i / 4) % 24; h >= 2 && h < 14 {
			level -= draw
		}
		level += 0.015 + 0.02*inflow[i] - 0.05*max(level-42, 0)
		values[i] = level
	}
	return values
}

// wander is a random walk, which nobody forecasts better than by its last value.
func (w world) wander() []float64 {
	values := make([]float64, w.n)
	level := 0.0
	for i := range values {
		level += w.rng.NormFloat64()
		values[i] = level
	}
	return values
}
