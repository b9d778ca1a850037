package trip

import (
	"iter"
	"time"

	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

// Options say what counts; zero values are the defaults given.
type Options struct {
	RadiusMeters  float64       // 50
	MinStop       time.Duration // 3 min
	Gap           time.Duration // 10 min
	MinTripMeters float64       // 0 keeps every trip
}

func (o Options) withDefaults() Options {
	if o.RadiusMeters == 0 {
		o.RadiusMeters = 50
	}
	if o.MinStop == 0 {
		o.MinStop = 3 * time.Minute
	}
	if o.Gap == 0 {
		o.Gap = 10 * time.Minute
	}
	return o
}

// Stop is where a device stayed.
type Stop struct {
	Begin, End live.Position // the first and the last fix
	Fixes      int
}

// Trip is a way between two stops, or from or to the end of a leg.
type Trip struct {
	Begin, End  live.Position // the first and the last fix
	Fixes       int
	Meters      float64      // along the fixes
	MaxSpeedKMH live.Measure // of those that fixes say; unknown where none does
	AfterStop   bool         // it begins where a stop ended
	BeforeStop  bool         // it ends where a stop begins
}

// Event is a stop or a trip; the other is nil.
type Event struct {
	Stop *Stop
	Trip *Trip
}

// Find hands on stops and trips in the order of their times. An error of the fixes ends
// it; what was not over by then is left out. It keeps fixes of no more than MinStop.
func Find(fixes iter.Seq2[live.Position, error], o Options) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f := finder{o: o.withDefaults(), yield: yield}
		for p, err := range fixes {
			if err != nil {
				yield(Event{}, err)
				return
			}
			if last := f.last(); last != nil && p.Time.Sub(last.Time) > f.o.Gap {
				f.endLeg()
			}
			if !f.done {
				f.add(p)
			}
			if f.done {
				return
			}
		}
		f.endLeg()
	}
}

// finder goes through the fixes of a leg.
type finder struct {
	o     Options
	yield func(Event, error) bool
	done  bool // the caller has enough

	halt []live.Position // at the first of them, and what follows; shorter than MinStop
	near int             // of these, from the first on, are known to be near it; 1 at least
	stay *Stop           // that the device has not left; halt is empty then
	trip *Trip
}

func (f *finder) tell(e Event) {
	f.done = f.done || !f.yield(e, nil)
}

func (f *finder) apart(a, b *live.Position) bool {
	return fence.Meters(a.Lon, a.Lat, b.Lon, b.Lat) > f.o.RadiusMeters
}

// last is the fix before.
func (f *finder) last() *live.Position {
	switch {
	case f.stay != nil:
		return &f.stay.End
	case len(f.halt) > 0:
		return &f.halt[len(f.halt)-1]
	}
	return nil
}

// add takes the next fix of the leg in.
func (f *finder) add(p live.Position) {
	if f.stay != nil {
		if !f.apart(&f.stay.Begin, &p) {
			f.stay.End = p
			f.stay.Fixes++
			return
		}
		f.leave()
	}
	f.halt = append(f.halt, p)
	f.settle(false)
}

// settle looks at halt after halt, as far as the fixes say how long each is; at the end
// of a leg they do.
func (f *finder) settle(end bool) {
	for len(f.halt) > 0 && !f.done {
		f.near = max(f.near, 1)
		for f.near < len(f.halt) && !f.apart(&f.halt[0], &f.halt[f.near]) {
			f.near++
		}
		first, last := f.halt[0], f.halt[f.near-1]
		switch {
		case last.Time.Sub(first.Time) >= f.o.MinStop:
			f.move(first)
			f.endTrip(true)
			f.stay = &Stop{Begin: first, End: last, Fixes: f.near}
			f.halt, f.near = f.halt[f.near:], 1
			if len(f.halt) > 0 {
				f.leave()
			}
		case f.near == len(f.halt) && !end:
			return
		default:
			f.move(first)
			f.halt, f.near = f.halt[1:], 1
		}
	}
}

// leave tells of the stop that is over; a trip begins at its end.
func (f *finder) leave() {
	end := f.stay.End
	f.tell(Event{Stop: f.stay})
	f.stay, f.trip = nil, &Trip{Begin: end, End: end, Fixes: 1, AfterStop: true, MaxSpeedKMH: end.SpeedKMH}
}

// move takes the trip on to a fix.
func (f *finder) move(p live.Position) {
	if f.trip == nil {
		f.trip = &Trip{Begin: p, End: p, Fixes: 1, MaxSpeedKMH: p.SpeedKMH}
		return
	}
	f.trip.Meters += fence.Meters(f.trip.End.Lon, f.trip.End.Lat, p.Lon, p.Lat)
	f.trip.Fixes++
	f.trip.End = p
	if s := p.SpeedKMH; s.Known && (!f.trip.MaxSpeedKMH.Known || s.Value > f.trip.MaxSpeedKMH.Value) {
		f.trip.MaxSpeedKMH = s
	}
}

func (f *finder) endTrip(atStop bool) {
	t := f.trip
	f.trip = nil
	if f.done || t == nil || t.Fixes < 2 || t.Meters < f.o.MinTripMeters {
		return
	}
	t.BeforeStop = atStop
	f.tell(Event{Trip: t})
}

func (f *finder) endLeg() {
	f.settle(true)
	if f.stay != nil && !f.done {
		f.leave()
	}
	f.endTrip(false)
	f.halt, f.near, f.stay = nil, 1, nil
}
