package forecast

import (
	"math"
	"time"
)

// holt is a level with a trend that fades.
type holt struct {
	level, slope float64
	alpha, beta  float64 // what a new value, a new slope count for
	phi          float64 // what is left of the trend a step later
	known        bool
	faded        []float64 // how many steps of the slope a lead adds up to
}

func newHolt(alpha, beta, phi float64, leads int) holt {
	h := holt{alpha: alpha, beta: beta, phi: phi, faded: make([]float64, leads+1)}
	power := 1.0
	for i := 1; i <= leads; i++ {
		power *= phi
		h.faded[i] = h.faded[i-1] + power
	}
	return h
}

func (h *holt) learn(v float64) {
	if !h.known {
		h.level, h.known = v, true
		return
	}
	expected := h.level + h.phi*h.slope
	level := expected + h.alpha*(v-expected)
	h.slope = h.phi*h.slope + h.beta*(level-h.level-h.phi*h.slope)
	h.level = level
}

func (h *holt) skip() {
	h.slope *= h.phi
	h.level += h.slope
}

func (h *holt) at(lead int) float64 { return h.level + h.slope*h.faded[lead] }

// profile is what the parts of a day differ from its mean by.
type profile struct {
	parts []float64
	seen  []int
	mean  float64
	pace  float64 // of the mean
	known bool
}

const profilePace = 0.15

func newProfile(step time.Duration) *profile {
	n := int(day / step)
	return &profile{parts: make([]float64, n), seen: make([]int, n), pace: 1 / float64(n)}
}

func (p *profile) learn(part int, v float64) {
	if !p.known {
		p.mean, p.known = v, true
	}
	p.mean += p.pace * (v - p.mean)
	p.seen[part]++
	p.parts[part] += max(profilePace, 1/float64(p.seen[part])) * (v - p.mean - p.parts[part])
}

func (p *profile) at(part int) float64 { return p.parts[part%len(p.parts)] }

// level is a mean that forgets; at first all values count alike.
type level struct {
	value, pace float64
	seen        float64
}

// newLevel forgets half in so many steps.
func newLevel(half float64) level { return level{pace: 1 - math.Exp2(-1/max(half, 0.5))} }

func (l *level) learn(v float64) {
	l.seen++
	l.value += max(l.pace, 1/l.seen) * (v - l.value)
}
