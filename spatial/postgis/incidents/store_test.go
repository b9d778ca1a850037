package incidents_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/fences"
	"gisd/spatial/postgis/incidents"
)

var (
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	an    = spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleOperator}}
)

// centre is a database with two rules, of which "calls" opens incidents.
type centre struct {
	pool  *pgxpool.Pool
	store *incidents.Store
	rules *fences.Store
}

func newCentre(t *testing.T) centre {
	t.Helper()
	pool := testdb.DB(t)
	db := postgis.NewDB(pool, nil)
	c := centre{pool: pool, store: incidents.NewStore(db)}
	c.rules = fences.NewStore(db, nil, c.store)
	for _, d := range []fence.Definition{
		{ID: "calls", Name: "Depot", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter, fence.Exit}, Geofences: []string{"depot"},
			Incident: &fence.Opening{Severity: fence.Moderate}},
		{ID: "silent", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter}, Geofences: []string{"depot"}},
	} {
		if err := c.rules.PutRule(t.Context(), &d, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func event(rule, device string, kind fence.Kind, seconds int, status fence.Status) fence.Event {
	return fence.Event{Rule: rule, Device: device, Fence: "depot", Kind: kind, At: start.Add(time.Duration(seconds) * time.Second), Since: start,
		Lon: 106.65, Lat: 10.97, Status: status}
}

func (c centre) record(t *testing.T, events ...fence.Event) {
	t.Helper()
	if err := c.rules.Record(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func (c centre) list(t *testing.T, q incident.Query) []incident.Incident {
	t.Helper()
	q.Limit = 1000
	list, err := c.store.Incidents(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (c centre) timeline(t *testing.T, id int64) string {
	t.Helper()
	entries, err := c.store.Timeline(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]string, len(entries))
	for n, e := range entries {
		kinds[n] = string(e.Kind)
	}
	return strings.Join(kinds, " ")
}

func (c centre) goes(t *testing.T, id int64, states ...incident.State) {
	t.Helper()
	for _, s := range states {
		i, err := c.store.Incident(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.store.Change(t.Context(), id, i.Revision, incident.Change{State: &s}, an); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEventsOpenIncidents: the first event opens, others fold in, what is told anew is
// in the timeline, and after it is resolved the same opens another one.
func TestEventsOpenIncidents(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	first := event("calls", "bus", fence.Enter, 1, fence.Provisional)
	c.record(t, event("silent", "bus", fence.Enter, 1, fence.Final), event("calls", "bus", fence.Exit, 0, fence.Final))
	if got := c.list(t, incident.Query{}); len(got) != 0 {
		t.Fatalf("nothing opens one: %+v", got)
	}
	c.record(t, first)
	c.record(t, first) // as after a restart
	got := c.list(t, incident.Query{})
	if len(got) != 1 || got[0].Title != "Depot" || got[0].Severity != fence.Moderate || got[0].Certainty != fence.Provisional || got[0].Events != 1 ||
		got[0].Device != "bus" || *got[0].Lon != 106.65 || !got[0].OccurredAt.Equal(first.At) || got[0].OpenedBy != "rule:calls" {
		t.Fatalf("%+v", got)
	}
	id := got[0].ID
	first.Status = fence.Final
	c.record(t, first, event("calls", "bus", fence.Exit, 5, fence.Final), event("calls", "bus", fence.Enter, 9, fence.Provisional),
		event("calls", "tram", fence.Enter, 9, fence.Provisional))
	first.Status = fence.Provisional
	c.record(t, first) // what is final stays so
	if got = c.list(t, incident.Query{Device: "bus"}); len(got) != 1 || got[0].Certainty != fence.Final || got[0].Events != 2 || !got[0].LastAt.Equal(start.Add(9*time.Second)) {
		t.Fatalf("%+v", got)
	}
	first.Status, first.Correction = fence.Withdrawn, true
	again := event("calls", "bus", fence.Enter, 9, fence.Withdrawn)
	c.record(t, first, again)
	i, err := c.store.Incident(t.Context(), id)
	if err != nil || i.Certainty != fence.Withdrawn || i.Events != 0 || i.State != incident.Open {
		t.Errorf("%+v %v", i, err)
	}
	if got, want := c.timeline(t, id), "opened final noted repeated withdrawn withdrawn"; got != want {
		t.Errorf("timeline %s, want %s", got, want)
	}
	c.goes(t, id, incident.Acknowledged, incident.Resolved)
	c.record(t, event("calls", "bus", fence.Enter, 20, fence.Provisional))
	if got := c.list(t, incident.Query{Device: "bus", States: []incident.State{incident.Open}}); len(got) != 1 || got[0].ID == id {
		t.Errorf("after it was resolved: %+v", got)
	}
	back := incident.InProgress
	i, _ = c.store.Incident(t.Context(), id)
	if _, err := c.store.Change(t.Context(), id, i.Revision, incident.Change{State: &back}, an); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("two of one key are active: %v", err)
	}
}

// TestAtOnce: of many who report the same at once one opens it, and of those who change
// the same state one does.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	const many = 12
	var all sync.WaitGroup
	var mu sync.Mutex
	opened, faults := 0, []error(nil)
	note := func(new bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		if new {
			opened++
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	for n := range many {
		all.Go(func() {
			_, is, err := c.store.Open(t.Context(), &incident.Report{Name: "call 7", Title: fmt.Sprintf("Fire %d", n), Severity: fence.Severe}, an)
			note(is, err)
		})
		all.Go(func() {
			note(false, c.rules.Record(t.Context(), []fence.Event{event("calls", "bus", fence.Enter, n, fence.Provisional)}))
		})
	}
	all.Wait()
	list := c.list(t, incident.Query{})
	if len(faults) > 0 || opened != 1 || len(list) != 2 {
		t.Fatalf("%d opened it, %d incidents, %v", opened, len(list), faults)
	}
	for _, i := range list {
		if got := strings.Count(c.timeline(t, i.ID)+" ", "repeated "); got != many-1 || i.Revision != many {
			t.Errorf("%s: repeated %d times, revision %d", i.Title, got, i.Revision)
		}
		if i.Rule != "" && i.Events != many {
			t.Errorf("%d events", i.Events)
		}
	}
	one := list[0]
	stale := 0
	for range many {
		all.Go(func() {
			to := incident.Acknowledged
			_, err := c.store.Change(t.Context(), one.ID, one.Revision, incident.Change{State: &to, Comment: "mine"}, an)
			mu.Lock()
			defer mu.Unlock()
			if spatial.CodeOf(err) == spatial.CodeStale {
				stale++
			} else if err != nil {
				faults = append(faults, err)
			}
		})
	}
	all.Wait()
	if got := c.timeline(t, one.ID); stale != many-1 || len(faults) > 0 || strings.Count(got, "state") != 1 || strings.Count(got, "comment") != 1 {
		t.Errorf("%d were late, %v, timeline %s", stale, faults, got)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	for _, sql := range []string{
		`insert into gisd.person (name, password_hash, roles) values ('an', '', '{operator}'), ('vi', '', '{viewer}')`,
	} {
		if _, err := c.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	i, opened, err := c.store.Open(t.Context(), &incident.Report{Title: "Cây đổ", Severity: fence.Minor, Place: &[2]float64{106.6, 10.9}, Assignee: "an"}, an)
	if err != nil || !opened || i.Certainty != fence.Final {
		t.Fatalf("%+v %v", i, err)
	}
	for _, test := range []struct {
		name   string
		change incident.Change
		want   spatial.Code
	}{
		{"a viewer", incident.Change{Assignee: new("vi")}, spatial.CodeInvalid},
		{"nobody there", incident.Change{Assignee: new("x")}, spatial.CodeInvalid},
		{"nobody", incident.Change{Assignee: new("")}, ""},
		{"not yet", incident.Change{State: new(incident.Closed)}, spatial.CodeConflict},
	} {
		now, err := c.store.Incident(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.store.Change(t.Context(), i.ID, now.Revision, test.change, an); spatial.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	c.goes(t, i.ID, incident.Acknowledged, incident.InProgress, incident.Resolved, incident.Closed)
	if _, err := c.store.Comment(t.Context(), i.ID, "done", an); err != nil {
		t.Error(err)
	}
	if got, want := c.timeline(t, i.ID), "opened assignee state state state state comment"; got != want {
		t.Errorf("timeline %s, want %s", got, want)
	}
	for _, test := range []struct {
		name  string
		query incident.Query
		want  int
	}{
		{"all", incident.Query{}, 1},
		{"closed", incident.Query{States: []incident.State{incident.Closed}}, 1},
		{"open", incident.Query{States: []incident.State{incident.Open}}, 0},
		{"there", incident.Query{BBox: &spatial.Envelope{MinX: 106, MinY: 10, MaxX: 107, MaxY: 11}}, 1},
		{"elsewhere", incident.Query{BBox: &spatial.Envelope{MinX: 107, MinY: 10, MaxX: 106, MaxY: 11}}, 0},
		{"worse", incident.Query{Severities: []fence.Severity{fence.Severe}}, 0},
		{"then", incident.Query{Since: time.Now().Add(-time.Hour), Before: time.Now().Add(time.Hour)}, 1},
		{"before", incident.Query{Before: start}, 0},
	} {
		if got := c.list(t, test.query); len(got) != test.want {
			t.Errorf("%s: %d", test.name, len(got))
		}
	}
	if _, err := c.store.Incident(t.Context(), 99); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("one that is not there: %v", err)
	}
	if got := testdb.Strings(t, c.pool, `select action from gisd.audit where object = 'incident:' || $1::text order by id`, fmt.Sprint(i.ID)); len(got) != 7 || got[0] != "incident.open" {
		t.Errorf("audit %v", got)
	}
}

// Whoever watches is told of what changed, once it is there.
func TestWatch(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	told := make(chan incident.Incident, 10)
	ready := make(chan struct{})
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		done <- c.store.Watch(ctx, func(changed []incident.Incident, missed bool) {
			if missed {
				close(ready)
			}
			for _, i := range changed {
				told <- i
			}
		})
	}()
	<-ready
	i, _, err := c.store.Open(t.Context(), &incident.Report{Title: "a", Severity: fence.Minor}, an)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-told; got.ID != i.ID || got.Title != "a" {
		t.Errorf("%+v", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
