package live

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// eventDocument is an event on the wire, lon lat in degrees.
type eventDocument struct {
	Rule       string       `json:"rule"`
	Kind       fence.Kind   `json:"kind"`
	Device     string       `json:"device"`
	Other      string       `json:"other,omitempty"`
	Collection string       `json:"collection,omitempty"`
	Fence      string       `json:"fence,omitempty"`
	Time       time.Time    `json:"time"`
	Since      time.Time    `json:"since"`
	Lon        float64      `json:"lon"`
	Lat        float64      `json:"lat"`
	Value      *float64     `json:"value,omitempty"`
	Road       string       `json:"road,omitempty"`
	Status     fence.Status `json:"status"`
	Correction bool         `json:"correction"`
}

func eventOf(e *fence.Event) eventDocument {
	return eventDocument{Rule: e.Rule, Kind: e.Kind, Device: e.Device, Other: e.Other, Collection: e.Collection, Fence: e.Fence, Time: e.At, Since: e.Since,
		Lon: e.Lon, Lat: e.Lat, Value: e.Measured(), Road: e.Road, Status: e.Status, Correction: e.Correction}
}

const (
	eventsNormally = 100
	eventsAtMost   = 1000
)

// period is what the parameter datetime asks for: from since on and before before, zero
// where it is open. Both ends of the parameter are inside.
func period(p *negotiate.Params) (since, before time.Time) {
	span := p.DateTime("datetime")
	if span == nil {
		return since, before
	}
	if before = span.End; !before.IsZero() {
		before = before.Add(time.Microsecond)
	}
	return span.Start, before
}

// getEvents lists what rules found, the newest first, of devices that the caller
// sees.
func (h *Handlers) getEvents(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := mayWatch(access, "live: list events", false); err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	q := fence.EventQuery{Limit: p.Limit("limit", eventsNormally, eventsAtMost)}
	q.Rule, _ = p.Text("rule")
	q.Device, _ = p.Text("device")
	q.Since, q.Before = period(p)
	if err := p.Err(); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	events, err := h.cfg.Rules.Events.Events(c.Request().Context(), q)
	if err != nil {
		return err
	}
	list := struct {
		Events []eventDocument `json:"events"`
	}{[]eventDocument{}}
	for i := range events {
		if h.hears(&events[i], access) {
			list.Events = append(list.Events, eventOf(&events[i]))
		}
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, list)
}

// hears reports whether an operator may know of the event: the device is one they
// see, the fence's collection one they read.
func (h *Handlers) hears(e *fence.Event, a spatial.Access) bool {
	return h.sees(a, e.Device, e.Other) && h.readsWhole(e.Collection, a)
}

// sees reports whether the caller sees the devices; "" is none.
func (h *Handlers) sees(a spatial.Access, devices ...string) bool {
	for _, id := range devices {
		if d, ok := h.hub.Device(id); id != "" && (!ok || !d.VisibleTo(a)) {
			return false
		}
	}
	return true
}

// alarms carries events to the streams of operators. Its zero value is ready.
type alarms struct {
	mu      sync.Mutex
	streams map[*alarm]struct{}
}

// alarm is what one stream has not told yet.
type alarm struct {
	access spatial.Access
	wake   chan struct{}

	mu        sync.Mutex
	pending   []fence.Event
	missed    bool // there were more than are kept
	incidents []incident.Incident
	unsure    bool // there may have been other incidents
}

// maxAlarms bounds what waits for a slow stream; the oldest are left out, and it is
// told to ask for them.
const maxAlarms = 1000

func (l *alarms) join(a spatial.Access) *alarm {
	one := &alarm{access: a, wake: make(chan struct{}, 1)}
	if mayWatch(a, "", false) != nil {
		return one
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams == nil {
		l.streams = map[*alarm]struct{}{}
	}
	l.streams[one] = struct{}{}
	return one
}

func (l *alarms) leave(one *alarm) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.streams, one)
}

// TellEvents tells the streams of operators of events. It neither blocks nor keeps
// the list.
func (h *Handlers) TellEvents(events []fence.Event) {
	h.alarms.mu.Lock()
	defer h.alarms.mu.Unlock()
	for one := range h.alarms.streams {
		one.mu.Lock()
		one.pending = append(one.pending, events...)
		if extra := len(one.pending) - maxAlarms; extra > 0 {
			one.pending, one.missed = slices.Delete(one.pending, 0, extra), true
		}
		one.mu.Unlock()
		one.ring()
	}
}

func (one *alarm) ring() {
	select {
	case one.wake <- struct{}{}:
	default:
	}
}

// EventsTook counts provisional events that were told so long after the receipt of
// their report.
func (h *Handlers) EventsTook(d time.Duration, events int) {
	for range events {
		h.metrics.events.Observe(d.Seconds())
	}
}

// alarmed writes what waits, and reports whether there is any that the caller may know
// of.
func (s *stream) alarmed(one *alarm) bool {
	one.mu.Lock()
	pending, missed, incidents, unsure := one.pending, one.missed, one.incidents, one.unsure
	one.pending, one.missed, one.incidents, one.unsure = nil, false, nil, false
	one.mu.Unlock()
	events := s.events(one.access, pending, missed)
	return s.incidents(one.access, incidents, unsure) || events
}

func (s *stream) events(a spatial.Access, pending []fence.Event, missed bool) bool {
	documents := []eventDocument{}
	for i := range pending {
		if s.handlers.hears(&pending[i], a) {
			documents = append(documents, eventOf(&pending[i]))
		}
	}
	text, err := json.Marshal(documents)
	if err != nil || len(documents) == 0 && !missed {
		return false
	}
	s.event("events", strconv.FormatUint(s.handlers.hub.Seq(), 10))
	s.text(`{"missed":`, strconv.FormatBool(missed), `,"events":`)
	s.buffer = append(s.buffer, text...)
	s.text("}\n\n")
	return true
}
