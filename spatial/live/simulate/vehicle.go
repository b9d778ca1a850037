package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"gisd/spatial/live"
)

// manner is how a kind of vehicle drives; speeds in m/s, accelerations in m/s².
type manner struct {
	slow, fast   float64 // cruising speeds
	acceleration float64
	stopEvery    float64 // metres between stops, on average; 0 never stops
	stopSeconds  float64
}

func mannerOf(kind live.Kind) manner {
	switch kind {
	case live.KindAmbulance:
		return manner{slow: 9, fast: 20, acceleration: 1.5, stopEvery: 6000, stopSeconds: 60}
	case live.KindBarge:
		return manner{slow: 1.8, fast: 3.6, acceleration: 0.05}
	}
	return manner{slow: 7, fast: 13, acceleration: 0.9, stopEvery: 700, stopSeconds: 15}
}

// vehicle is one moving device.
type vehicle struct {
	id      string
	kind    live.Kind
	manner  manner
	network *network
	random  *rand.Rand

	way     link
	done    float64 // metres from where the way begins, in the direction of travel
	speed   float64 // m/s
	cruise  float64 // m/s
	toStop  float64 // metres
	waiting float64 // seconds
	next    *link   // chosen near the end; nil turns back
	chosen  bool
}

func newVehicle(id string, kind live.Kind, n *network, random *rand.Rand) *vehicle {
	v := &vehicle{id: id, kind: kind, manner: mannerOf(kind), network: n, random: random}
	p, distance := n.place(random.Float64())
	v.way = link{path: p, backward: random.IntN(2) == 1}
	v.done = distance
	if v.way.backward {
		v.done = p.length() - distance
	}
	v.settle()
	v.speed = v.cruise
	return v
}

// settle chooses the cruising speed and the next stop.
func (v *vehicle) settle() {
	m := v.manner
	v.cruise = m.slow + v.random.Float64()*(m.fast-m.slow)
	v.toStop = math.Inf(1)
	if m.stopEvery > 0 {
		v.toStop = m.stopEvery * (0.5 + v.random.Float64())
	}
}

// halted is a speed, in m/s, that a vehicle about to stop may drop at once.
const halted = 0.3

// step drives for that many seconds, in pieces of at most half a second so that
// braking is smooth at any rate.
func (v *vehicle) step(seconds float64) {
	for seconds > 0 {
		piece := math.Min(seconds, 0.5)
		v.drive(piece)
		seconds -= piece
	}
}

func (v *vehicle) drive(seconds float64) {
	if v.waiting > 0 {
		v.waiting -= seconds
		return
	}
	ahead := math.Min(v.toStop, v.roomAhead())
	// The speed from which the vehicle can still halt within what is ahead.
	limit := math.Min(v.cruise, math.Sqrt(2*v.manner.acceleration*math.Max(ahead, 0)))
	change := v.manner.acceleration * seconds
	v.speed = math.Min(math.Max(limit, v.speed-2*change), v.speed+change)
	moved := v.speed * seconds
	v.done += moved
	v.toStop -= moved
	if v.toStop < 0.4 || v.toStop < 3 && v.speed < halted {
		v.speed = 0
		v.waiting = v.manner.stopSeconds * (0.5 + v.random.Float64())
		v.settle()
	}
	v.goOn()
}

// roomAhead is how far the vehicle may go without having to stop for the end of
// its line.
func (v *vehicle) roomAhead() float64 {
	rest := v.way.path.length() - v.done
	if !v.chosen && rest < 300 {
		v.chosen = true
		if ways := v.network.onward(v.way); len(ways) > 0 {
			v.next = &ways[v.random.IntN(len(ways))]
		}
	}
	if v.chosen && v.next == nil {
		return rest
	}
	return math.Inf(1)
}

// goOn changes to the next line, or turns back, at the end of this one.
func (v *vehicle) goOn() {
	rest := v.way.path.length() - v.done
	switch {
	case v.next != nil && rest > 0:
		return
	case v.next != nil:
		v.way, v.done = *v.next, -rest
	case rest < 0.4 || v.chosen && rest < 3 && v.speed < halted:
		v.way.backward = !v.way.backward
		v.done = math.Max(rest, 0)
		v.speed = 0
		v.waiting = 5
	default:
		return
	}
	v.next, v.chosen = nil, false
}

// at is the place some metres before or behind the vehicle on its line.
func (v *vehicle) at(offset float64) orb.Point {
	distance := v.done + offset
	if v.way.backward {
		distance = v.way.path.length() - distance
	}
	return v.way.path.at(distance)
}

// headingMeters: the bearing is that of a chord so long, which rounds corners.
const headingMeters = 12

// position reports where the vehicle is.
func (v *vehicle) position(now time.Time) live.Position {
	here := v.at(0)
	p := live.Position{
		Device: v.id, Lon: round(here[0], 1e7), Lat: round(here[1], 1e7), Time: now.UTC().Truncate(time.Millisecond), ReceivedAt: now.UTC(),
		SpeedKMH:       live.Known(round(v.speed*3.6, 10)),
		BearingDegrees: live.Known(math.Mod(round(bearing(v.at(-headingMeters), v.at(headingMeters)), 10), 360)),
		AccuracyMeters: live.Known(5),
	}
	if v.kind == live.KindAmbulance {
		p.Attributes = []byte(`{"status":"on call"}`)
		if v.waiting > 0 {
			p.Attributes = []byte(`{"status":"available"}`)
		}
	}
	return p
}

func round(v, scale float64) float64 { return math.Round(v*scale) / scale }
