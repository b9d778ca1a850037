package incident_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Whatever people try, an incident goes only where it may, each change has its entry
// and a revision, and what is refused changes nothing.
func TestStates(t *testing.T) {
	t.Parallel()
	allowed := map[incident.State]string{"open": "acknowledged", "acknowledged": "in_progress resolved", "in_progress": "resolved",
		"resolved": "closed in_progress", "closed": ""}
	random := rand.New(rand.NewPCG(1, 2))
	reached := map[incident.State]int{}
	for range 300 {
		i, _ := incident.Reported(&incident.Report{Title: "a", Severity: fence.Minor}, "an", start)
		for step := range 20 {
			before := i
			to := incident.States()[random.IntN(5)]
			entries, err := i.Apply(incident.Change{State: &to}, "binh", start.Add(time.Duration(step)*time.Second))
			may := slices.Contains(strings.Fields(allowed[before.State]), string(to))
			switch {
			case to == before.State:
				if err != nil || len(entries) != 0 || i != before {
					t.Fatalf("%s again: %v %v", to, entries, err)
				}
			case may:
				if err != nil || len(entries) != 1 || entries[0].From != string(before.State) || entries[0].To != string(to) || i.State != to || i.Revision != before.Revision+1 {
					t.Fatalf("%s to %s: %+v %v %v", before.State, to, i, entries, err)
				}
			case spatial.CodeOf(err) != spatial.CodeConflict || i != before || len(entries) != 0:
				t.Fatalf("%s to %s: %v %v", before.State, to, entries, err)
			}
			reached[i.State]++
		}
	}
	for _, s := range incident.States() {
		if reached[s] == 0 {
			t.Errorf("%s was never reached", s)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change incident.Change
		want   spatial.Code
		kinds  string // of the entries
	}{
		{"nothing", incident.Change{}, "", ""},
		{"all at once", incident.Change{State: new(incident.Acknowledged), Severity: new(fence.Extreme), Title: new("b"), Assignee: new("an"),
			Place: &[2]float64{106, 10}, Comment: "why"}, "", "state severity title assignee place comment"},
		{"as it is", incident.Change{Severity: new(fence.Minor), Title: new("a")}, "", ""},
		{"no severity", incident.Change{Severity: new(fence.Severity("bad"))}, spatial.CodeInvalid, ""},
		{"no state", incident.Change{State: new(incident.State("gone"))}, spatial.CodeInvalid, ""},
		{"no title", incident.Change{Title: new(" ")}, spatial.CodeInvalid, ""},
		{"no place", incident.Change{Place: &[2]float64{200, 0}}, spatial.CodeInvalid, ""},
		{"a long comment", incident.Change{Comment: strings.Repeat("a", 10_001)}, spatial.CodeInvalid, ""},
		{"a NUL", incident.Change{Comment: "\x00"}, spatial.CodeInvalid, ""},
		{"not yet", incident.Change{State: new(incident.Closed), Title: new("b")}, spatial.CodeConflict, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i, _ := incident.Reported(&incident.Report{Title: "a", Severity: fence.Minor}, "an", start)
			before := i
			entries, err := i.Apply(test.change, "binh", start)
			var kinds []string
			for _, e := range entries {
				kinds = append(kinds, string(e.Kind))
			}
			if got := strings.Join(kinds, " "); spatial.CodeOf(err) != test.want || got != test.kinds {
				t.Errorf("%q %v, want %q %q", got, err, test.kinds, test.want)
			}
			if len(entries) == 0 && i != before {
				t.Errorf("it changed: %+v", i)
			}
		})
	}
	i := incident.Incident{State: incident.Closed, Title: "a"}
	if _, err := i.Apply(incident.Change{Title: new("b")}, "an", start); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("what is closed is changed: %v", err)
	}
	if entries, err := i.Apply(incident.Change{Comment: "after all"}, "an", start); err != nil || len(entries) != 1 {
		t.Errorf("what is closed takes no comment: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range []fence.Event{
		{Rule: "r", Device: "a"}, {Rule: "r", Device: "b"}, {Rule: "s", Device: "a"}, {Rule: "r", Device: "a", Fence: `","`}, {Rule: "r", Device: "a", Other: "b"},
		{Rule: "r", Device: "a", Fence: "f"}, {Rule: "r", Device: "a", Fence: "f", Collection: "c"},
	} {
		key, err := incident.KeyOf(&e)
		if err != nil || seen[key] {
			t.Errorf("%+v has the key of another: %s, %v", e, key, err)
		}
		seen[key] = true
		e.Kind, e.At = fence.Enter, start
		if again, _ := incident.KeyOf(&e); again != key {
			t.Errorf("%+v has another key at another time", e)
		}
	}
}

// How sure an incident is follows from the events that stand.
func TestWeigh(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		standing incident.Standing
		want     fence.Status
	}{
		{incident.Standing{}, fence.Withdrawn},
		{incident.Standing{Provisional: 2}, fence.Provisional},
		{incident.Standing{Provisional: 1, Final: 1}, fence.Final},
	} {
		var i incident.Incident
		if i.Weigh(test.standing); i.Certainty != test.want || i.Events != test.standing.Provisional+test.standing.Final {
			t.Errorf("%+v: %+v", test.standing, i)
		}
	}
}

func TestRetold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		event fence.Event
		want  incident.EntryKind
	}{
		{fence.Event{Status: fence.Final}, incident.EntryFinal},
		{fence.Event{Status: fence.Final, Correction: true}, incident.EntryCorrected},
		{fence.Event{Status: fence.Provisional}, incident.EntryCorrected},
		{fence.Event{Status: fence.Withdrawn}, incident.EntryWithdrawn},
		{fence.Event{Status: fence.Withdrawn, Correction: true}, incident.EntryWithdrawn},
	} {
		i := incident.Incident{Revision: 4}
		if got := i.Retold(&test.event, start); got.Kind != test.want || got.Event.Correction != test.event.Correction || i.Revision != 5 {
			t.Errorf("%+v: %+v", test.event, got)
		}
	}
}
