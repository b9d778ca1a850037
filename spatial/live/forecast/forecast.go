package forecast

import (
	"math"
	"time"
)

// Config of a forecast. Zero values are the defaults.
type Config struct {
	Step    time.Duration // of the forecast, whole seconds that divide a day; chosen by the readings
	Horizon time.Duration // how far; a day, 96 steps and a quarter of the readings' span at most
}

// Forecast is what will be measured.
type Forecast struct {
	Origin time.Time // of the last reading that counts
	Last   float64   // its value
	Step   time.Duration
	Ahead  []Expected // at Origin and whole steps after it, in order
}

// Expected is the value of one moment, which lies with 90 % probability from Low to High.
type Expected struct {
	Time             time.Time
	Value, Low, High float64
}

// Confidence is the probability that a value lies in its interval.
const Confidence = 1 - 2*outside

// Make forecasts from readings, in any order. Of more than 30 days the last are looked at.
// ErrShort where there is too little to go by: fewer than 48 steps with readings, or not
// even a few hours' worth of forecasts that could be held against what came.
func Make(readings []Reading, c Config) (*Forecast, error) {
	g, err := lay(readings, c.Step, maxSlots)
	if err != nil {
		return nil, err
	}
	m := newModel(g, c.horizon(g))
	for _, s := range g.slots {
		m.add(s)
	}
	return m.forecast(g)
}

func (c Config) horizon(g *grid) time.Duration {
	h := c.Horizon
	if h <= 0 || h > day {
		h = day
	}
	return max(g.step, min(h, time.Duration(len(g.slots)/4)*g.step))
}

// Rolling forecasts from each every-th step of the grid, with the readings up to it alone,
// once a quarter of them has gone by.
func Rolling(readings []Reading, c Config, every int) ([]*Forecast, error) {
	g, err := lay(readings, c.Step, maxRolling)
	if err != nil {
		return nil, err
	}
	m := newModel(g, c.horizon(g))
	var list []*Forecast
	for i, s := range g.slots {
		m.add(s)
		if i < len(g.slots)/4 || i%max(every, 1) != 0 {
			continue
		}
		if f, err := m.forecast(g); err == nil {
			list = append(list, f)
		}
	}
	return list, nil
}

// forecast tells from the last slot with a value.
func (m *model) forecast(g *grid) (*Forecast, error) {
	silent := 0
	for silent < m.slots && math.IsNaN(m.value[m.slots-1-silent]) {
		silent++
	}
	leads := 0
	for leads < len(m.leads) && m.bands[leads].ready() {
		leads++
	}
	last := m.slots - 1 - silent
	if leads == 0 || last < 0 || silent >= len(m.ring) {
		return nil, ErrShort
	}
	at := &m.ring[last%len(m.ring)]
	f := &Forecast{Origin: g.time(m.hours[last]), Last: at.value*m.scale + m.offset, Step: m.step}
	v := f.Last
	f.Ahead = append(f.Ahead, Expected{f.Origin, v, v, v})
	for lead, k := 1, 0; lead <= m.leads[leads-1]; lead++ {
		if lead > m.leads[k] {
			k++
		}
		e := m.between(at, lead, k)
		e.Time = f.Origin.Add(time.Duration(lead) * m.step)
		for _, x := range []float64{e.Value, e.Low, e.High} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, ErrShort
			}
		}
		f.Ahead = append(f.Ahead, e)
	}
	return f, nil
}

// between is the forecast of a lead from the k-th one of those that are kept, or between it
// and the one before.
func (m *model) between(at *origin, lead, k int) Expected {
	told, share := at.leads[k], 1.0
	low, high, sigma := told.low, told.high, told.sigma
	mixed := told.mixed
	if lead != m.leads[k] { // k > 0, for the first lead is 1
		before := &at.leads[k-1]
		share = float64(lead-m.leads[k-1]) / float64(m.leads[k]-m.leads[k-1])
		// What the waves do between the two is known; the rest goes on evenly.
		tide := func(lead int) float64 { return m.fineWaves.after(m.fineTurned[lead]) }
		mixed = tide(lead) + share*(told.mixed-tide(m.leads[k])) + (1-share)*(before.mixed-tide(m.leads[k-1]))
		low, high = share*low+(1-share)*before.low, share*high+(1-share)*before.high
		sigma = share*sigma + (1-share)*before.sigma
	}
	// Nothing is told that is far from all that was.
	span := m.high - m.low
	bound := func(x float64) float64 {
		return min(max(x, m.low-span), m.high+span)*m.scale + m.offset
	}
	return Expected{Value: bound(mixed), Low: bound(mixed + low*sigma), High: bound(mixed + high*sigma)}
}
