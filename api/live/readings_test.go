package live_test

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	apilive "gisd/api/live"
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/outlook"
)

var readingNoon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// gauge has ten days of a tide of the level, three readings of anything else.
type gauge struct{ asked live.ReadingQuery }

func (g *gauge) Readings(_ context.Context, q live.ReadingQuery) ([]live.Reading, error) {
	g.asked = q
	n := 960
	if q.Name != "level" {
		n = 3
	}
	list := make([]live.Reading, min(n, q.Limit))
	for i := range list {
		at := readingNoon.Add(-time.Duration(i) * 15 * time.Minute)
		list[i] = live.Reading{Device: q.Device, Name: "level", Time: at, Unit: "m", Value: math.Sin(at.Sub(readingNoon).Hours() / 12.42 * 2 * math.Pi)}
	}
	return list, nil
}

// alarmRules are two levels of the barge's kind, and what is none.
type alarmRules struct{ apilive.RuleStore }

func (alarmRules) Definitions(context.Context) ([]fence.Definition, error) {
	return []fence.Definition{
		{ID: "two", Name: "báo động II", Subject: fence.OnReading, Attribute: "level", Limit: 0.5, Kinds: []live.Kind{live.KindBus}},
		{ID: "one", Subject: fence.OnReading, Attribute: "level", Limit: -2},
		{ID: "off", Subject: fence.OnReading, Attribute: "level", Disabled: true},
		{ID: "other", Subject: fence.OnReading, Attribute: "battery"},
		{ID: "barges", Subject: fence.OnReading, Attribute: "level", Kinds: []live.Kind{live.KindBarge}},
		{ID: "fast", Subject: fence.OnSpeed, Limit: 60},
	}, nil
}

func newGauge(t *testing.T) (*server, *gauge) {
	g := &gauge{}
	return newServer(t, func(c *apilive.Config) {
		c.Intake.Now = func() time.Time { return readingNoon }
		c.Readings = g
		c.Rules.Rules = alarmRules{}
		c.Outlooks = outlook.New(outlook.Config{Store: g, Now: func() time.Time { return readingNoon }})
	}), g
}

// TestReadings: who sees the device reads what it measured, as JSON or CSV, of a time.
func TestReadings(t *testing.T) {
	t.Parallel()
	s, g := newGauge(t)
	for _, test := range []struct {
		path, role string
		status     int
		begins     string
	}{
		{"p/readings", "", 200, `{"device":"p","readings":[{"name":"level","time":"2026-06-01T12:00:00Z","value":0,"unit":"m"},`},
		{"p/readings?f=csv&name=level&limit=1", "", 200, "time,name,value,unit,quality\n2026-06-01T12:00:00Z,level,0,m,\n"},
		{"i/readings", "", 404, ""},
		{"i/readings", "viewer", 200, `{"device":"i"`},
		{"r/readings", "viewer", 404, ""},
		{"p/readings?limit=0", "", 400, ""},
		{"p/readings?since=1", "", 400, ""},
		{"p/forecast?name=level", "", 200, `{"device":"p","name":"level","unit":"m","origin":"2026-06-01T12:00:00Z"`},
		{"p/forecast?name=battery", "", 204, ""},
		{"p/forecast", "", 400, ""},
		{"p/forecast?name=level&level=NaN", "", 400, ""},
		{"p/forecast?name=level&level=1,2,3,4,5,6,7,8,9,10,11", "", 400, ""},
		{"i/forecast?name=level", "", 404, ""},
	} {
		status, body := s.do(t, http.MethodGet, "/live/devices/"+test.path, test.role, "", "")
		if status != test.status || !strings.HasPrefix(body, test.begins) {
			t.Errorf("%s for %q: %d %.200s", test.path, test.role, status, body)
		}
	}
	s.do(t, http.MethodGet, "/live/devices/p/readings?name=level&datetime=2026-05-30T00:00:00Z/2026-05-31T00:00:00Z&limit=7", "", "", "")
	want := live.ReadingQuery{Device: "p", Name: "level", First: readingNoon.Add(-60 * time.Hour), Last: readingNoon.Add(-36 * time.Hour), Limit: 7}
	if g.asked != want {
		t.Errorf("asked for %+v, want %+v", g.asked, want)
	}
}

// TestForecast: levels are those asked for, and for operators those of the rules; a text
// says when they will be passed.
func TestForecast(t *testing.T) {
	t.Parallel()
	s, _ := newGauge(t)
	type document struct {
		Expected []struct{ Low, Value, High float64 }
		Levels   []struct {
			Rule, Text         string
			Passed             bool
			Earliest, Expected time.Time
		}
		Accuracy []struct{ Error, Persistence, Covered float64 }
	}
	ask := func(role, language string) (doc document) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/live/devices/p/forecast?name=level&level=0.9,5", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(roleHeader, role)
		r.Header.Set("Accept-Language", language)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if err := json.NewDecoder(answer.Body).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		return doc
	}
	doc := ask("", "en")
	if len(doc.Expected) != 97 || len(doc.Accuracy) != 7 || len(doc.Levels) != 2 {
		t.Fatalf("%d steps, %d accuracies, %d levels", len(doc.Expected), len(doc.Accuracy), len(doc.Levels))
	}
	if text := doc.Levels[0].Text; !strings.HasPrefix(text, "will pass 0.9 in about 1") && !strings.HasPrefix(text, "will pass 0.9 in about 2") {
		t.Errorf("level 0.9: %s", text)
	}
	if text := doc.Levels[1].Text; text != "is not expected to pass 5" {
		t.Errorf("level 5: %s", text)
	}
	doc = ask("operator", "vi")
	if len(doc.Levels) != 4 || doc.Levels[2].Rule != "one" || !doc.Levels[2].Passed || doc.Levels[2].Text != "đã qua one" {
		t.Fatalf("%+v", doc.Levels)
	}
	two := doc.Levels[3]
	if two.Rule != "two" || !strings.HasPrefix(two.Text, "sẽ vượt báo động II trong khoảng ") || two.Expected.Sub(readingNoon).Round(time.Hour) != time.Hour {
		t.Errorf("%+v", two)
	}
}
