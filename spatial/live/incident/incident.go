package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gisd/spatial"
	"gisd/spatial/live/fence"
)

// State is where an incident stands.
type State string

// The states, in their order.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged"
	InProgress   State = "in_progress"
	Resolved     State = "resolved"
	Closed       State = "closed"
)

// States are all of them, in their order.
func States() []State { return []State{Open, Acknowledged, InProgress, Resolved, Closed} }

// Next are the states that people may put an incident in from this one.
func (s State) Next() []State {
	switch s {
	case Open:
		return []State{Acknowledged}
	case Acknowledged:
		return []State{InProgress, Resolved}
	case InProgress:
		return []State{Resolved}
	case Resolved:
		return []State{Closed, InProgress}
	case Closed:
	}
	return nil
}

// Known reports whether it is one of the states.
func (s State) Known() bool { return slices.Contains(States(), s) }

// Active reports whether what is reported again is folded into the incident.
func (s State) Active() bool { return s == Open || s == Acknowledged || s == InProgress }

// Incident is something that people have to deal with.
type Incident struct {
	ID          int64
	Revision    int64  // grows with each change
	Key         string // one active incident has it; "" is nobody's
	Title       string
	Description string
	Severity    fence.Severity
	State       State
	Certainty   fence.Status // of its events together; what people report is final
	Events      int64        // that stand

	Rule       string // that opened it, "" where a person did
	Collection string // of the fence
	Fence      string
	Device     string
	Other      string // the device it came near

	Lon, Lat *float64 // degrees; nil is not known
	Assignee string   // name of a person, "" is nobody

	OccurredAt time.Time // of the first event, or as reported
	LastAt     time.Time // of the last event
	OpenedBy   string
	OpenedAt   time.Time
	ChangedBy  string
	ChangedAt  time.Time
}

// EntryKind is what an entry of the timeline tells of.
type EntryKind string

// The kinds of entries.
const (
	EntryOpened      EntryKind = "opened"
	EntryRepeated    EntryKind = "repeated"  // it was reported again; with the event of a rule
	EntryNoted       EntryKind = "noted"     // an event that opens nothing, such as an end
	EntryFinal       EntryKind = "final"     // an event became final
	EntryCorrected   EntryKind = "corrected" // an event was changed
	EntryWithdrawn   EntryKind = "withdrawn" // an event is none any more
	EntryState       EntryKind = "state"
	EntrySeverity    EntryKind = "severity"
	EntryAssignee    EntryKind = "assignee"
	EntryTitle       EntryKind = "title"
	EntryDescription EntryKind = "description"
	EntryPlace       EntryKind = "place"
	EntryComment     EntryKind = "comment"
	EntryAttachment  EntryKind = "attachment"
)

// Entry is one thing that became of an incident.
type Entry struct {
	Seq  int64 // grows along the timeline
	At   time.Time
	By   string // who; of rules "rule:" and the id
	Kind EntryKind
	Detail
}

// Detail is what an entry says, as it is kept.
type Detail struct {
	From  string    `json:"from,omitempty"` // what was there before, of a change
	To    string    `json:"to,omitempty"`
	Text  string    `json:"text,omitempty"`
	Event *Sighting `json:"event,omitempty"`
}

// Sighting is an event of a rule as the timeline keeps it.
type Sighting struct {
	Kind       fence.Kind   `json:"kind"`
	Time       time.Time    `json:"time"`
	Since      time.Time    `json:"since"`
	Lon        float64      `json:"lon"`
	Lat        float64      `json:"lat"`
	Value      *float64     `json:"value,omitempty"`
	Status     fence.Status `json:"status"`
	Correction bool         `json:"correction"`
}

func sightingOf(e *fence.Event) *Sighting {
	return &Sighting{Kind: e.Kind, Time: e.At, Since: e.Since, Lon: e.Lon, Lat: e.Lat, Value: e.Measured(), Status: e.Status, Correction: e.Correction}
}

// KeyOf is the key of incidents that a rule opens: one for each device, fence and other
// device.
func KeyOf(e *fence.Event) (string, error) {
	text, err := json.Marshal([]string{e.Rule, e.Collection, e.Fence, e.Device, e.Other})
	if err != nil {
		return "", fmt.Errorf("incident: key: %w", err)
	}
	return "rule:" + string(text), nil
}

// ReportedKey is the key of what people report under a name of theirs, such as the
// number of a call; "" for none.
func ReportedKey(name string) string {
	if name == "" {
		return ""
	}
	return "name:" + name
}

// Query narrows a list of incidents; zero members are any.
type Query struct {
	States     []State
	Severities []fence.Severity
	Assignee   string
	Device     string
	Rule       string
	Since      time.Time // opened then or later
	Before     time.Time // opened before
	BBox       *spatial.Envelope
	Limit      int
}
