package fence

import "math"

// judge takes one fix to all rules that concern the device, adds what happened to
// e.found, and returns what the rules know then: states, changed.
func (e *Engine) judge(t *track, before, f *fix, states []state) []state {
	m := moment{at: f.at, first: before == nil}
	if before != nil {
		m.before = before.at
	}
	if t.other == "" {
		states = e.fences(t, before, f, m, states)
	}
	for _, p := range t.singles {
		states = e.single(p, f, m, states)
	}
	return compact(states)
}

// fences takes the fix to the rules with a state for each fence.
func (e *Engine) fences(t *track, before, f *fix, m moment, states []state) []state {
	e.hits = e.zonesAt(before, f, e.hits[:0])
	known := len(states)
	for i := range states[:known] {
		if s := &states[i]; s.fence != whole {
			p := e.byNumber[s.rule]
			fence := &p.Fences[s.fence]
			e.step(s, p, stand(p, fence.Shape, f, s.side), f, m.named(fence.ID))
		}
	}
	for _, hit := range e.hits {
		z := &e.zones[hit]
		if !t.concerned[z.p.index] || find(states[:known], z.p.number, z.fence) >= 0 {
			continue
		}
		shape, name := z.p.Fences[z.fence].Shape, z.p.Fences[z.fence].ID
		if shape.Covers(f.lon, f.lat) {
			s := state{rule: z.p.number, fence: z.fence}
			e.step(&s, z.p, in, f, m.named(name))
			states = append(states, s)
		}
	}
	if before != nil && e.crossings {
		e.cross(t, before, f)
	}
	return states
}

func (m moment) named(fence string) moment {
	m.fence = fence
	return m
}

// compact drops what is as without an entry.
func compact(states []state) []state {
	kept := 0
	for i := range states {
		if !states[i].idle() {
			states[kept] = states[i]
			kept++
		}
	}
	return states[:kept]
}

func find(states []state, rule, fence int32) int {
	for i := range states {
		if states[i].rule == rule && states[i].fence == fence {
			return i
		}
	}
	return -1
}

// zonesAt are the fences whose box the fix lies in, or the way to it meets where
// a rule is on crossings.
func (e *Engine) zonesAt(before, f *fix, found []int32) []int32 {
	asked := box{f.lon, f.lat, f.lon, f.lat}
	if before != nil && e.crossings {
		asked = asked.with(box{before.lon, before.lat, before.lon, before.lat})
	}
	return e.index.search(asked, found)
}

// cross finds the fences that the way of the last two fixes goes through.
func (e *Engine) cross(t *track, before, f *fix) {
	for _, hit := range e.hits {
		z := &e.zones[hit]
		if !z.p.kinds.has(Cross) || !t.concerned[z.p.index] || z.p.apart(before.at, f.at) {
			continue
		}
		fence := &z.p.Fences[z.fence]
		s := fence.Shape
		if s.Touches(before.lon, before.lat, f.lon, f.lat) && !s.Covers(f.lon, f.lat) && !s.Covers(before.lon, before.lat) {
			e.witness(z.p, z.fence, Cross, f, issued{since: before.at, name: fence.ID})
		}
	}
}

// stand is where a fix stands to a fence.
func stand(p *prepared, s *Shape, f *fix, side bool) input {
	if s.Covers(f.lon, f.lat) {
		return in
	}
	if side && p.HysteresisMeters > 0 {
		if _, near := s.DistanceMeters(f.lon, f.lat, p.HysteresisMeters); near {
			return band
		}
	}
	return out
}

// step takes the fix to one state.
func (e *Engine) step(s *state, p *prepared, i input, f *fix, m moment) {
	s.step(p, i, m, func(k Kind, since int64) {
		if p.kinds.has(k) {
			e.witness(p, s.fence, k, f, issued{since: since, value: m.value, name: m.fence})
		}
	})
}

// witness notes an event, where the rule wants it.
func (e *Engine) witness(p *prepared, fence int32, k Kind, f *fix, i issued) {
	if f.at <= p.from || !p.Schedule.holds(fromMicro(f.at)) {
		return
	}
	i.key = key{at: f.at, rule: p.number, fence: fence, kind: bitOf(k)}
	i.lon, i.lat, i.p = f.lon, f.lat, p
	e.found = append(e.found, i)
}

// single takes the fix to a rule with one state, where the fix has what it wants.
func (e *Engine) single(p *prepared, f *fix, m moment, states []state) []state {
	at := find(states, p.number, whole)
	if at < 0 {
		at = len(states)
		states = append(states, state{rule: p.number, fence: whole, read: math.NaN()})
	}
	s := &states[at]
	i, ok := band, true
	switch p.Subject {
	case OnFence:
		i = e.union(p, f, s.side)
	case OnSpeed:
		i, ok = e.speed(p, f, &m)
	case OnReading:
		m.value = f.value(p.value)
		i, ok = p.against(m.value, p.Limit), !math.IsNaN(m.value)
	case OnProximity:
		m.value = f.value(0)
		i, ok = p.near(m.value), !math.IsNaN(m.value)
	case OnRate:
		m.value, ok = s.rate(p, f)
		i = p.against(m.value, p.Limit)
	}
	if !ok {
		return states
	}
	m.first, m.before = !s.begun, s.last
	s.begun, s.last = true, f.at
	e.step(s, p, i, f, m)
	return states
}

func (f *fix) value(index int) float64 {
	if index < len(f.values) {
		return f.values[index]
	}
	return math.NaN()
}

// union is where a fix stands to all fences of a rule.
func (e *Engine) union(p *prepared, f *fix, side bool) input {
	e.near = p.fences.search(box{f.lon, f.lat, f.lon, f.lat}, e.near[:0])
	for _, i := range e.near {
		if p.Fences[i].Shape.Covers(f.lon, f.lat) {
			return in
		}
	}
	if !side || p.HysteresisMeters == 0 {
		return out
	}
	e.near = p.fences.search(around(f.lon, f.lat, p.HysteresisMeters), e.near[:0])
	for _, i := range e.near {
		if _, near := p.Fences[i].Shape.DistanceMeters(f.lon, f.lat, p.HysteresisMeters); near {
			return band
		}
	}
	return out
}

// speed is where a speed stands to the limit of the nearest road, or of the rule
// where it names none. Of roads as near as each other the lower limit counts, then
// the first.
func (e *Engine) speed(p *prepared, f *fix, m *moment) (input, bool) {
	if math.IsNaN(f.speed) {
		return out, false
	}
	m.value = f.speed
	if p.fences == nil {
		return p.against(f.speed, p.Limit), true
	}
	e.near = p.fences.search(around(f.lon, f.lat, p.WithinMeters), e.near[:0])
	road, nearest := int32(-1), math.Inf(1)
	for _, i := range e.near {
		d, ok := p.Fences[i].Shape.DistanceMeters(f.lon, f.lat, p.WithinMeters)
		if !ok || d > nearest {
			continue
		}
		if d < nearest || p.Fences[i].Limit < p.Fences[road].Limit || p.Fences[i].Limit == p.Fences[road].Limit && i < road {
			road, nearest = i, d
		}
	}
	if road < 0 {
		return out, true
	}
	m.fence = p.Fences[road].ID
	return p.against(f.speed, p.Fences[road].Limit+p.Limit), true
}

// against is where a value stands to a limit.
func (p *prepared) against(v, limit float64) input {
	if p.Below {
		v, limit = -v, -limit
	}
	switch {
	case v > limit:
		return in
	case v <= limit-p.Release:
		return out
	}
	return band
}

// rate is the change per hour since the reading before; without one, or after a
// gap, there is none.
func (s *state) rate(p *prepared, f *fix) (float64, bool) {
	v := f.value(p.value)
	if math.IsNaN(v) {
		return 0, false
	}
	read, readAt := s.read, s.readAt
	s.read, s.readAt = v, f.at
	if math.IsNaN(read) || p.apart(readAt, f.at) {
		return 0, false
	}
	const hour = 3600e6
	return (v - read) / (float64(f.at-readAt) / hour), true
}
