package forecast

import (
	"math"
	"time"
)

// Periods in hours: those of the tide by its constituents, those of the day by its parts.
var (
	// finely tells the constituents apart, which takes a fortnight.
	finely = []float64{
		12.4206012,  // M2
		12,          // S2, and half a day
		12.65834751, // N2
		23.93447213, // K1
		25.81933871, // O1
		24,
		6.210300601, // M4
		8,
		6,
	}
	// roughly follows what changes within days.
	roughly = []float64{12.4206012, 24.3, 6.210300601, 8}
)

// differenced is over how long differences are taken: long enough for a tide to differ, and
// short enough that storms and shifts of the level are in few of them.
const differenced = 3 * time.Hour

// harmonics are the waves of a series, fitted to its differences, so that its level may be
// anything.
type harmonics struct {
	omega []float64 // radians an hour
	fit   *regression
	x     []float64
}

func newHarmonics(periods []float64, step, memory time.Duration) *harmonics {
	h := &harmonics{}
	for _, p := range periods {
		if p > 2.5*step.Hours() {
			h.omega = append(h.omega, 2*math.Pi/p)
		}
	}
	h.fit = newRegression(math.Exp(-step.Hours()/memory.Hours()), make([]float64, 2*len(h.omega)))
	h.x = make([]float64, 2*len(h.omega))
	return h
}

// learn takes the change of the value between two times, in hours.
func (h *harmonics) learn(from, to, change float64) {
	for i, w := range h.omega {
		sinTo, cosTo := math.Sincos(w * to)
		sinFrom, cosFrom := math.Sincos(w * from)
		h.x[2*i], h.x[2*i+1] = cosTo-cosFrom, sinTo-sinFrom
	}
	h.fit.learn(h.x, change)
}

// waves are the harmonics seen from a moment: what they are then, and a quarter before.
type waves struct{ now, before []float64 }

func (h *harmonics) at(hours float64, w *waves) float64 {
	w.now, w.before = w.now[:0], w.before[:0]
	var sum float64
	for i, omega := range h.omega {
		sin, cos := math.Sincos(omega * hours)
		a, b := h.fit.beta[2*i], h.fit.beta[2*i+1]
		w.now, w.before = append(w.now, a*cos+b*sin), append(w.before, b*cos-a*sin)
		sum += a*cos + b*sin
	}
	return sum
}

// turned are the cosines and sines of the angles that the waves turn by in a time.
func (h *harmonics) turned(hours float64) []float64 {
	t := make([]float64, 0, 2*len(h.omega))
	for _, omega := range h.omega {
		sin, cos := math.Sincos(omega * hours)
		t = append(t, cos, sin)
	}
	return t
}

// after is the sum of the waves when they have turned.
func (w *waves) after(turned []float64) float64 {
	var sum float64
	for i, now := range w.now {
		sum += now*turned[2*i] + w.before[i]*turned[2*i+1]
	}
	return sum
}
