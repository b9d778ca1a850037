package fence

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"gisd/spatial/live"
)

// Config of an Engine. Device is required; zero values elsewhere are defaults.
type Config struct {
	Device func(id string) (*live.Device, bool)
	// Horizon is how much older than the newest a fix of a device may be and still
	// change what was told; an hour.
	Horizon time.Duration
	// MaxFixes is how many fixes of a device are kept, whatever the horizon, and a
	// few more; 256.
	MaxFixes int
}

// Engine holds the rules and what they know of each device. It belongs to one
// goroutine at a time.
type Engine struct {
	cfg        Config
	rules      []*prepared // in force
	byNumber   map[int32]*prepared
	numbers    int32
	generation int
	attributes map[string]int // by name; never taken away

	proximities []*prepared
	grids       map[int32]*grid // by the number of the rule
	couples     map[couple]*track

	zones     []zone // fences of rules with a state for each
	index     *tree
	crossings bool

	tracks    map[string]*track
	unsettled map[*track]struct{} // with events that are not final
	tooLate   uint64

	// Of one call.
	now    int64
	events []Event
	found  []issued
	hits   []int32
	near   []int32
}

// zone is one fence of one rule.
type zone struct {
	p     *prepared
	fence int32
}

const defaultHorizon = time.Hour

// NewEngine returns an engine without rules.
func NewEngine(cfg Config) *Engine {
	if cfg.Horizon == 0 {
		cfg.Horizon = defaultHorizon
	}
	if cfg.MaxFixes == 0 {
		cfg.MaxFixes = 256
	}
	return &Engine{cfg: cfg, byNumber: map[int32]*prepared{}, attributes: map[string]int{}, index: newTree(nil),
		tracks: map[string]*track{}, couples: map[couple]*track{}, unsettled: map[*track]struct{}{}}
}

// SetRules puts these rules, which must be valid, in force. One of the id and the
// revision of one before stays as it is, with what it knows. What another knew is
// gone: its events become final, and stay.
func (e *Engine) SetRules(rules []*Rule) {
	old := map[string]*prepared{}
	for _, p := range e.rules {
		old[p.ID] = p
	}
	e.generation++
	e.rules, e.zones, e.proximities, e.crossings = nil, nil, nil, false
	clear(e.byNumber)
	var boxes []box
	for _, r := range rules {
		p := old[r.ID]
		if p == nil || p.Revision != r.Revision {
			p = prepare(r, e.numbers)
			e.numbers++
		}
		p.index = len(e.rules)
		if r.Attribute != "" {
			if _, ok := e.attributes[r.Attribute]; !ok {
				e.attributes[r.Attribute] = len(e.attributes)
			}
			p.value = e.attributes[r.Attribute]
		}
		e.rules = append(e.rules, p)
		e.byNumber[p.number] = p
		if r.Subject == OnProximity {
			e.proximities = append(e.proximities, p)
		}
		if p.single {
			continue
		}
		e.crossings = e.crossings || p.kinds.has(Cross)
		for i := range p.Fences {
			e.zones = append(e.zones, zone{p, int32(i)})
			boxes = append(boxes, p.Fences[i].Shape.box)
		}
	}
	e.index = newTree(boxes)
	e.regrid()
}

// Apply takes positions in, in any order, those held back by the rules of
// positions left out, and returns what is to be told, in order. The events are
// the caller's until the next call.
func (e *Engine) Apply(positions []live.Position, now time.Time) []Event {
	e.now, e.events = now.UnixMicro(), e.events[:0]
	for i := range positions {
		if p := &positions[i]; p.Flags&live.FlagHeld == 0 {
			e.apply(p)
		}
	}
	return e.events
}

// Advance returns what becomes final because time passed.
func (e *Engine) Advance(now time.Time) []Event {
	e.now, e.events = now.UnixMicro(), e.events[:0]
	for t := range e.unsettled {
		e.settle(t)
	}
	return e.events
}

// TooLate counts fixes that were older than what is kept of their device.
func (e *Engine) TooLate() uint64 { return e.tooLate }

func (e *Engine) tell(event Event) { e.events = append(e.events, event) }

func (e *Engine) apply(p *live.Position) {
	t := e.tracks[p.Device]
	if t == nil {
		d, ok := e.cfg.Device(p.Device)
		if !ok {
			return
		}
		t = &track{device: d, generation: -1}
		e.tracks[p.Device] = t
	}
	e.refresh(t)
	index, late, ok := t.enroll(e.fixOf(p))
	switch {
	case !ok && late:
		e.tooLate++
		return
	case !ok:
		return
	case late:
		e.replay(t, index)
		if len(e.proximities) > 0 {
			e.meet(t, index)
		}
	default:
		e.advance(t)
		if len(e.proximities) > 0 {
			e.meet(t, index)
		}
		e.forget(t)
	}
	e.settle(t)
}

// fixOf copies what the rules look at.
func (e *Engine) fixOf(p *live.Position) fix {
	f := fix{at: p.Time.UnixMicro(), lon: p.Lon, lat: p.Lat, speed: math.NaN()}
	if p.SpeedKMH.Known {
		f.speed = p.SpeedKMH.Value
	}
	if len(e.attributes) == 0 || len(p.Attributes) == 0 {
		return f
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(p.Attributes, &members) != nil {
		return f
	}
	for name, index := range e.attributes {
		var v float64
		text, ok := members[name]
		if !ok || json.Unmarshal(text, &v) != nil || string(text) == "null" {
			continue
		}
		for len(f.values) <= index {
			f.values = append(f.values, math.NaN())
		}
		f.values[index] = v
	}
	return f
}

// refresh brings a track to the rules that are in force.
func (e *Engine) refresh(t *track) {
	if t.generation == e.generation {
		return
	}
	if d, ok := e.cfg.Device(t.device.ID); ok {
		t.device = d
	}
	t.generation = e.generation
	t.concerned, t.singles = make([]bool, len(e.rules)), nil
	for i, p := range e.rules {
		t.concerned[i] = p.concerns(t.device)
		if t.concerned[i] && p.single && p.Subject != OnProximity {
			t.singles = append(t.singles, p)
		}
	}
	if len(t.fixes) == 0 {
		return
	}
	gone := func(rule int32) bool {
		p := e.byNumber[rule]
		return p == nil || !t.concerned[p.index]
	}
	t.issued = slices.DeleteFunc(t.issued, func(i issued) bool {
		if !gone(i.rule) {
			return false
		}
		if !i.final {
			e.tell(t.event(&i, Final, false))
		}
		return true
	})
	t.open = 0
	first := &t.checkpoints[0]
	first.states = slices.DeleteFunc(first.states, func(s state) bool { return gone(s.rule) })
	e.replay(t, 0)
}
