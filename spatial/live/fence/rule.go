package fence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Subject is what a rule looks at.
type Subject string

// The subjects.
const (
	OnFence   Subject = "fence"   // where the device is
	OnSpeed   Subject = "speed"   // km/h
	OnReading Subject = "reading" // an attribute of its positions
	OnRate    Subject = "rate"    // the attribute's change per hour

	OnProximity Subject = "proximity" // how far two devices are from each other
)

// Kind is what happened; the package documentation defines each.
type Kind string

// The kinds; those of fences first.
const (
	Enter   Kind = "enter"
	Exit    Kind = "exit"
	Inside  Kind = "inside"
	Outside Kind = "outside"
	Cross   Kind = "cross"
	Dwell   Kind = "dwell"
	Begin   Kind = "begin" // of a speed, a reading, a rate
	End     Kind = "end"
)

// Fence is one of the areas, or roads, of a rule.
type Fence struct {
	ID    string
	Limit float64 // km/h, for rules on speed
	Shape *Shape
}

// Rule says which events of which devices there are. It and its fences are
// immutable once an Engine has them.
type Rule struct {
	ID       string
	Revision int64 // a rule with another one is another rule
	Subject  Subject
	Kinds    []Kind

	DeviceKinds []live.Kind // nil is every kind
	Devices     []string    // nil is every device

	Collection       string // that the fences are features of; "" for drawn ones
	Fences           []Fence
	Together         bool          // the fences count as one
	HysteresisMeters float64       // how far from a fence is outside
	Confirm          time.Duration // how long a side lasts before it counts
	Stay             time.Duration // after which Dwell is
	Every            time.Duration // between two Inside or Outside
	Gap              time.Duration // beyond it two fixes have no way between them; 0 is never

	Attribute    string  // member of the position's attributes, a number
	Limit        float64 // of a speed without fences km/h, of a reading, of a rate per hour
	Release      float64 // how far behind the limit the condition ends
	Below        bool    // it is in below the limit
	WithinMeters float64 // how far the road may be whose limit counts, or another device is near

	Watermark time.Duration // DefaultWatermark
	Schedule  *Schedule     // nil is always
	From      time.Time     // events are later than this
}

// DefaultWatermark is after which an event is final.
const DefaultWatermark = 30 * time.Second

// Bounds of a rule.
const (
	maxDuration   = 31 * 24 * time.Hour
	maxHysteresis = 10_000 // metres
)

const notValid = "The rule is not valid."

// Validate returns CodeInvalid naming every fault at once, by the names of the wire.
func (r *Rule) Validate() error {
	if faults := r.faults(); len(faults) > 0 {
		return spatial.Invalid("fence: validate rule", notValid, faults...)
	}
	return nil
}

// allowed are the kinds that the subject has.
func (r *Rule) allowed() []Kind {
	switch {
	case r.Subject == OnFence && r.Together:
		return []Kind{Enter, Exit, Inside, Outside, Dwell}
	case r.Subject == OnFence:
		return []Kind{Enter, Exit, Inside, Dwell, Cross}
	}
	return []Kind{Begin, End, Dwell}
}

func (r *Rule) faults() []spatial.FieldError {
	var faults []spatial.FieldError
	fault := func(name, format string, args ...any) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: fmt.Sprintf(format, args...)})
	}
	switch r.Subject {
	case OnFence, OnSpeed:
	case OnProximity:
		if r.WithinMeters == 0 {
			fault("within", "is missing: how near the devices come, in metres")
		}
	case OnReading, OnRate:
		if r.Attribute == "" || len(r.Attribute) > 64 {
			fault("attribute", "names a member of the position's attributes, in 64 bytes at most")
		}
	default:
		fault("subject", "wants fence, speed, reading, rate or proximity")
	}
	if len(r.Kinds) == 0 {
		fault("events", "want at least one kind")
	}
	for _, k := range r.Kinds {
		if !slices.Contains(r.allowed(), k) {
			fault("events", "of this rule are of %s, not %s", kindNames(r.allowed()), k)
		}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"confirm", r.Confirm}, {"dwell", r.Stay}, {"every", r.Every}, {"gap", r.Gap}, {"watermark", r.Watermark}} {
		if d.value < 0 || d.value > maxDuration {
			fault(d.name, "wants a duration from 0 to 31 days, such as 90s or 24h")
		}
	}
	for _, m := range []struct {
		name  string
		value float64
	}{{"hysteresis", r.HysteresisMeters}, {"within", r.WithinMeters}} {
		if !(m.value >= 0 && m.value <= maxHysteresis) {
			fault(m.name, "wants metres from 0 to %d", maxHysteresis)
		}
	}
	if !(r.Release >= 0) {
		fault("release", "wants a number from 0 up")
	}
	return faults
}

func kindNames(kinds []Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// prepared is a rule as the engine uses it; times in microseconds.
type prepared struct {
	*Rule
	number    int32 // the engine's own, never given again
	value     int   // of the attribute, in fix.values
	index     int   // of the rule among those in force
	kinds     kindSet
	single    bool // one state for each device
	known     bool // the first fix begins a state, and is no event
	fences    *tree
	confirm   int64
	stay      int64
	every     int64
	gap       int64
	watermark int64
	from      int64
}

type kindSet uint16

var kindOrder = [...]Kind{Enter, Exit, Inside, Outside, Cross, Dwell, Begin, End}

func (s kindSet) has(k Kind) bool { return s&bitOf(k) != 0 }

func bitOf(k Kind) kindSet {
	for i, known := range kindOrder {
		if k == known {
			return 1 << i
		}
	}
	return 0
}

func prepare(r *Rule, number int32) *prepared {
	p := &prepared{Rule: r, number: number, known: r.Subject == OnFence, single: r.Together || r.Subject != OnFence,
		confirm: r.Confirm.Microseconds(), stay: r.Stay.Microseconds(), every: r.Every.Microseconds(), gap: r.Gap.Microseconds(),
		watermark: r.Watermark.Microseconds(), from: -1 << 63}
	if r.Watermark == 0 {
		p.watermark = DefaultWatermark.Microseconds()
	}
	if !r.From.IsZero() {
		p.from = r.From.UnixMicro()
	}
	for _, k := range r.Kinds {
		p.kinds |= bitOf(k)
	}
	if p.single && len(r.Fences) > 0 {
		boxes := make([]box, len(r.Fences))
		for i, f := range r.Fences {
			boxes[i] = f.Shape.box
		}
		p.fences = newTree(boxes)
	}
	return p
}

// apart says whether there is a gap between two times.
func (p *prepared) apart(before, at int64) bool { return p.gap > 0 && at-before > p.gap }

func (p *prepared) concerns(d *live.Device) bool {
	return (len(p.DeviceKinds) == 0 || slices.Contains(p.DeviceKinds, d.Kind)) &&
		(len(p.Devices) == 0 || slices.Contains(p.Devices, d.ID))
}
