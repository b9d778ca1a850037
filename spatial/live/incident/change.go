package incident

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live/fence"
)

// Change is what a person does to an incident; what is nil stays as it is.
type Change struct {
	State       *State
	Severity    *fence.Severity
	Title       *string
	Description *string
	Assignee    *string     // "" is nobody
	Place       *[2]float64 // lon, lat degrees
	Comment     string      // why
}

// Bounds of texts, in bytes.
const (
	maxTitle = 200
	maxText  = 10_000
)

const notValid = "The incident is not valid."

// Validate returns CodeInvalid naming every fault at once.
func (c *Change) Validate() error {
	var faults []spatial.FieldError
	fault := func(name, reason string) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: reason})
	}
	if c.State != nil && !c.State.Known() {
		fault("state", "wants open, acknowledged, in_progress, resolved or closed")
	}
	if c.Severity != nil && c.Severity.Rank() < 0 {
		fault("severity", "wants minor, moderate, severe or extreme")
	}
	if c.Title != nil && (strings.TrimSpace(*c.Title) == "" || len(*c.Title) > maxTitle) {
		fault("title", "wants 1 to 200 bytes")
	}
	if c.Description != nil && len(*c.Description) > maxText {
		fault("description", "is longer than 10000 bytes")
	}
	if len(c.Comment) > maxText {
		fault("comment", "is longer than 10000 bytes")
	}
	if c.Assignee != nil && len(*c.Assignee) > maxTitle {
		fault("assignee", "is longer than 200 bytes")
	}
	if p := c.Place; p != nil && !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		fault("lon", "and lat want degrees, both of them")
	}
	for _, text := range []*string{c.Title, c.Description, c.Assignee, &c.Comment} {
		if text != nil && strings.ContainsRune(*text, 0) {
			fault("title", "and other texts want no character U+0000")
			break
		}
	}
	if len(faults) > 0 {
		return spatial.Invalid("incident: validate", notValid, faults...)
	}
	return nil
}

// Apply changes the incident and returns what the timeline says of it, nothing where
// nothing is different. Errors: invalid, conflict for a state that does not follow on
// the one it is in and for what is closed; the incident is as it was then.
func (i *Incident) Apply(c Change, by string, at time.Time) ([]Entry, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	after, entries := *i, []Entry(nil)
	note := func(kind EntryKind, from, to string) {
		entries = append(entries, Entry{At: at, By: by, Kind: kind, Detail: Detail{From: from, To: to}})
	}
	if c.State != nil && *c.State != i.State {
		if err := i.follows(*c.State); err != nil {
			return nil, err
		}
		note(EntryState, string(i.State), string(*c.State))
		after.State = *c.State
	}
	if c.Severity != nil && *c.Severity != i.Severity {
		note(EntrySeverity, string(i.Severity), string(*c.Severity))
		after.Severity = *c.Severity
	}
	for _, text := range []struct {
		kind  EntryKind
		field *string
		value *string
	}{{EntryTitle, &after.Title, c.Title}, {EntryDescription, &after.Description, c.Description}, {EntryAssignee, &after.Assignee, c.Assignee}} {
		if text.value != nil && *text.value != *text.field {
			note(text.kind, *text.field, *text.value)
			*text.field = *text.value
		}
	}
	if p := c.Place; p != nil && (i.Lon == nil || *i.Lon != p[0] || *i.Lat != p[1]) {
		note(EntryPlace, placeText(i.Lon, i.Lat), placeText(&p[0], &p[1]))
		after.Lon, after.Lat = &p[0], &p[1]
	}
	if len(entries) > 0 && i.State == Closed {
		return nil, closed()
	}
	if c.Comment != "" {
		entries = append(entries, Entry{At: at, By: by, Kind: EntryComment, Detail: Detail{Text: c.Comment}})
	}
	if len(entries) > 0 {
		after.Revision, after.ChangedBy, after.ChangedAt = i.Revision+1, by, at
		*i = after
	}
	return entries, nil
}

func closed() error {
	return &spatial.Error{Code: spatial.CodeConflict, Op: "incident: change", Message: "The incident is closed; open another one."}
}

func (i *Incident) follows(s State) error {
	next := i.State.Next()
	if len(next) == 0 {
		return closed()
	}
	names := make([]string, len(next))
	for n, allowed := range next {
		if allowed == s {
			return nil
		}
		names[n] = string(allowed)
	}
	return &spatial.Error{Code: spatial.CodeConflict, Op: "incident: change",
		Message: fmt.Sprintf("The incident is %s; it can become %s.", i.State, strings.Join(names, ", "))}
}

func placeText(lon, lat *float64) string {
	if lon == nil || lat == nil {
		return ""
	}
	return strconv.FormatFloat(*lon, 'f', -1, 64) + " " + strconv.FormatFloat(*lat, 'f', -1, 64)
}
