package live_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// desk keeps one incident in memory, of a device.
type desk struct {
	one     incident.Incident
	entries []incident.Entry
}

func (d *desk) Incidents(context.Context, incident.Query) ([]incident.Incident, error) {
	return []incident.Incident{d.one}, nil
}

func (d *desk) Incident(_ context.Context, id int64) (*incident.Incident, error) {
	if id != d.one.ID {
		return nil, spatial.NotFound("test", "There is no such incident.")
	}
	i := d.one
	return &i, nil
}

func (d *desk) Timeline(context.Context, int64, int64, int) ([]incident.Entry, error) {
	return d.entries, nil
}

func (d *desk) Open(_ context.Context, r *incident.Report, a spatial.Access) (*incident.Incident, bool, error) {
	i, entry := incident.Reported(r, a.Subject, time.Unix(0, 0))
	i.ID = 8
	d.entries = append(d.entries, entry)
	return &i, r.Name == "", r.Validate()
}

func (d *desk) Change(_ context.Context, _, revision int64, c incident.Change, a spatial.Access) (*incident.Incident, error) {
	if revision != d.one.Revision {
		return nil, &spatial.Error{Code: spatial.CodeStale, Message: "Stale."}
	}
	entries, err := d.one.Apply(c, a.Subject, time.Unix(0, 0))
	d.entries = append(d.entries, entries...)
	return &d.one, err
}

func (d *desk) Comment(ctx context.Context, id int64, text string, a spatial.Access) (*incident.Incident, error) {
	return d.Change(ctx, id, d.one.Revision, incident.Change{Comment: text}, a)
}

func newDesk(device string) *desk {
	return &desk{one: incident.Incident{ID: 7, Revision: 3, Title: "Depot", Severity: fence.Severe, State: incident.Open, Certainty: fence.Provisional,
		Rule: "depot", Device: device}}
}

// Incidents are for operators, those of a device for who sees it.
func TestIncidentsAreForOperators(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *apilive.Config) { c.Incidents = newDesk("r") })
	for _, test := range []struct {
		role, method, path, body string
		want                     int
	}{
		{"", "GET", "/live/incidents", "", 401},
		{"viewer", "GET", "/live/incidents", "", 403},
		{"device:p", "GET", "/live/incidents", "", 403},
		{"operator", "GET", "/live/incidents?state=open,closed&severity=severe&bbox=106,10,107,11", "", 200},
		{"operator", "GET", "/live/incidents?state=gone", "", 400},
		{"operator", "GET", "/live/incidents?severity=bad", "", 400},
		{"operator", "GET", "/live/incidents/7", "", 404}, // of a device that they do not see
		{"operator", "PATCH", "/live/incidents/7", `{"state":"acknowledged"}`, 404},
		{"operator", "GET", "/live/incidents/7/timeline", "", 404},
		{"operator", "POST", "/live/incidents/7/comments", `{"text":"a"}`, 404},
		{"admin", "GET", "/live/incidents/7", "", 200},
		{"admin", "GET", "/live/incidents/x", "", 404},
		{"viewer", "POST", "/live/incidents", `{"title":"a","severity":"minor"}`, 403},
		{"operator", "POST", "/live/incidents", `{"title":"a","severity":"minor","device":"r"}`, 400},
		{"operator", "POST", "/live/incidents", `{"title":"a","severity":"minor","device":"p"}`, 201},
		{"operator", "POST", "/live/incidents", `{"title":"a","severity":"minor","key":"115-7"}`, 200},
		{"operator", "POST", "/live/incidents", `{"title":"a","severity":"minor","lon":106}`, 400},
		{"operator", "POST", "/live/incidents", `{"title":"a","severity":"minor","at":"x"}`, 400},
		{"operator", "POST", "/live/incidents", `{"severity":"minor"}`, 400},
	} {
		if status, text := s.do(t, test.method, test.path, test.role, "application/json", test.body); status != test.want {
			t.Errorf("%s %s %s: %d %s, want %d", test.role, test.method, test.path, status, text, test.want)
		}
	}
	if _, text := s.do(t, "GET", "/live/incidents", "operator", "", ""); strings.Contains(text, "Depot") {
		t.Errorf("an operator is told of a device that they do not see: %s", text)
	}
}

// A change names the state that it builds on; of two with the same one is refused.
func TestIncidentChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *apilive.Config) { c.Incidents = newDesk("p") })
	send := func(method, path, header, value, body string) (int, string, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(roleHeader, "operator")
		if header != "" {
			r.Header.Set(header, value)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var doc struct{ State string }
		_ = json.NewDecoder(response.Body).Decode(&doc)
		return response.StatusCode, response.Header.Get("ETag"), doc.State
	}
	for _, test := range []struct {
		method, header, value, body string
		want                        int
		tag, state                  string
	}{
		{"GET", "", "", "", 200, `"3"`, "open"},
		{"GET", "If-None-Match", `"3"`, "", 304, `"3"`, ""},
		{"PATCH", "", "", `{"state":"acknowledged"}`, 428, "", ""},
		{"PATCH", "If-Match", `"2"`, `{"state":"acknowledged"}`, 412, "", ""},
		{"PATCH", "If-Match", `"3"`, `{"state":"closed"}`, 409, "", ""},
		{"PATCH", "If-Match", `"3"`, `{"state":"acknowledged","comment":"I go"}`, 200, `"4"`, "acknowledged"},
		{"PATCH", "If-Match", `"3"`, `{"state":"acknowledged"}`, 412, "", ""},
		{"PATCH", "If-Match", `W/"4", "9"`, `{"severity":"minor"}`, 200, `"5"`, "acknowledged"},
		{"PATCH", "If-Match", `*`, `{"revision":9}`, 400, "", ""},
	} {
		if status, tag, state := send(test.method, "/live/incidents/7", test.header, test.value, test.body); status != test.want || tag != test.tag || state != test.state {
			t.Errorf("%s %s %s: %d %s %s", test.method, test.value, test.body, status, tag, state)
		}
	}
	if status, tag, _ := send("POST", "/live/incidents/7/comments", "", "", `{"text":"there"}`); status != 201 || tag != `"6"` {
		t.Errorf("comment: %d %s", status, tag)
	}
	if status, _, _ := send("POST", "/live/incidents/7/comments", "", "", `{"text":" "}`); status != 400 {
		t.Errorf("a comment of nothing: %d", status)
	}
	_, text := s.do(t, "GET", "/live/incidents/7/timeline?after=0&limit=10", "operator", "", "")
	if !strings.Contains(text, `"kind":"state","from":"open","to":"acknowledged"`) || !strings.Contains(text, `"text":"there"`) {
		t.Errorf("timeline %s", text)
	}
}

// Streams of operators hear of incidents, each of those that concern them.
func TestStreamTellsOfIncidents(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	operator, admin, viewer := s.open(t, "", "operator"), s.open(t, "", "admin"), s.open(t, "", "viewer")
	for _, c := range []*client{operator, admin, viewer} {
		c.next(t, "snapshot")
	}
	hidden, seen := newDesk("r").one, newDesk("p").one
	hidden.ID = 9
	s.handlers.TellIncidents([]incident.Incident{hidden, seen}, false)
	ids := func(e event) string { text, _ := json.Marshal(e.data["incidents"]); return string(text) }
	if got := ids(operator.next(t, "incidents")); !strings.Contains(got, `"id":"7"`) || strings.Contains(got, `"id":"9"`) {
		t.Errorf("operator: %s", got)
	}
	if got := ids(admin.next(t, "incidents")); !strings.Contains(got, `"id":"7"`) || !strings.Contains(got, `"id":"9"`) {
		t.Errorf("admin: %s", got)
	}
	s.handlers.TellIncidents(nil, true)
	if got := operator.next(t, "incidents").data["missed"]; got != true {
		t.Errorf("missed: %v", got)
	}
	s.move(t, "p", 106.65, 10.97)
	for {
		e, ok := <-viewer.events
		if !ok || e.name == "incidents" {
			t.Fatalf("a viewer is told: %+v", e)
		}
		if e.name == "positions" {
			break
		}
	}
}
