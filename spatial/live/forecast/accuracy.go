package forecast

import (
	"math"
	"time"
)

// Accuracy is how forecasts of a series did, a lead ahead, against what came.
type Accuracy struct {
	Lead        time.Duration
	Count       int     // of forecasts that could be held against a reading
	Error       float64 // mean absolute, in the unit of the readings
	Persistence float64 // that of the last value
	Covered     float64 // part of what came that lay in the interval, 0 to 1
}

// assessed are the leads, in steps, of which Assess tells.
var assessed = []int{1, 2, 4, 8, 24, 48, 96}

// Assess is Make, and says how the forecasts did that would have been made, in the same
// way, at each step of the second half of the readings.
func Assess(readings []Reading, c Config) (*Forecast, []Accuracy, error) {
	g, err := lay(readings, c.Step, maxSlots)
	if err != nil {
		return nil, nil, err
	}
	m := newModel(g, c.horizon(g))
	var list []Accuracy
	for i, s := range g.slots {
		if i >= len(g.slots)/2 && s.known {
			list = m.assess(s.value, list)
		}
		m.add(s)
	}
	f, err := m.forecast(g)
	if err != nil {
		return nil, nil, err
	}
	told := list[:0]
	for _, a := range list {
		if a.Count > 0 {
			n := float64(a.Count)
			a.Error, a.Persistence, a.Covered = a.Error/n, a.Persistence/n, a.Covered/n
			told = append(told, a)
		}
	}
	return f, told, nil
}

// assess adds what was forecast for the slot to come to the sums of each lead.
func (m *model) assess(value float64, sums []Accuracy) []Accuracy {
	if sums == nil {
		for _, lead := range assessed {
			sums = append(sums, Accuracy{Lead: time.Duration(lead) * m.step})
		}
	}
	v := (value - m.offset) / m.scale
	for k, lead := range m.leads {
		for j := range sums {
			if sums[j].Lead != time.Duration(lead)*m.step || lead > m.slots {
				continue
			}
			from := &m.ring[(m.slots-lead)%len(m.ring)]
			told := &from.leads[k]
			if !from.known || told.low == told.high {
				continue
			}
			sums[j].Count++
			sums[j].Error += math.Abs(v-told.mixed) * m.scale
			sums[j].Persistence += math.Abs(v-from.value) * m.scale
			if z := (v - told.mixed) / told.sigma; z >= told.low && z <= told.high {
				sums[j].Covered++
			}
		}
	}
	return sums
}
