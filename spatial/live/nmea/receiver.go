package nmea

import (
	"math"
	"time"

	"gisd/spatial/live"
)

// Receiver makes fixes of the sentences of one GNSS receiver. A receiver that
// sends RMC gives a fix with each; one that does not, with each GGA or GLL, whose
// date is the last ZDA's or the one that comes nearest to the clock.
type Receiver struct {
	lastRMC time.Time // of the clock
	day     time.Time // of the last ZDA or RMC
	dayAt   time.Time // of the clock, when it came
	speed   live.Measure
	bearing live.Measure
	course  time.Time // of the clock, when VTG told speed and bearing
	error   live.Measure
	errorAt time.Duration // time of day of the GST
	members map[string]any
	extraAt time.Duration // time of day of the GGA that told the members
}

// sparse is how long a receiver may not send RMC before GGA and GLL stand for it,
// and how old what VTG and ZDA told may be.
const sparse = 10 * time.Second

// Take reads one sentence and returns a fix where one is complete. Sentences that
// say that there is no fix, and all others, give false.
func (r *Receiver) Take(s Sentence, now time.Time) (live.Fix, bool) {
	switch s.Type {
	case "RMC":
		return r.rmc(s, now)
	case "GGA":
		return r.gga(s, now)
	case "GLL":
		if status := s.field(5); status != "A" && status != "" {
			return live.Fix{}, false
		}
		return r.undated(s, 0, 4, now)
	case "VTG":
		r.vtg(s, now)
	case "ZDA":
		r.zda(s, now)
	case "GST":
		r.gst(s)
	}
	return live.Fix{}, false
}

// rmc: time, status, lat, N/S, lon, E/W, knots, course, date, …
func (r *Receiver) rmc(s Sentence, now time.Time) (live.Fix, bool) {
	r.lastRMC = now
	if s.field(1) != "A" {
		return live.Fix{}, false
	}
	lat, ok1 := s.degrees(2, "N", "S", 90)
	lon, ok2 := s.degrees(4, "E", "W", 180)
	clock, ok3 := s.timeOfDay(0)
	day, ok4 := s.date(8)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return live.Fix{}, false
	}
	r.day, r.dayAt = day, now
	fix := live.Fix{Position: live.Position{Lon: lon, Lat: lat, Time: day.Add(clock)}}
	fix.Position.SpeedKMH, fix.Position.BearingDegrees = s.knots(6), s.angle(7)
	r.finish(&fix, clock)
	return fix, true
}

// gga: time, lat, N/S, lon, E/W, quality, satellites, HDOP, altitude, …
func (r *Receiver) gga(s Sentence, now time.Time) (live.Fix, bool) {
	quality, ok := s.number(5)
	clock, timed := s.timeOfDay(0)
	if !ok || quality < 1 || !timed {
		return live.Fix{}, false
	}
	r.members, r.extraAt = map[string]any{"quality": quality}, clock
	for name, field := range map[string]int{"satellites": 6, "hdop": 7, "altitude": 8} {
		if v, ok := s.number(field); ok {
			r.members[name] = v
		}
	}
	return r.undated(s, 1, 0, now)
}

// undated makes a fix of a sentence without a date, unless RMC does.
func (r *Receiver) undated(s Sentence, latField, timeField int, now time.Time) (live.Fix, bool) {
	if !r.lastRMC.IsZero() && now.Sub(r.lastRMC) < sparse {
		return live.Fix{}, false
	}
	lat, ok1 := s.degrees(latField, "N", "S", 90)
	lon, ok2 := s.degrees(latField+2, "E", "W", 180)
	clock, ok3 := s.timeOfDay(timeField)
	if !ok1 || !ok2 || !ok3 {
		return live.Fix{}, false
	}
	fix := live.Fix{Position: live.Position{Lon: lon, Lat: lat, Time: r.dated(clock, now)}}
	if !r.course.IsZero() && now.Sub(r.course) < sparse {
		fix.Position.SpeedKMH, fix.Position.BearingDegrees = r.speed, r.bearing
	}
	r.finish(&fix, clock)
	return fix, true
}

// dated puts a time of day on the day that ZDA told, else on the one that brings
// it nearest to the clock.
func (r *Receiver) dated(clock time.Duration, now time.Time) time.Time {
	reference := now
	if !r.day.IsZero() {
		reference = r.day.Add(now.Sub(r.dayAt)).Add(12 * time.Hour)
		if now.Sub(r.dayAt) < sparse {
			return r.day.Add(clock)
		}
	}
	at := reference.UTC().Truncate(24 * time.Hour).Add(clock)
	switch apart := at.Sub(reference); {
	case apart > 12*time.Hour:
		at = at.AddDate(0, 0, -1)
	case apart < -12*time.Hour:
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// finish adds what other sentences of the same epoch told.
func (r *Receiver) finish(fix *live.Fix, clock time.Duration) {
	if r.extraAt == clock {
		fix.Position.Attributes = live.PackAttributes(r.members)
	}
	if r.errorAt == clock {
		fix.Position.AccuracyMeters = r.error
	}
}

// vtg: course true, T, course magnetic, M, knots, N, km/h, K
func (r *Receiver) vtg(s Sentence, now time.Time) {
	r.bearing, r.speed, r.course = s.angle(0), s.knots(4), now
	if v, ok := s.number(6); ok && v >= 0 {
		r.speed = live.Known(v)
	}
}

// zda: time, day, month, year
func (r *Receiver) zda(s Sentence, now time.Time) {
	day, ok1 := s.number(1)
	month, ok2 := s.number(2)
	year, ok3 := s.number(3)
	if !ok1 || !ok2 || !ok3 || year < 1980 || year > 2200 {
		return
	}
	if at, ok := calendar(int(year), int(month), int(day)); ok {
		r.day, r.dayAt = at, now
	}
}

// gst: time, RMS, three of the ellipse, standard deviations of lat and lon in
// metres, of altitude. The radius is that of 95 %: twice their distance (2DRMS).
func (r *Receiver) gst(s Sentence) {
	clock, ok1 := s.timeOfDay(0)
	lat, ok2 := s.number(5)
	lon, ok3 := s.number(6)
	if ok1 && ok2 && ok3 {
		r.error, r.errorAt = live.Known(math.Round(200*math.Hypot(lat, lon))/100), clock
	}
}

func (s *Sentence) knots(i int) live.Measure {
	v, ok := s.number(i)
	if !ok || v < 0 {
		return live.Measure{}
	}
	return live.Known(math.Round(v*live.KnotsToKMH*1e6) / 1e6)
}

func (s *Sentence) angle(i int) live.Measure {
	v, ok := s.number(i)
	if !ok || v < 0 || v > 360 {
		return live.Measure{}
	}
	return live.Known(v)
}
