package fence_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

// area is a fence, or a road, as the oracle gets it.
type area struct {
	id       string
	geometry orb.Geometry
	limit    float64
}

func shapes(t *testing.T, areas []area) []fence.Fence {
	t.Helper()
	fences := make([]fence.Fence, len(areas))
	for i, a := range areas {
		fences[i] = fence.Fence{ID: a.id, Limit: a.limit, Shape: fence.NewShape(a.geometry)}
		if fences[i].Shape == nil {
			t.Fatalf("fence %s has no shape", a.id)
		}
	}
	return fences
}

// star is a ring around a centre, degrees, turned one way or the other.
func star(r *rand.Rand, centre orb.Point, radius float64, points int) orb.Ring {
	var ring orb.Ring
	for i := range points {
		angle := (float64(i) + 0.8*r.Float64()) / float64(points) * 2 * math.Pi
		length := radius * (0.5 + 0.5*r.Float64())
		ring = append(ring, orb.Point{centre[0] + length*math.Cos(angle), centre[1] + length*math.Sin(angle)})
	}
	ring = append(ring, ring[0])
	if r.IntN(2) == 0 {
		slices.Reverse(ring)
	}
	return ring
}

// rectangle has edges along the axes, on coordinates that fixes are snapped to.
func rectangle(x1, y1, x2, y2 float64) orb.Ring {
	return orb.Ring{{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}, {x1, y1}}
}

// areas scatters fences with holes, of several parts, and rectangles over a box.
func areas(r *rand.Rand, n int, over orb.Bound, radius float64) []area {
	list := make([]area, n)
	for i := range list {
		c := orb.Point{over.Min[0] + r.Float64()*(over.Max[0]-over.Min[0]), over.Min[1] + r.Float64()*(over.Max[1]-over.Min[1])}
		size := radius * (0.3 + r.Float64())
		ring := star(r, c, size, 5+r.IntN(60))
		list[i] = area{id: fmt.Sprintf("f%d", i), geometry: orb.Polygon{ring}}
		switch i % 4 {
		case 1: // a hole: within half the radius there is no edge of the ring
			list[i].geometry = orb.Polygon{ring, star(r, c, size*0.3, 5+r.IntN(10))}
		case 2:
			list[i].geometry = orb.MultiPolygon{{ring}, {star(r, orb.Point{c[0] + 2.5*size, c[1]}, size, 7)}}
		case 3:
			x, y := snap(c[0]), snap(c[1])
			list[i].geometry = orb.Polygon{rectangle(x, y, x+snap(size)+grain, y+snap(size)+grain)}
		}
	}
	return list
}

// grain is what some fixes are snapped to, so that they lie on edges.
const grain = 1.0 / 4096

func snap(v float64) float64 { return math.Round(v/grain) * grain }

// walk makes tracks that stop, turn, jump, and leave gaps.
func walk(r *rand.Rand, devices, fixes int, over orb.Bound) []live.Position {
	var list []live.Position
	for d := range devices {
		x := over.Min[0] + r.Float64()*(over.Max[0]-over.Min[0])
		y := over.Min[1] + r.Float64()*(over.Max[1]-over.Min[1])
		heading, pace, seconds, level := r.Float64()*2*math.Pi, 0.0, r.Float64()*30, 50.0
		for range fixes {
			switch r.IntN(20) {
			case 0:
				pace = 0
			case 1, 2, 3:
				pace = 0.002 * r.Float64()
			case 4:
				seconds += 600 * r.Float64()
			}
			heading += r.NormFloat64() * 0.4
			step := 1 + 30*r.Float64()
			seconds += step
			x, y = x+pace*math.Cos(heading), y+pace*math.Sin(heading)
			if x < over.Min[0] || x > over.Max[0] || y < over.Min[1] || y > over.Max[1] {
				x, y = min(max(x, over.Min[0]), over.Max[0]), min(max(y, over.Min[1]), over.Max[1])
				heading += math.Pi / 2
			}
			level += r.NormFloat64() * 4
			p := live.Position{Device: fmt.Sprintf("d%d", d), Lon: x, Lat: y, Time: at(seconds)}
			if r.IntN(4) == 0 {
				p.Lon, p.Lat = snap(x), snap(y)
			}
			if r.IntN(10) > 0 {
				p.SpeedKMH = live.Known(pace * 110e3 / step * 3.6)
			}
			if r.IntN(5) > 0 {
				p.Attributes = json.RawMessage(fmt.Sprintf(`{"level":%v}`, math.Round(level)))
			}
			list = append(list, p)
		}
	}
	return list
}

func reading(p live.Position) live.Measure {
	var members struct{ Level *float64 }
	if len(p.Attributes) == 0 || json.Unmarshal(p.Attributes, &members) != nil || members.Level == nil {
		return live.Measure{}
	}
	return live.Known(*members.Level)
}

// arrivals mixes the order of fixes and sends some twice. Each comes at most
// late after its time, and some in time.
func arrivals(r *rand.Rand, fixes []live.Position, late time.Duration) []live.Position {
	type arrival struct {
		live.Position
		at int64
	}
	var list []arrival
	for _, p := range fixes {
		for range 1 + r.IntN(5)/4 {
			delay := int64(0)
			if late > 0 && r.IntN(3) == 0 {
				delay = r.Int64N(late.Microseconds())
			}
			list = append(list, arrival{p, p.Time.UnixMicro() + delay})
		}
	}
	slices.SortStableFunc(list, func(a, b arrival) int { return int(min(max(a.at-b.at, -1), 1)) })
	positions := make([]live.Position, len(list))
	for i, a := range list {
		positions[i] = a.Position
		positions[i].ReceivedAt = time.UnixMicro(a.at)
	}
	return positions
}

func device(id string) (*live.Device, bool) { return &live.Device{ID: id, Kind: live.KindBus}, true }

// run sends the arrivals to an engine, in lots, and checks with the ledger as often
// as asked.
func run(e *fence.Engine, l *ledger, list []live.Position, r *rand.Rand) {
	for len(list) > 0 {
		n := min(len(list), 1+r.IntN(50))
		now := list[n-1].ReceivedAt
		l.take(e.Apply(list[:n], now))
		l.take(e.Advance(now))
		list = list[n:]
	}
}

// distinct are the fixes that have arrived, once each.
func distinct(list []live.Position) []live.Position {
	type name struct {
		device string
		at     int64
	}
	seen := map[name]bool{}
	var first []live.Position
	for _, p := range list {
		if n := (name{p.Device, p.Time.UnixMicro()}); !seen[n] {
			seen[n] = true
			first = append(first, p)
		}
	}
	return first
}
