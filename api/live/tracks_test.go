package live_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live"
)

// past is a history in memory, and who read it.
type past struct {
	fixes []live.Position
	rule  live.TrackRule
	fails int // fixes before an error; 0 is none

	mu      sync.Mutex
	queries []live.TrackQuery
	entries []spatial.AuditEntry
	refuses bool
}

func (p *past) Track(_ context.Context, q live.TrackQuery) iter.Seq2[live.Position, error] {
	p.mu.Lock()
	p.queries = append(p.queries, q)
	p.mu.Unlock()
	return func(yield func(live.Position, error) bool) {
		for i := range p.fixes {
			if p.fails > 0 && i == p.fails {
				yield(live.Position{}, errors.New("the disk is gone"))
				return
			}
			if !yield(p.fixes[i], nil) {
				return
			}
		}
	}
}

func (p *past) TrackRule(context.Context, live.Kind) (live.TrackRule, error) { return p.rule, nil }

func (p *past) Record(_ context.Context, e spatial.AuditEntry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses {
		return errors.New("no database")
	}
	p.entries = append(p.entries, e)
	return nil
}

var thatNoon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func newPast(n int) *past {
	p := &past{}
	for i := range n {
		p.fixes = append(p.fixes, live.Position{Device: "i", Lon: 106.5, Lat: 11 + float64(i)/1e5, Time: thatNoon.Add(time.Duration(i) * time.Second)})
	}
	return p
}

func historyOf(p *past) func(*apilive.Config) {
	return func(c *apilive.Config) { c.History = apilive.History{Tracks: p, Audit: p} }
}

func TestWhoReadsTracks(t *testing.T) {
	t.Parallel()
	ruled := live.TrackRule{Purposes: []string{"accident", "timetable"}, Readers: []spatial.Role{"transport"}}
	for _, test := range []struct {
		name, path, role string
		rule             live.TrackRule
		status           int
		says             string
	}{
		{name: "anonymous, hidden", path: "i?purpose=a", status: 404},
		{name: "anonymous, public", path: "p?purpose=a", status: 401},
		{name: "viewer", path: "i?purpose=a", role: "viewer", status: 403},
		{name: "operator", path: "i?purpose=a", role: "operator", status: 200},
		{name: "operator, hidden", path: "r?purpose=a", role: "operator", status: 404},
		{name: "no purpose", path: "i", role: "operator", status: 400, says: "is missing: say what the track is read for"},
		{name: "a purpose of two lines", path: "i?purpose=a%0Ab", role: "operator", status: 400, says: "on one line"},
		{name: "own key", path: "p?purpose=a", role: "device:p", status: 200},
		{name: "another device's key", path: "p?purpose=a", role: "device:i", status: 403},
		{name: "own key, whatever the readers", path: "p?purpose=accident", role: "device:p", rule: ruled, status: 200},
		{name: "reader by rule", path: "i?purpose=timetable", role: "transport", rule: ruled, status: 200},
		{name: "no reader by rule", path: "i?purpose=timetable", role: "operator", rule: ruled, status: 403},
		{name: "not told the purposes", path: "i", role: "operator", rule: ruled, status: 403},
		{name: "another purpose", path: "i?purpose=curiosity", role: "transport", rule: ruled, status: 400, says: "must be one of accident, timetable"},
		{name: "admin", path: "i?purpose=accident", role: "admin", rule: ruled, status: 200},
		{name: "faults together", path: "i?gap=x&simplify=-1&held=no&datetime=x&nonsense=1", role: "operator", status: 400, says: "6 parameters are wrong"},
		{name: "format", path: "i?purpose=a&f=kml", role: "operator", status: 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPast(3)
			p.rule = test.rule
			s := newServer(t, historyOf(p))
			status, text := s.do(t, "GET", "/live/tracks/"+test.path, test.role, "", "")
			if status != test.status || !strings.Contains(text, test.says) {
				t.Fatalf("%d: %s", status, text)
			}
			if want := test.status == 200; (len(p.entries) == 1) != want || (len(p.queries) == 1) != want {
				t.Errorf("audited %v, asked %v", p.entries, p.queries)
			}
		})
	}
}

func TestTrackIsAudited(t *testing.T) {
	t.Parallel()
	p := newPast(3)
	s := newServer(t, historyOf(p))
	status, text := s.do(t, "GET", "/live/tracks/i?purpose=accident%204711&datetime=2026-01-02T00:00:00Z/2026-01-03T00:00:00Z&f=csv", "operator", "", "")
	if status != 200 || strings.Count(text, "\n") != 4 {
		t.Fatalf("%d: %s", status, text)
	}
	e := p.entries[0]
	if e.Actor != "key:operator" || e.Action != "track.read" || e.Object != "device:i" || e.RemoteAddress == "" || e.Detail["purpose"] != "accident 4711" ||
		e.Detail["datetime"] != "2026-01-02T00:00:00Z/2026-01-03T00:00:00Z" || e.Detail["format"] != "csv" {
		t.Errorf("%+v", e)
	}
	if q := p.queries[0]; q.Device != "i" || !q.Attributes || q.Held || !q.First.Equal(thatNoon.Add(-12*time.Hour)) || !q.Last.Equal(thatNoon.Add(12*time.Hour)) {
		t.Errorf("%+v", q)
	}
	p.refuses = true
	if status, text := s.do(t, "GET", "/live/tracks/i?purpose=a", "operator", "", ""); status != 500 || len(p.queries) != 1 {
		t.Errorf("not audited, and read: %d %s", status, text)
	}
}

// An error is told while nothing is out; later the answer breaks off.
func TestTrackBreaksOff(t *testing.T) {
	t.Parallel()
	p := newPast(50_000)
	p.fails = 3
	s := newServer(t, historyOf(p))
	if status, text := s.do(t, "GET", "/live/tracks/i?purpose=a&f=gpx", "operator", "", ""); status != 500 || strings.Contains(text, "disk") || !strings.Contains(text, "request") {
		t.Errorf("%d: %s", status, text)
	}
	p.fails = 45_000
	for _, format := range []string{"json", "gpx", "csv"} {
		if err := s.broken(t, "/live/tracks/i?purpose=a&f="+format); err == nil {
			t.Errorf("%s: half a track looks whole", format)
		}
	}
	p.fails = 0
	if status, text := s.do(t, "GET", "/live/tracks/i?purpose=a", "operator", "", ""); status != 200 || strings.Count(text, `"LineString"`) != 6 || !strings.HasSuffix(text, "]}\n") {
		t.Errorf("%d: %d parts of %d bytes", status, strings.Count(text, `"LineString"`), len(text))
	}
}

func TestTrips(t *testing.T) {
	t.Parallel()
	p := newPast(0)
	at := func(seconds int, lat float64, speed live.Measure) {
		p.fixes = append(p.fixes, live.Position{Device: "i", Lon: 106.5, Lat: lat, SpeedKMH: speed, Time: thatNoon.Add(time.Duration(seconds) * time.Second)})
	}
	at(0, 11, live.Known(0))
	at(200, 11, live.Known(0))
	at(260, 11.01, live.Known(66.5))
	at(320, 11.02, live.Measure{})
	at(500, 11.02, live.Measure{})
	s := newServer(t, historyOf(p))
	status, text := s.do(t, "GET", "/live/tracks/i/trips?purpose=a", "operator", "", "")
	want := `{"device":"i","items":[` +
		`{"type":"stop","device":"i","begin":"2026-01-02T12:00:00Z","end":"2026-01-02T12:03:20Z","seconds":200,"lon":106.5,"lat":11,"fixes":2},` +
		`{"type":"trip","device":"i","begin":"2026-01-02T12:03:20Z","end":"2026-01-02T12:05:20Z","seconds":120,"lon":106.5,"lat":11,"endLon":106.5,"endLat":11.02,"fixes":3,"meters":2212.296,"maxSpeed":66.5,"afterStop":true,"beforeStop":true},` +
		`{"type":"stop","device":"i","begin":"2026-01-02T12:05:20Z","end":"2026-01-02T12:08:20Z","seconds":180,"lon":106.5,"lat":11.02,"fixes":2}]}` + "\n"
	if status != 200 || text != want {
		t.Errorf("%d: %s", status, text)
	}
	if e := p.entries[0]; e.Detail["what"] != "trips" || e.Detail["purpose"] != "a" {
		t.Errorf("%+v", e)
	}
	status, text = s.do(t, "GET", "/live/tracks/i/trips?purpose=a&f=csv&minStop=190s&minTrip=10000", "operator", "", "")
	want = "type,device,begin,end,seconds,lon,lat,end_lon,end_lat,fixes,meters,max_speed\n" +
		"stop,i,2026-01-02T12:00:00Z,2026-01-02T12:03:20Z,200,106.5,11,,,2,,\n"
	if status != 200 || text != want {
		t.Errorf("%d: %s", status, text)
	}
	if status, text := s.do(t, "GET", "/live/tracks/i/trips?purpose=a&minStop=3h", "operator", "", ""); status != 400 {
		t.Errorf("%d: %s", status, text)
	}
	p.fixes = nil
	if status, text := s.do(t, "GET", "/live/tracks/i/trips?purpose=a", "operator", "", ""); status != 200 || text != `{"device":"i","items":[]}`+"\n" {
		t.Errorf("%d: %s", status, text)
	}
}
