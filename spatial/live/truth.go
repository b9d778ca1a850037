package live

import (
	"math"
	"slices"
	"time"
)

// clockAhead is how far ahead of the server's clock a fix raises no doubt;
// beyond Limits.Future it is refused.
const clockAhead = 30 * time.Second

// jitterMeters is how far apart two fixes of a device that stands may lie, beside
// the accuracies that they tell.
const jitterMeters = 100

// standingKMH is below what a receiver tells of a device that stands.
const standingKMH = 3

// standingMeters is how far a device without a speed moves before it counts as
// moving.
const standingMeters = 50

// rememberedTimes is how many fix times of a device are known, to tell
// duplicates from late fixes. The history's key finds older ones.
const rememberedTimes = 16

// spot is what of a fix the next is judged by.
type spot struct {
	at       time.Time
	lon, lat float64
	accuracy float64
	rough    bool // flagged for its accuracy
}

func spotOf(p *Position) spot {
	s := spot{at: p.Time, lon: p.Lon, lat: p.Lat, rough: p.Flags&FlagAccuracy != 0}
	if p.AccuracyMeters.Known {
		s.accuracy = p.AccuracyMeters.Value
	}
	return s
}

// truth is what is known of a device's fixes. Copies are independent.
type truth struct {
	known   bool
	last    spot // the marker's
	suspect spot // the last that came too far too fast; a zero time is none
	recent  [rememberedTimes]int64
	next    int
}

func (t *truth) seen(at time.Time) bool {
	return t.known && at.Equal(t.last.at) || slices.Contains(t.recent[:min(t.next, rememberedTimes)], at.UnixMicro())
}

// judge says what a valid fix is and sets its flags. It changes nothing else.
func (t *truth) judge(p *Position, r Rules, now time.Time) Outcome {
	p.Flags = 0
	if t.seen(p.Time) {
		return Duplicate
	}
	if p.Time.After(now.Add(clockAhead)) {
		p.Flags |= FlagClock
	}
	if math.Abs(p.Lon) < 1e-7 && math.Abs(p.Lat) < 1e-7 {
		p.Flags |= FlagZero | FlagHeld
	}
	if m := p.AccuracyMeters; r.MaxAccuracyMeters > 0 && m.Known && m.Value > r.MaxAccuracyMeters {
		p.Flags |= FlagAccuracy
		// A rough place is better than one that is no longer true.
		if t.known && !t.last.rough && p.Time.Sub(t.last.at) <= staleAfter*r.MovingInterval {
			p.Flags |= FlagHeld
		}
	}
	if t.known && p.Time.Before(t.last.at) {
		return Late
	}
	if s := spotOf(p); t.known && p.Flags&FlagHeld == 0 && !reachable(t.last, s, r.MaxSpeedKMH) {
		// Two in a row that agree are where the device is: it was carried, or the
		// marker was wrong.
		agrees := !t.suspect.at.IsZero() && s.at.After(t.suspect.at) && reachable(t.suspect, s, r.MaxSpeedKMH)
		if !agrees {
			p.Flags |= FlagSpeed | FlagHeld
		}
	}
	if p.Flags&FlagHeld != 0 {
		return Held
	}
	return Moved
}

// note takes a judged fix in, in the order of judging.
func (t *truth) note(p *Position, outcome Outcome) {
	switch outcome {
	case Unknown, Duplicate, TooMany:
		return
	case Moved:
		t.known, t.last, t.suspect = true, spotOf(p), spot{}
	case Held:
		if p.Flags&FlagSpeed != 0 {
			t.suspect = spotOf(p)
		}
	}
	t.recent[t.next%rememberedTimes] = p.Time.UnixMicro()
	t.next++
}

// reachable reports whether a device gets from one spot to a later one.
func reachable(from, to spot, maxKMH float64) bool {
	if maxKMH <= 0 {
		return true
	}
	beyond := distanceMeters(from.lon, from.lat, to.lon, to.lat) - jitterMeters - from.accuracy - to.accuracy
	hours := max(to.at.Sub(from.at), time.Second).Hours()
	return beyond <= maxKMH*1000*hours
}

// distanceMeters is the great circle's on a sphere of 6 371 008.8 m, SRID 4326
// degrees.
func distanceMeters(lon1, lat1, lon2, lat2 float64) float64 {
	const radius, degree = 6_371_008.8, math.Pi / 180
	sinLat, sinLon := math.Sin((lat2-lat1)*degree/2), math.Sin((lon2-lon1)*degree/2)
	h := sinLat*sinLat + math.Cos(lat1*degree)*math.Cos(lat2*degree)*sinLon*sinLon
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}
