package crs

import (
	"cmp"
	"math"
	"slices"

	"gisd/spatial"
)

// Sample is positions of a file as they stand in it, pairwise, the first
// ordinate in X. Its system is what is asked for.
type Sample struct{ X, Y []float64 }

// Surroundings are what coordinates without a name are held against, in SRID
// 4326 as lon, lat degrees.
type Surroundings struct {
	Home  spatial.Envelope   // the office's own area; the zero box is none
	Known []spatial.Envelope // boxes of data that is at hand already
}

// Candidate is a system that coordinates without a name may be in.
type Candidate struct {
	SRID spatial.SRID
	Form Form // how the coordinates must be read for it
	// Box is where the middle nine tenths of them would lie, in SRID 4326.
	Box   spatial.Envelope
	Score float64 // higher is likelier; comparable within one Guess
	Home  float64 // 1 inside the home area, falling to 0 at 150 km from it
	Zone  float64 // share that lies where provinces are mapped in this zone
	Known float64 // share that lies on data at hand
	Fits  bool    // fills a box at hand to the metre, as no other candidate does
}

// lead is by how much the first candidate must beat the second, and twinMetres
// how far apart two must land to be told apart by place at all: UTM 48N on
// WGS 84, on VN-2000 and TM-3 105° lie 200 and 370 m apart.
const (
	lead       = 0.6
	twinMetres = 2000
	plausible  = 0.75 // share of the positions that must lie in the country
	homeReach  = 150_000
	metresPer  = 111_000 // a degree of latitude, roughly
)

// Guess finds the systems in which a sample may lie, the likeliest first, and
// whether the first is sure enough to be taken. Candidates are the VN-2000
// systems, WGS 84 in degrees, UTM 48N and 49N and web Mercator; each is judged
// by where it would put the coordinates. Positions at 0, 0 and far from all
// others do not count. The sample is not changed.
func Guess(s Sample, around Surroundings) (candidates []Candidate, sure bool) {
	g := newGuesser(s, around)
	if len(g.x) == 0 {
		return nil, false
	}
	if c, ok := g.degrees(); ok {
		return c, true
	}
	for _, form := range g.forms() {
		for _, srid := range guessable() {
			if form.allows(srid) {
				g.judge(srid, form)
			}
		}
		if form.last && len(g.found) > 0 {
			break
		}
	}
	g.preferHome()
	slices.SortStableFunc(g.found, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return g.found, g.sure()
}

// guessable are the planar systems of the country.
func guessable() []spatial.SRID {
	srids := []spatial.SRID{spatial.SRIDWebMercator}
	for _, z := range vnZones() {
		srids = append(srids, z.srid)
	}
	return append(srids, 32648, 32649)
}

type guesser struct {
	x, y   []float64 // the core of the sample
	around Surroundings
	zones  provincialZones
	home   map[spatial.SRID]float64
	found  []Candidate
	lon    []float64
	lat    []float64
}

func newGuesser(s Sample, around Surroundings) *guesser {
	g := &guesser{around: around, zones: provinces()}
	g.x, g.y = core(s)
	g.home = g.zones.homeZones(around.Home)
	return g
}

// core drops what must not count: 0, 0, numbers that are not finite, and
// positions far from the median.
func core(s Sample) (x, y []float64) {
	for i := range min(len(s.X), len(s.Y)) {
		if s.X[i]-s.X[i] == 0 && s.Y[i]-s.Y[i] == 0 && (s.X[i] != 0 || s.Y[i] != 0) {
			x, y = append(x, s.X[i]), append(y, s.Y[i])
		}
	}
	if len(x) == 0 {
		return nil, nil
	}
	mx, my := median(x), median(y)
	rx, ry := reach(x, mx), reach(y, my)
	n := 0
	for i := range x {
		if math.Abs(x[i]-mx) <= rx && math.Abs(y[i]-my) <= ry {
			x[n], y[n] = x[i], y[i]
			n++
		}
	}
	return x[:n], y[:n]
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}

// reach is how far from the median a position may lie: twenty times the median
// distance, but 10° or 300 km at least.
func reach(v []float64, m float64) float64 {
	d := make([]float64, len(v))
	for i := range v {
		d[i] = math.Abs(v[i] - m)
	}
	least := 300_000.0
	if math.Abs(m) <= 360 {
		least = 10
	}
	return max(20*median(d), least)
}

// degrees settles coordinates in the range of degrees: they are taken as WGS 84
// wherever they lie, as every program does.
func (g *guesser) degrees() ([]Candidate, bool) {
	share := func(swap bool, maxX, maxY float64) float64 {
		n := 0
		for i := range g.x {
			x, y := g.x[i], g.y[i]
			if swap {
				x, y = y, x
			}
			if math.Abs(x) <= maxX && math.Abs(y) <= maxY {
				n++
			}
		}
		return float64(n) / float64(len(g.x))
	}
	const most = 0.98
	plain, swapped := share(false, 180, 90) >= most, share(true, 180, 90) >= most
	if !plain && !swapped {
		return nil, false
	}
	for _, swap := range [...]bool{false, true} {
		if (swap && swapped || !swap && plain) && g.judge(spatial.SRIDWGS84, Form{SwapXY: swap}) {
			return g.found, true
		}
	}
	form := Form{SwapXY: !plain}
	g.place(spatial.SRIDWGS84, form)
	return []Candidate{{SRID: spatial.SRIDWGS84, Form: form, Box: g.box(), Score: 1}}, true
}

// place fills lon and lat with where a system puts the core.
func (g *guesser) place(srid spatial.SRID, form Form) bool {
	t, err := NewTransform(srid, spatial.SRIDWGS84)
	if err != nil {
		return false
	}
	g.lon, g.lat = g.lon[:0], g.lat[:0]
	for i := range g.x {
		if lon, lat, ok := t.point(form.Apply(g.x[i], g.y[i])); ok {
			g.lon, g.lat = append(g.lon, lon), append(g.lat, lat)
		}
	}
	return len(g.lon) > 0
}

// judge adds the system to what was found when it puts the core into the
// country, and reports whether it does.
func (g *guesser) judge(srid spatial.SRID, form Form) bool {
	system, ok := Lookup(srid)
	if !ok || !g.place(srid, form) {
		return false
	}
	zone := srid
	if srid == spatial.SRIDWebMercator || srid == spatial.SRIDWGS84 {
		zone = 0
	}
	area := country()
	var inside, home, mapped, known float64
	for i := range g.lon {
		lon, lat := g.lon[i], g.lat[i]
		if !holds(area, lon, lat) || !holds(system.UsableArea, lon, lat) {
			continue
		}
		inside++
		home += g.nearHome(lon, lat)
		if g.zones.has(zone, lon, lat) {
			mapped++
		}
		if slices.ContainsFunc(g.around.Known, func(e spatial.Envelope) bool { return small(e) && holds(e, lon, lat) }) {
			known++
		}
	}
	n := float64(len(g.x))
	if inside/n < plausible {
		return false
	}
	c := Candidate{SRID: srid, Form: form, Box: g.box(), Home: home / n, Zone: mapped / n, Known: known / n}
	if form.home && (c.Home < 0.9 || g.home[srid] < 1) {
		return false
	}
	if form.prefix > 100 {
		c.Zone = 1 // the number names the zone
	}
	c.Score = 1 + 2*c.Home + c.Zone*(1+g.home[srid]*min(1, 2*c.Home)) + c.Known
	g.found = append(g.found, c)
	return true
}

// sure reports whether the first candidate may be taken without asking.
func (g *guesser) sure() bool {
	if len(g.found) == 0 {
		return false
	}
	switch g.settleByFit() {
	case fitSettles:
		return true
	case fitContradicts:
		return false
	}
	best := g.found[0]
	if best.Zone < 0.5 && best.Home < 0.5 && best.Known < 0.5 {
		return false
	}
	for _, c := range g.found[1:] {
		if best.Score-c.Score < lead || distance(centre(best.Box), centre(c.Box)) < twinMetres {
			return false
		}
	}
	return true
}

// nearHome is 1 inside the home area and falls to 0 at homeReach from it.
func (g *guesser) nearHome(lon, lat float64) float64 {
	h := g.around.Home
	if !usableBox(h) {
		return 0
	}
	edge := [2]float64{min(max(lon, h.MinX), h.MaxX), min(max(lat, h.MinY), h.MaxY)}
	return max(0, 1-distance([2]float64{lon, lat}, edge)/homeReach)
}

// box is where the middle of the core lies: a few strays do not widen it.
func (g *guesser) box() spatial.Envelope {
	slices.Sort(g.lon)
	slices.Sort(g.lat)
	cut := len(g.lon) / 20
	return box(g.lon[cut], g.lat[cut], g.lon[len(g.lon)-1-cut], g.lat[len(g.lat)-1-cut])
}

func bounds(lon, lat []float64) spatial.Envelope {
	return box(slices.Min(lon), slices.Min(lat), slices.Max(lon), slices.Max(lat))
}

// country is Vietnam with its islands near the coast, without the far ones:
// data of the province lies there.
func country() spatial.Envelope { return box(102, 8, 110, 23.5) }

func holds(e spatial.Envelope, lon, lat float64) bool {
	return lon >= e.MinX && lon <= e.MaxX && lat >= e.MinY && lat <= e.MaxY
}

// small boxes tell places apart; one of the whole country does not.
func small(e spatial.Envelope) bool { return e.MaxX-e.MinX < 1.5 && e.MaxY-e.MinY < 1.5 }

func centre(e spatial.Envelope) [2]float64 {
	return [2]float64{(e.MinX + e.MaxX) / 2, (e.MinY + e.MaxY) / 2}
}

// distance in metres on the plane at these latitudes, good to 1 %.
func distance(a, b [2]float64) float64 {
	dx := (a[0] - b[0]) * metresPer * math.Cos((a[1]+b[1])/2*math.Pi/180)
	return math.Hypot(dx, (a[1]-b[1])*metresPer)
}
