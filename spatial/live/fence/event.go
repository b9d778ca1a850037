package fence

import "time"

// Status says how sure an event is.
type Status string

// An event goes from provisional to final, or is withdrawn from either.
const (
	Provisional Status = "provisional"
	Final       Status = "final"
	Withdrawn   Status = "withdrawn"
)

// Event is what happened to a device. Rule, Fence, Device, Other, Kind and At name it: an
// event told again with other members takes the place of the one before.
type Event struct {
	Rule       string
	Collection string // of the fences, "" for drawn ones
	Fence      string // "" for rules with one state for each device
	Device     string
	Other      string // the device it came near, "" for other subjects; Device is the first of both by id
	Kind       Kind
	At         time.Time // of the fix, UTC
	Since      time.Time // when the stay began that it is about; of a cross the fix before
	Lon, Lat   float64   // of the fix, degrees
	Value      float64   // speed, km/h, reading, rate per hour, or distance in metres
	HasValue   bool
	Road       string // whose speed limit counted
	Status     Status
	// Correction says that the event, final by then, was withdrawn or changed, or
	// that it was found after it would have been final.
	Correction bool
}

// EventQuery says which events to list; zero members are any.
type EventQuery struct {
	Rule, Device  string
	Since, Before time.Time // of the events' times; Since is inside, Before is not
	Limit         int
}

// key is an event's name within a device.
type key struct {
	at    int64
	rule  int32
	fence int32
	kind  kindSet
}

// issued is an event that the engine has told of.
type issued struct {
	key
	since    int64
	issuedAt int64 // of the engine's clock
	lon, lat float64
	value    float64
	final    bool
	p        *prepared
	name     string // of the fence, of single rules of the road
}

func (t *track) event(i *issued, s Status, correction bool) Event {
	e := Event{Rule: i.p.ID, Collection: i.p.Collection, Fence: i.name, Device: t.device.ID, Other: t.other, Kind: i.kind.one(), At: fromMicro(i.at), Since: fromMicro(i.since),
		Lon: i.lon, Lat: i.lat, Value: i.value, Status: s, Correction: correction}
	if i.p.single {
		e.Fence, e.Road, e.HasValue = "", i.name, i.p.Subject != OnFence
	}
	return e
}

// Measured is the value, nil where there is none.
func (e *Event) Measured() *float64 {
	if !e.HasValue {
		return nil
	}
	return &e.Value
}

// same says whether two events of one key say the same.
func (i *issued) same(o *issued) bool {
	return i.since == o.since && i.lon == o.lon && i.lat == o.lat && i.value == o.value && i.name == o.name
}

func (s kindSet) one() Kind {
	for i, k := range kindOrder {
		if s == 1<<i {
			return k
		}
	}
	return ""
}

func fromMicro(at int64) time.Time { return time.UnixMicro(at).UTC() }
