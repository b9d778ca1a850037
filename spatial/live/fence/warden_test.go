package fence_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

// source keeps everything in memory.
type source struct {
	mu       sync.Mutex
	rules    []fence.Stored
	recent   []live.Position
	recorded []fence.Event
	down     bool
	changed  func()
}

func (s *source) Rules(context.Context) ([]fence.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules, nil
}

func (s *source) WatchRules(ctx context.Context, changed func()) error {
	s.mu.Lock()
	s.changed = changed
	s.mu.Unlock()
	<-ctx.Done()
	return nil
}

func (s *source) Recent(context.Context, time.Time) ([]live.Position, error) { return s.recent, nil }

func (s *source) Record(_ context.Context, events []fence.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("down")
	}
	s.recorded = append(s.recorded, events...)
	return nil
}

func (s *source) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return say(s.recorded)
}

func yard(changed time.Time, east float64) []fence.Stored {
	return []fence.Stored{{
		Definition: fence.Definition{ID: "r", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter, fence.Exit}, Collection: "yards"},
		ChangedAt:  changed,
		Outlines:   []fence.Outline{{ID: "yard", WKB: wkb.MustMarshal(orb.Polygon{rectangle(0, 0, east, 1)})}},
	}}
}

// A warden goes on with what was before it began, tells at once, records what it
// told when the database is back, and follows the fences.
func TestWarden(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		fixAt := func(lon float64) live.Position {
			return live.Position{Device: "bus", Lon: lon, Lat: 0.5, Time: time.Now()}
		}
		s := &source{rules: yard(start.Add(-time.Hour), 1), recent: []live.Position{fixAt(2)}, down: true}
		var told []fence.Event
		w := fence.NewWarden(fence.WardenConfig{Engine: fence.Config{Device: device}, Source: s, Positions: s, Tell: func(e []fence.Event) { told = append(told, e...) }})
		if err := w.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		time.Sleep(10 * time.Second)
		w.Reported([]live.Position{fixAt(0.5)})
		if len(told) != 1 || told[0].Kind != fence.Enter || told[0].Collection != "yards" || told[0].Fence != "yard" {
			t.Fatalf("told %+v", told)
		}
		time.Sleep(5 * time.Second)
		if s.said() != "" {
			t.Errorf("recorded %s while the database was away", s.said())
		}
		s.mu.Lock()
		s.down, s.rules = false, yard(start.Add(-time.Hour), 0.25) // the yard shrinks: the bus is outside of it now
		s.mu.Unlock()
		w.Edited([]spatial.Change{{Collection: "others"}, {Collection: "yards"}})
		time.Sleep(5 * time.Second)
		w.Reported([]live.Position{fixAt(0.6)})
		time.Sleep(5 * time.Second)
		w.Reported([]live.Position{fixAt(0.2)})
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		var kinds []string
		for _, e := range s.recorded {
			kinds = append(kinds, string(e.Kind)+" "+e.At.Sub(start).String()+" "+string(e.Status))
		}
		want := []string{"enter 10s provisional", "enter 10s final", "enter 25s provisional", "enter 25s final"}
		if len(kinds) != len(want) {
			t.Fatalf("recorded %v, want %v", kinds, want)
		}
		for i := range want {
			if kinds[i] != want[i] {
				t.Errorf("recorded %v, want %v", kinds, want)
			}
		}
	})
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	good := fence.Definition{ID: "r", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter}, Geofences: []string{"a"}}
	for _, test := range []struct {
		name   string
		change func(*fence.Definition)
		want   string // the member that is wrong
	}{
		{"good", func(*fence.Definition) {}, ""},
		{"a night", func(d *fence.Definition) {
			d.Schedule = &fence.Timetable{Windows: []fence.TimetablePart{{Days: []string{"mon"}, From: "22:00", To: "05:00"}}}
		}, ""},
		{"no id", func(d *fence.Definition) { d.ID = "" }, "id"},
		{"no fences", func(d *fence.Definition) { d.Geofences = nil }, "collection"},
		{"two sorts of fences", func(d *fence.Definition) { d.Collection = "c" }, "collection"},
		{"fences of a reading", func(d *fence.Definition) {
			d.Subject, d.Attribute, d.Events = fence.OnReading, "level", []fence.Kind{fence.Begin}
		}, "collection"},
		{"a zone", func(d *fence.Definition) { d.Schedule = &fence.Timetable{Zone: "Mars"} }, "schedule"},
		{"no windows", func(d *fence.Definition) { d.Schedule = &fence.Timetable{} }, "schedule"},
		{"a time of day", func(d *fence.Definition) {
			d.Schedule = &fence.Timetable{Windows: []fence.TimetablePart{{From: "25:00", To: "26:00"}}}
		}, "schedule"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := good
			test.change(&d)
			_, err := d.Rule()
			problem, _ := errors.AsType[*spatial.Error](err)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (problem == nil || len(problem.Fields) == 0 || problem.Fields[0].Name != test.want):
				t.Errorf("%v, want a fault of %s", err, test.want)
			}
		})
	}
}

// Of each report it is heard how long its provisional events took, from its receipt.
func TestWardenTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &source{rules: yard(time.Now().Add(-time.Hour), 1)}
		var took []time.Duration
		w := fence.NewWarden(fence.WardenConfig{Engine: fence.Config{Device: device}, Source: s, Positions: s, Took: func(d time.Duration, events int) {
			for range events {
				took = append(took, d)
			}
		}})
		if err := w.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, lon := range []float64{2, 0.5, 0.6, 2} {
			p := live.Position{Device: "bus", Lon: lon, Lat: 0.5, Time: time.Now(), ReceivedAt: time.Now()}
			time.Sleep(time.Duration(i+1) * time.Millisecond)
			w.Reported([]live.Position{p})
		}
		if want := []time.Duration{2 * time.Millisecond, 4 * time.Millisecond}; !slices.Equal(took, want) {
			t.Errorf("took %v, want %v", took, want)
		}
	})
}
