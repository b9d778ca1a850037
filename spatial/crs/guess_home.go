package crs

import (
	"math"

	"gisd/spatial"
)

// twinHome is by how much two systems a few hundred metres apart may differ in
// Home: 1.5 km.
const twinHome = 0.01

// away reports whether a candidate leads out of the home area while another one
// leads into it. What lies out there does not speak for it then: a collection
// that was loaded with the wrong zone would draw all that come after it along.
func (g *guesser) away(c *Candidate) bool {
	best := 0.0
	for i := range g.found {
		best = max(best, g.found[i].Home)
	}
	return best >= 0.9 && c.Home < best-twinHome
}

// preferHome takes data at hand out of the scores of candidates that lead away.
func (g *guesser) preferHome() {
	for i := range g.found {
		if c := &g.found[i]; g.away(c) {
			c.Score -= c.Known
		}
	}
}

// fit is what the boxes at hand say.
type fit uint8

const (
	fitNothing     fit = iota
	fitSettles         // the first candidate fills one, as no other does
	fitContradicts     // one that leads away from home fills one
)

// settleByFit looks for a box at hand that the coordinates fill to the metre in
// one system and miss in every other; that one then stands first. It tells even
// systems apart that lie 200 m from each other. Against the home area it settles
// nothing, but leaves the choice to people.
func (g *guesser) settleByFit() fit {
	const exact = 60 // metres
	best, gap, next := -1, math.Inf(1), math.Inf(1)
	for i := range g.found {
		g.place(g.found[i].SRID, g.found[i].Form)
		b, miss := bounds(g.lon, g.lat), math.Inf(1)
		for _, k := range g.around.Known {
			miss = min(miss, metresPer*max(math.Abs(b.MinX-k.MinX), math.Abs(b.MaxX-k.MaxX), math.Abs(b.MinY-k.MinY), math.Abs(b.MaxY-k.MaxY)))
		}
		switch {
		case miss < gap:
			best, gap, next = i, miss, gap
		case miss < next:
			next = miss
		}
	}
	if gap > exact || next < 3*gap || next-gap < exact {
		return fitNothing
	}
	c, to, says := g.found[best], 0, fitSettles
	if g.away(&c) && best > 0 {
		to, says = 1, fitContradicts
	}
	c.Fits = true
	copy(g.found[to+1:best+1], g.found[to:best])
	g.found[to] = c
	return says
}

// HomeZone finds the zone that would put a sample into the home area where the
// zone it is said to be in puts it far outside, and where no province is mapped
// in that one. Zones are compared within one family: TM-3 or UTM, on one datum.
// at is where the named one puts the sample, in SRID 4326. The sample is not
// changed; nothing is found without a home area.
func HomeZone(srid spatial.SRID, s Sample, around Surroundings) (zone spatial.SRID, at spatial.Envelope, ok bool) {
	named, known := Lookup(srid)
	g := newGuesser(s, around)
	if !known || named.Method != MethodTransverseMercator || len(g.x) == 0 || !usableBox(around.Home) {
		return 0, at, false
	}
	const far = 0.8 // 30 km
	home, mapped, ok := g.share(named)
	if !ok || home > far || mapped >= 0.5 {
		return 0, at, false
	}
	at = g.box()
	best := 0.0
	for _, other := range guessable() {
		z, _ := Lookup(other)
		if other == srid || z.Method != named.Method || z.Datum != named.Datum || z.ScaleFactor != named.ScaleFactor {
			continue
		}
		home, mapped, ok := g.share(z)
		if score := mapped + g.home[other]; ok && home >= 0.99 && (zone == 0 || score > best) {
			zone, best = other, score
		}
	}
	return zone, at, zone != 0
}

// share is how near home a system puts the core, on the mean, and which part of
// it where provinces are mapped in it.
func (g *guesser) share(s *System) (home, mapped float64, ok bool) {
	if !g.place(s.SRID, Form{}) {
		return 0, 0, false
	}
	for i := range g.lon {
		home += g.nearHome(g.lon[i], g.lat[i])
		if g.zones.has(s.SRID, g.lon[i], g.lat[i]) {
			mapped++
		}
	}
	n := float64(len(g.x))
	return home / n, mapped / n, true
}

// InDegrees reports whether all positions of a sample are in the range of
// degrees while the system is planar and has none of them in its area of use, so
// that they can hardly be in it.
func InDegrees(srid spatial.SRID, s Sample) bool {
	system, ok := Lookup(srid)
	if !ok || system.Geographic {
		return false
	}
	n := 0
	for i := range min(len(s.X), len(s.Y)) {
		x, y := math.Abs(s.X[i]), math.Abs(s.Y[i])
		switch {
		case x == 0 && y == 0:
			continue
		case !(min(x, y) <= 90 && max(x, y) <= 180):
			return false
		}
		n++
	}
	g := newGuesser(s, Surroundings{})
	if n == 0 || !g.place(srid, Form{}) {
		return n > 0
	}
	for i := range g.lon {
		if holds(system.AreaOfUse, g.lon[i], g.lat[i]) {
			return false
		}
	}
	return true
}
