package fence

import (
	"math"
	"slices"
	"strings"
)

// spot is where a device was last heard of.
type spot struct {
	at       int64
	lon, lat float64
	known    bool
}

// couple names the track of two devices under a rule; first is the lesser id.
type couple struct {
	rule          int32
	first, second string
}

// square is a cell of the grid in which a rule finds devices that may be near.
type square struct{ column, row int32 }

// grid has the devices by where their kept fixes lie, with how many lie there.
type grid struct {
	size    float64 // degrees: at least as far as the rule reaches
	squares map[square]map[*track]int
}

func newGrid(meters float64) *grid {
	const shortest = 110_000 // metres of a degree of latitude are more
	return &grid{size: max(meters/shortest, 1e-5), squares: map[square]map[*track]int{}}
}

func (g *grid) at(f *fix) square {
	return square{int32(math.Floor(f.lon / g.size)), int32(math.Floor(f.lat / g.size))}
}

func (g *grid) add(t *track, f *fix) {
	at := g.at(f)
	if g.squares[at] == nil {
		g.squares[at] = map[*track]int{}
	}
	g.squares[at][t]++
}

func (g *grid) remove(t *track, f *fix) {
	at := g.at(f)
	if g.squares[at] == nil { // the device was none of the rule's then
		return
	}
	if g.squares[at][t]--; g.squares[at][t] > 0 {
		return
	}
	if delete(g.squares[at], t); len(g.squares[at]) == 0 {
		delete(g.squares, at)
	}
}

// around visits the other devices with a fix that may be near.
func (g *grid) around(t *track, f *fix, visit func(*track)) {
	middle := g.at(f)
	wide := int32(math.Ceil(1 / max(math.Cos(f.lat*math.Pi/180), 0.01)))
	seen := map[*track]struct{}{t: {}}
	for row := middle.row - 1; row <= middle.row+1; row++ {
		for column := middle.column - wide; column <= middle.column+wide; column++ {
			for other := range g.squares[square{column, row}] {
				if _, ok := seen[other]; !ok {
					seen[other] = struct{}{}
					visit(other)
				}
			}
		}
	}
}

// reach is how far apart two devices are that the rule has to look at.
func (p *prepared) reach() float64 { return p.WithinMeters + p.HysteresisMeters }

// meet takes a fix of a device to the rules on proximity.
func (e *Engine) meet(t *track, index int) {
	f := t.fixes[index]
	for _, p := range e.proximities {
		if !t.concerned[p.index] {
			continue
		}
		e.grids[p.number].add(t, &f)
		var fresh []*track
		e.grids[p.number].around(t, &f, func(other *track) {
			if _, known := e.couples[coupleOf(p, t, other)]; !known && e.came(p, t, other, index) {
				fresh = append(fresh, other)
			}
		})
		for _, c := range slices.Clone(t.couples) {
			if c.singles[0] == p {
				e.heard(c, t, &f)
			}
		}
		slices.SortFunc(fresh, func(a, b *track) int { return strings.Compare(a.device.ID, b.device.ID) })
		for _, other := range fresh {
			e.introduce(p, t, other)
		}
	}
}

func coupleOf(p *prepared, a, b *track) couple {
	if a.device.ID > b.device.ID {
		a, b = b, a
	}
	return couple{p.number, a.device.ID, b.device.ID}
}

// came reports whether the fix brings the two devices within reach, at its time or
// until the next of the device.
func (e *Engine) came(p *prepared, t, other *track, index int) bool {
	f := &t.fixes[index]
	here := spot{f.at, f.lon, f.lat, true}
	if there := other.spotAt(f.at); p.apartMeters(here, there, f.at) <= p.WithinMeters {
		return true
	}
	until := int64(math.MaxInt64)
	if index+1 < len(t.fixes) {
		until = t.fixes[index+1].at
	}
	for i := len(other.fixes) - 1; i >= 0 && other.fixes[i].at >= f.at; i-- {
		if o := &other.fixes[i]; o.at < until && p.apartMeters(here, spot{o.at, o.lon, o.lat, true}, o.at) <= p.WithinMeters {
			return true
		}
	}
	return false
}

// spotAt is the last fix of a device at or before a time, of those that are kept.
func (t *track) spotAt(at int64) spot {
	for i := len(t.fixes) - 1; i >= 0; i-- {
		if f := &t.fixes[i]; f.at <= at {
			return spot{f.at, f.lon, f.lat, true}
		}
	}
	if t.hasBefore && t.before.at <= at {
		return spot{t.before.at, t.before.lon, t.before.lat, true}
	}
	return spot{}
}

// apartMeters is how far apart two spots are, NaN where one is not known or too old.
func (p *prepared) apartMeters(a, b spot, at int64) float64 {
	if !a.known || !b.known || p.apart(a.at, at) || p.apart(b.at, at) {
		return math.NaN()
	}
	return Meters(a.lon, a.lat, b.lon, b.lat)
}

// Meters is the geodesic distance on WGS 84 of two points within some ten
// kilometres of each other, degrees; there it is right to a millimetre.
func Meters(lon1, lat1, lon2, lat2 float64) float64 {
	perX, perY := metersPerDegree((lat1 + lat2) / 2)
	return math.Hypot((lon2-lon1)*perX, (lat2-lat1)*perY)
}

// introduce begins the track of two devices, with all that is kept of both.
func (e *Engine) introduce(p *prepared, a, b *track) {
	name := coupleOf(p, a, b)
	if a.device.ID > b.device.ID {
		a, b = b, a
	}
	c := &track{device: a.device, other: name.second, members: [2]*track{a, b}, generation: e.generation, singles: []*prepared{p}}
	var spots [2]spot
	for i, m := range c.members {
		if m.hasBefore {
			spots[i] = spot{m.before.at, m.before.lon, m.before.lat, true}
		}
	}
	for i, j := 0, 0; i < len(a.fixes) || j < len(b.fixes); {
		at := int64(math.MaxInt64)
		if i < len(a.fixes) {
			at = a.fixes[i].at
		}
		if j < len(b.fixes) {
			at = min(at, b.fixes[j].at)
		}
		if i < len(a.fixes) && a.fixes[i].at == at {
			spots[0] = spot{at, a.fixes[i].lon, a.fixes[i].lat, true}
			i++
		}
		if j < len(b.fixes) && b.fixes[j].at == at {
			spots[1] = spot{at, b.fixes[j].lon, b.fixes[j].lat, true}
			j++
		}
		f := fix{at: at, speed: math.NaN()}
		f.stand(p, spots)
		c.fixes = append(c.fixes, f)
	}
	c.checkpoints = []checkpoint{{}}
	e.couples[name] = c
	a.couples, b.couples = append(a.couples, c), append(b.couples, c)
	e.replay(c, 0)
	e.settle(c)
}

// stand notes where both devices are at the time of the fix.
func (f *fix) stand(p *prepared, spots [2]spot) {
	f.both = &spots
	f.lon, f.lat = spots[0].lon, spots[0].lat
	f.values = []float64{p.apartMeters(spots[0], spots[1], f.at)}
}

// heard takes a fix of one of its devices to a couple.
func (e *Engine) heard(c *track, of *track, f *fix) {
	p, side := c.singles[0], 0
	if of == c.members[1] {
		side = 1
	}
	index, late, ok := c.enroll(fix{at: f.at, speed: math.NaN()})
	if !ok && late {
		return
	}
	var spots [2]spot
	if before := c.previous(index); !ok {
		spots = *c.fixes[index].both
	} else if before != nil {
		spots = *before.both
	}
	here := spot{f.at, f.lon, f.lat, true}
	spots[side] = here
	c.fixes[index].stand(p, spots)
	for i := index + 1; i < len(c.fixes) && c.fixes[i].both[side].at < f.at; i++ {
		spots := *c.fixes[i].both
		spots[side] = here
		c.fixes[i].stand(p, spots)
	}
	if ok && !late {
		e.advance(c)
		e.forget(c)
	} else {
		e.replay(c, index)
	}
	e.settle(c)
	e.part(c)
}

// part forgets a couple that is apart and has told nothing of late.
func (e *Engine) part(c *track) {
	if len(c.issued) > 0 || slices.ContainsFunc(c.states, func(s state) bool { return s.on || s.side || s.turning }) {
		return
	}
	delete(e.couples, coupleOf(c.singles[0], c.members[0], c.members[1]))
	e.leave(c)
}

func (e *Engine) leave(c *track) {
	for _, m := range c.members {
		m.couples = slices.DeleteFunc(m.couples, func(o *track) bool { return o == c })
	}
}

// near is where a distance stands to a rule on proximity.
func (p *prepared) near(meters float64) input {
	switch {
	case meters <= p.WithinMeters:
		return in
	case meters > p.reach():
		return out
	}
	return band
}

// regrid makes the grids of rules on proximity that are new, and lets go of couples
// of rules that are gone; what these told becomes final as time passes.
func (e *Engine) regrid() {
	grids := map[int32]*grid{}
	for _, p := range e.proximities {
		if grids[p.number] = e.grids[p.number]; grids[p.number] != nil {
			continue
		}
		g := newGrid(p.reach())
		grids[p.number] = g
		for _, t := range e.tracks {
			if p.concerns(t.device) {
				for i := range t.fixes {
					g.add(t, &t.fixes[i])
				}
			}
		}
	}
	e.grids = grids
	for name, c := range e.couples {
		if e.byNumber[name.rule] == nil {
			delete(e.couples, name)
			e.leave(c)
		}
	}
}
