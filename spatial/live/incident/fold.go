package incident

import (
	"time"

	"gisd/spatial/live/fence"
)

// Report is what a person opens an incident with.
type Report struct {
	Name        string // what is reported again under it is folded in; "" never is
	Title       string
	Description string
	Severity    fence.Severity
	Place       *[2]float64 // lon, lat degrees
	Device      string
	Assignee    string
	At          time.Time // when it happened; zero is now
}

// Validate returns CodeInvalid naming every fault at once.
func (r *Report) Validate() error {
	return (&Change{Title: &r.Title, Description: &r.Description, Severity: &r.Severity, Place: r.Place, Assignee: &r.Assignee}).Validate()
}

// Reported is the incident that a report opens, and the first entry of its timeline.
func Reported(r *Report, by string, at time.Time) (Incident, Entry) {
	i := Incident{Revision: 1, Key: ReportedKey(r.Name), Title: r.Title, Description: r.Description, Severity: r.Severity, State: Open,
		Certainty: fence.Final, Device: r.Device, Assignee: r.Assignee, OccurredAt: r.At, LastAt: r.At, OpenedBy: by, OpenedAt: at, ChangedBy: by, ChangedAt: at}
	if r.At.IsZero() {
		i.OccurredAt, i.LastAt = at, at
	}
	if r.Place != nil {
		i.Lon, i.Lat = &r.Place[0], &r.Place[1]
	}
	return i, Entry{At: at, By: by, Kind: EntryOpened}
}

// ReportAgain folds a report into the incident.
func (i *Incident) ReportAgain(r *Report, by string, at time.Time) Entry {
	i.touch(by, at)
	i.worsen(r.Severity)
	if when := r.At; when.After(i.LastAt) || when.IsZero() && at.After(i.LastAt) {
		i.LastAt = at
		if !when.IsZero() {
			i.LastAt = when
		}
	}
	text := r.Title
	if r.Description != "" {
		text += "\n" + r.Description
	}
	return Entry{At: at, By: by, Kind: EntryRepeated, Detail: Detail{Text: text}}
}

func (i *Incident) touch(by string, at time.Time) {
	i.Revision, i.ChangedBy, i.ChangedAt = i.Revision+1, by, at
}

func (i *Incident) worsen(s fence.Severity) {
	if s.Rank() > i.Severity.Rank() {
		i.Severity = s
	}
}

// ByRule names a rule as the one that acts.
func ByRule(id string) string { return "rule:" + id }

// Opened is the incident that an event opens, and the first entry of its timeline.
func Opened(d *fence.Definition, e *fence.Event, at time.Time) (Incident, Entry, error) {
	key, err := KeyOf(e)
	if err != nil {
		return Incident{}, Entry{}, err
	}
	by, lon, lat := ByRule(e.Rule), e.Lon, e.Lat
	return Incident{Revision: 1, Key: key, Title: d.IncidentTitle(), Severity: d.Incident.Severity, State: Open, Certainty: e.Status, Events: 1,
			Rule: e.Rule, Collection: e.Collection, Fence: e.Fence, Device: e.Device, Other: e.Other, Lon: &lon, Lat: &lat,
			OccurredAt: e.At, LastAt: e.At, OpenedBy: by, OpenedAt: at, ChangedBy: by, ChangedAt: at},
		Entry{At: at, By: by, Kind: EntryOpened, Detail: Detail{Event: sightingOf(e)}}, nil
}

// Fold takes a further event in, which opens incidents or is noted in them.
func (i *Incident) Fold(d *fence.Definition, e *fence.Event, at time.Time) Entry {
	i.touch(ByRule(e.Rule), at)
	if e.At.After(i.LastAt) {
		i.LastAt = e.At
	}
	kind := EntryNoted
	if d.Opens(e.Kind) {
		i.worsen(d.Incident.Severity)
		kind = EntryRepeated
	}
	return Entry{At: at, By: ByRule(e.Rule), Kind: kind, Detail: Detail{Event: sightingOf(e)}}
}

// Retold takes in that an event it knows is told again with another status or other
// members.
func (i *Incident) Retold(e *fence.Event, at time.Time) Entry {
	i.touch(ByRule(e.Rule), at)
	kind := EntryCorrected
	switch {
	case e.Status == fence.Withdrawn:
		kind = EntryWithdrawn
	case e.Status == fence.Final && !e.Correction:
		kind = EntryFinal
	}
	return Entry{At: at, By: ByRule(e.Rule), Kind: kind, Detail: Detail{Event: sightingOf(e)}}
}

// Standing counts the events of an incident that open incidents.
type Standing struct{ Provisional, Final int64 }

// Weigh says how sure the incident is: final with one final event, withdrawn when no
// event stands any more. People decide what becomes of it then.
func (i *Incident) Weigh(s Standing) {
	i.Events = s.Provisional + s.Final
	switch {
	case s.Final > 0:
		i.Certainty = fence.Final
	case s.Provisional > 0:
		i.Certainty = fence.Provisional
	default:
		i.Certainty = fence.Withdrawn
	}
}
