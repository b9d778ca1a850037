package outlook_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"gisd/spatial/live"
	"gisd/spatial/live/forecast"
	"gisd/spatial/live/outlook"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// store has a tide of ten days for "level", and little for others.
type store struct {
	asked int
	err   error
}

func (s *store) Readings(_ context.Context, q live.ReadingQuery) ([]live.Reading, error) {
	s.asked++
	n := 960
	if q.Name != "level" {
		n = 3
	}
	list := make([]live.Reading, n)
	for i := range list {
		at := noon.Add(-time.Duration(i) * 15 * time.Minute)
		list[i] = live.Reading{Device: q.Device, Name: q.Name, Time: at, Unit: "m", Value: math.Sin(at.Sub(noon).Hours() / 12.42 * 2 * math.Pi)}
	}
	return list, s.err
}

// TestOutlook: a forecast is made once a minute, with its accuracy; too few readings are
// too few, and a store that fails is asked again.
func TestOutlook(t *testing.T) {
	t.Parallel()
	now := noon
	s := &store{}
	f := outlook.New(outlook.Config{Store: s, Now: func() time.Time { return now }})
	for range 2 {
		o, err := f.Outlook(t.Context(), "d", "level")
		if err != nil {
			t.Fatal(err)
		}
		if !o.Origin.Equal(noon) || o.Unit != "m" || o.Step != 15*time.Minute || len(o.Ahead) != 97 || len(o.Accuracy) != 7 {
			t.Fatalf("from %v in %q, %d steps of %v, %d accuracies", o.Origin, o.Unit, len(o.Ahead), o.Step, len(o.Accuracy))
		}
		if got := o.Ahead[12].Value; math.Abs(got-math.Sin(3/12.42*2*math.Pi)) > 0.1 {
			t.Errorf("%.3f in three hours", got)
		}
		for _, a := range o.Accuracy {
			if a.Count < 300 || a.Error > a.Persistence/2 || a.Covered < 0.8 {
				t.Errorf("%+v", a)
			}
		}
	}
	for range 2 {
		if _, err := f.Outlook(t.Context(), "d", "battery"); !errors.Is(err, forecast.ErrShort) {
			t.Errorf("few readings: %v", err)
		}
	}
	if s.asked != 2 {
		t.Errorf("asked %d times, want 2", s.asked)
	}
	now = now.Add(time.Minute)
	s.err = errors.New("gone")
	for range 2 {
		if _, err := f.Outlook(t.Context(), "d", "level"); !errors.Is(err, s.err) {
			t.Errorf("without a store: %v", err)
		}
	}
	if s.asked != 4 {
		t.Errorf("asked %d times, want 4", s.asked)
	}
}
