package forecast

import (
	"math"
	"time"
)

// The forecasters, in the order of their errors.
const (
	stays = iota
	trends
	daily
	tidal
	tidalTrends
	tidalReturns
	tidalLately
	regresses
	experts
)

// features are what the regression of a lead looks at.
const features = 7

// origin is what was forecast at a slot.
type origin struct {
	known bool
	value float64
	leads []foretold
}

type foretold struct {
	each     [experts]float64
	features [features]float64
	mixed    float64
	sigma    float64
	low      float64 // of the interval, in sigmas
	high     float64
}

// model goes along a grid. It is not safe for goroutines.
type model struct {
	step   time.Duration
	leads  []int // in steps
	most   int   // the last of them
	first  int64
	offset float64 // values less it, over scale, are what all of this is about
	scale  float64
	low    float64 // of all values so far
	high   float64

	slots int // gone by
	hours []float64
	value []float64 // NaN where there is none
	held  spike

	fine, rough            *harmonics
	fineWaves, roughWaves  waves
	fineTurned, lateTurned [][]float64 // by steps
	plain, left            holt
	returning              level
	season                 *profile
	seasoned               holt
	near, middle, far      level // of what is left without the tide
	before                 [2]float64

	direct []*regression // by lead
	loss   [][experts]float64
	bands  []band
	recent level // size of the error of a step
	usual  level

	ring []origin
}

// allLeads thin out with their length.
var allLeads = []int{1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96}

func newModel(g *grid, horizon time.Duration) *model {
	m := &model{step: g.step, first: g.first}
	for _, lead := range allLeads {
		if time.Duration(lead)*g.step <= horizon {
			m.leads = append(m.leads, lead)
			m.most = lead
		}
	}
	m.normalize(g)
	perHour := time.Hour.Hours() / g.step.Hours()
	m.fine, m.rough = newHarmonics(finely, g.step, 15*day), newHarmonics(roughly, g.step, 3*day)
	m.plain, m.left, m.seasoned = newHolt(0.8, 0.3, 0.9, m.most), newHolt(0.8, 0.3, 0.9, m.most), newHolt(0.4, 0.1, 0.9, m.most)
	m.returning = newLevel(perHour)
	m.near, m.middle, m.far = newLevel(max(1, perHour/2)), newLevel(6*perHour), newLevel(36*perHour)
	m.season = newProfile(g.step)
	m.recent, m.usual = newLevel(8), newLevel(400)
	m.ring = make([]origin, m.most+1)
	for i := range m.ring {
		m.ring[i].leads = make([]foretold, len(m.leads))
	}
	for lead := range m.most + 1 {
		hours := float64(lead) * g.step.Hours()
		m.fineTurned, m.lateTurned = append(m.fineTurned, m.fine.turned(hours)), append(m.lateTurned, m.rough.turned(hours))
	}
	m.loss = make([][experts]float64, len(m.leads))
	for _, lead := range m.leads {
		m.direct = append(m.direct, newRegression(math.Exp(-g.step.Hours()/(10*day).Hours()), []float64{1, 0, 0, 0, 0, 0, 0}))
		m.bands = append(m.bands, newBand(lead))
	}
	return m
}

// normalize settles the unit from the first readings.
func (m *model) normalize(g *grid) {
	var values []float64
	for _, s := range g.slots {
		if s.known && len(values) < 2*minReadings {
			values = append(values, s.value)
		}
	}
	m.offset = median(values)
	for i := range values {
		values[i] = math.Abs(values[i] - m.offset)
	}
	m.scale = median(values)
	for _, v := range values {
		if m.scale == 0 {
			m.scale = v / 4
		}
	}
	m.scale = max(m.scale, 1e-6*math.Abs(m.offset), 1e-9)
	m.low, m.high = math.Inf(1), math.Inf(-1)
}

// add goes one slot on.
func (m *model) add(s slot) {
	v := (s.value - m.offset) / m.scale
	if s.known && m.doubtful(v) {
		s.known = false
	}
	if s.known {
		m.judge(v)
	} else {
		v = math.NaN()
	}
	m.hours, m.value = append(m.hours, s.hours), append(m.value, v)
	m.slots++
	at := &m.ring[(m.slots-1)%len(m.ring)]
	at.known = s.known
	if !s.known {
		m.plain.skip()
		m.left.skip()
		m.seasoned.skip()
		return
	}
	m.low, m.high = min(m.low, v), max(m.high, v)
	m.learn(s.hours, v)
	m.foretell(at, v)
}

// judge holds what was forecast for this slot against its value.
func (m *model) judge(v float64) {
	for k, lead := range m.leads {
		if m.slots < lead {
			break
		}
		from := &m.ring[(m.slots-lead)%len(m.ring)]
		if !from.known {
			continue
		}
		told := &from.leads[k]
		for e, forecast := range told.each {
			m.loss[k][e] = lossMemory*m.loss[k][e] + min(math.Abs(v-forecast), 1e6)
		}
		if told.sigma > 0 {
			m.bands[k].learn((v-told.mixed)/told.sigma, told.low, told.high)
		}
		m.direct[k].learn(told.features[:], v-from.value)
		if lead == 1 {
			size := math.Abs(v - told.mixed)
			if m.usual.seen > firstSizes {
				size = min(size, 10*m.usual.value+1e-9)
			}
			m.recent.learn(size)
			m.usual.learn(size)
		}
	}
}

// learn takes a value into all states.
func (m *model) learn(hours, v float64) {
	back := max(1, int(differenced/m.step))
	if i := m.slots - 1 - back; i >= 0 && !math.IsNaN(m.value[i]) {
		m.fine.learn(m.hours[i], hours, v-m.value[i])
		m.rough.learn(m.hours[i], hours, v-m.value[i])
	}
	left := v - m.fine.at(hours, &m.fineWaves)
	m.rough.at(hours, &m.roughWaves)
	m.plain.learn(v)
	m.left.learn(left)
	m.returning.learn(left)
	m.near.learn(left)
	m.middle.learn(left)
	m.far.learn(left)
	part := m.part(0)
	m.season.learn(part, v)
	m.seasoned.learn(v - m.season.at(part))
	m.before[1], m.before[0] = m.before[0], left
}

// part of the day that lies a lead ahead.
func (m *model) part(lead int) int {
	n := int64(len(m.season.parts))
	p := (m.first + int64(m.slots-1) + int64(lead)) % n
	return int((p + n) % n)
}

// foretell notes what is forecast from this slot.
func (m *model) foretell(at *origin, v float64) {
	at.value = v
	for k, lead := range m.leads {
		told := &at.leads[k]
		m.each(lead, v, m.fineWaves.after(m.fineTurned[lead]), m.roughWaves.after(m.lateTurned[lead]), told)
		told.each[regresses] = v + m.direct[k].at(told.features[:])
		told.mixed = m.mix(k, &told.each)
		told.sigma = m.sigma(lead)
		told.low, told.high = m.bands[k].told()
	}
}

// each asks the forecasters, but the regression, of which it settles the features.
func (m *model) each(lead int, v, tide, lately float64, told *foretold) {
	var now, roughNow float64
	for _, w := range m.fineWaves.now {
		now += w
	}
	for _, w := range m.roughWaves.now {
		roughNow += w
	}
	left := v - now
	part := m.season.at(m.part(lead))
	told.each = [experts]float64{
		stays:        v,
		trends:       m.plain.at(lead),
		daily:        m.seasoned.at(lead) + part,
		tidal:        left + tide,
		tidalTrends:  m.left.at(lead) + tide,
		tidalReturns: m.returning.value + tide,
		tidalLately:  v + lately - roughNow,
	}
	told.features = [features]float64{
		tide - now, left - m.near.value, left - m.middle.value, left - m.far.value, m.left.slope,
		part - m.season.at(m.part(0)), lately - roughNow,
	}
}

// lossMemory is what an error counts for a step later.
const lossMemory = 0.996

// sharpened is how much less a forecaster counts that errs more.
func sharpened(ratio float64) float64 { return ratio * ratio * ratio * ratio * ratio * ratio }

// shares of the forecasters at a lead.
func (m *model) shares(k int) (s [experts]float64) {
	best := math.Inf(1)
	for _, l := range m.loss[k] {
		best = min(best, l)
	}
	var sum float64
	for e, l := range m.loss[k] {
		s[e] = sharpened((best + 1e-9) / (l + 1e-9))
		sum += s[e]
	}
	for e := range s {
		s[e] /= sum
	}
	return s
}

func (m *model) mix(k int, each *[experts]float64) float64 {
	var mixed float64
	for e, share := range m.shares(k) {
		mixed += share * each[e]
	}
	return mixed
}

// firstSizes are how many errors make a usual size.
const firstSizes = 16

// sigma is the size of errors to be expected at a lead: more of the last hours for short
// ones, more of the last days for long ones; 0 where there were too few to say.
func (m *model) sigma(lead int) float64 {
	if m.usual.seen < firstSizes {
		return 0
	}
	usual := max(m.usual.value, 1e-6)
	return usual * math.Pow(min(max(m.recent.value/usual, 0.2), 8), 0.7/(1+float64(lead)/16))
}

// spike is a value that is far from what was expected, until the next one tells.
type spike struct {
	count    int
	value    float64
	expected float64
}

// farOff is how many usual errors make a value doubtful.
const farOff = 12

// doubtful says whether a value is to be set aside: it is far off, and none before it was
// in the same way.
func (m *model) doubtful(v float64) bool {
	if !m.bands[0].ready() {
		return false
	}
	last := &m.ring[(m.slots-1)%len(m.ring)]
	expected := m.held.expected
	if m.held.count == 0 {
		if !last.known {
			return false
		}
		expected = last.leads[0].mixed
	}
	if math.Abs(v-expected) <= farOff*max(m.usual.value, m.recent.value)+1e-9 ||
		m.held.count >= 3 || m.held.count > 0 && math.Abs(v-m.held.value) < math.Abs(v-expected)/2 {
		m.held = spike{}
		return false
	}
	m.held = spike{count: m.held.count + 1, value: v, expected: expected}
	return true
}
