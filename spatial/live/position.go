package live

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"gisd/spatial"
)

// Measure is a number that may be unknown; the zero value is unknown.
type Measure struct {
	Value float64
	Known bool
}

// Known is a measure with a value.
func Known(v float64) Measure { return Measure{Value: v, Known: true} }

// Position is one fix of one device, in SRID 4326 as lon, lat degrees.
type Position struct {
	Device         string
	Lon, Lat       float64
	Time           time.Time // the fix's own time, UTC, whole microseconds
	ReceivedAt     time.Time // when it came in, UTC
	SpeedKMH       Measure
	BearingDegrees Measure         // clockwise from true north, in [0, 360)
	AccuracyMeters Measure         // radius
	Attributes     json.RawMessage `json:",omitempty"`
	Flags          Flag            `json:",omitempty"` // what the rules found
}

// Limits bound what a position may hold. The zero value stands for the
// defaults given with each member.
type Limits struct {
	Future         time.Duration // a fix may be this far ahead of the clock; 5 min
	Past           time.Duration // and this far behind it; 31 days
	AttributeBytes int           // JSON text of the attributes; 4096
	Rows           int           // positions in one request; 10000
}

func (l Limits) withDefaults() Limits {
	if l.Future == 0 {
		l.Future = 5 * time.Minute
	}
	if l.Past == 0 {
		l.Past = 31 * 24 * time.Hour
	}
	if l.AttributeBytes == 0 {
		l.AttributeBytes = 4096
	}
	if l.Rows == 0 {
		l.Rows = 10_000
	}
	return l
}

// maxSpeedKMH is above anything on the ground, on water or in an airliner.
const maxSpeedKMH = 2000

// maxAccuracyMeters is half the equator: beyond it a radius says nothing.
const maxAccuracyMeters = 20_037_508

// normalize brings a position into its stored form: UTC in whole microseconds
// (what timestamptz holds) and a bearing of 360 as 0.
func (p *Position) normalize() {
	p.Time = p.Time.UTC().Truncate(time.Microsecond)
	if p.BearingDegrees.Known && p.BearingDegrees.Value == 360 {
		p.BearingDegrees.Value = 0
	}
}

// faults lists everything that is wrong with the position, by its wire names.
func (p *Position) faults(now time.Time, l Limits) []spatial.FieldError {
	var faults []spatial.FieldError
	fault := func(name, format string, args ...any) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: fmt.Sprintf(format, args...)})
	}
	if !ValidDeviceID(p.Device) {
		fault("device", "wants a device id of 1 to 64 letters, digits or . _ : -")
	}
	ranged := func(name string, v, low, high float64, unit string) {
		if !(v >= low && v <= high) || math.IsInf(v, 0) {
			fault(name, "wants %s from %g to %g, not %g", unit, low, high, v)
		}
	}
	ranged("lon", p.Lon, -180, 180, "degrees")
	ranged("lat", p.Lat, -90, 90, "degrees")
	measured := func(name string, m Measure, high float64, unit string) {
		if m.Known {
			ranged(name, m.Value, 0, high, unit)
		}
	}
	measured("speed", p.SpeedKMH, maxSpeedKMH, "km/h")
	measured("bearing", p.BearingDegrees, 360, "degrees")
	measured("accuracy", p.AccuracyMeters, maxAccuracyMeters, "metres")
	switch {
	case p.Time.IsZero():
		fault("time", "is missing")
	case p.Time.After(now.Add(l.Future)):
		fault("time", "is more than %s ahead of the server's clock (%s)", l.Future, now.UTC().Format(time.RFC3339))
	case p.Time.Before(now.Add(-l.Past)):
		fault("time", "is more than %s behind the server's clock (%s)", l.Past, now.UTC().Format(time.RFC3339))
	}
	if reason := attributeFault(p.Attributes, l.AttributeBytes); reason != "" {
		fault("attributes", "%s", reason)
	}
	return faults
}

// Validate returns CodeInvalid naming every fault at once: coordinates that are
// not finite or outside lon ±180, lat ±90 (edges are inside), a negative speed,
// a time too far ahead of now.
func (p *Position) Validate(now time.Time, l Limits) error {
	faults := p.faults(now, l.withDefaults())
	if len(faults) == 0 {
		return nil
	}
	return spatial.Invalid("live: validate position", "The position is not valid.", faults...)
}
