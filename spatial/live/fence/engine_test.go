package fence_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

func square() []fence.Fence {
	return []fence.Fence{{ID: "yard", Shape: fence.NewShape(orb.Polygon{rectangle(0, 0, 1, 1)})}}
}

func fixAt(seconds, lon float64) live.Position {
	return live.Position{Device: "bus", Lon: lon, Lat: 0.5, Time: at(seconds)}
}

// say puts events in short: kind, second, status.
func say(events []fence.Event) string {
	var parts []string
	for _, e := range events {
		text := fmt.Sprintf("%s %v %s", e.Kind, e.At.Sub(at(0)).Seconds(), e.Status)
		if e.Correction {
			text += " correction"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// What is told as fixes arrive: the first column is one fix, or time alone.
func TestLifeOfAnEvent(t *testing.T) {
	t.Parallel()
	const outside, inside, quiet = 2, 0.5, -1
	for _, test := range []struct {
		name  string
		steps []struct {
			seconds, lon float64
			want         string
		}
	}{
		{"final by the device's own time", []struct {
			seconds, lon float64
			want         string
		}{
			{0, outside, ""}, {10, inside, "enter 10 provisional"}, {39, inside, ""}, {40, inside, "enter 10 final"},
		}},
		{"final by the clock", []struct {
			seconds, lon float64
			want         string
		}{
			{0, outside, ""}, {10, inside, "enter 10 provisional"}, {39, quiet, ""}, {40, quiet, "enter 10 final"}, {90, quiet, ""},
		}},
		{"the first fix is no event", []struct {
			seconds, lon float64
			want         string
		}{{0, inside, ""}, {5, outside, "exit 5 provisional"}}},
		{"a late fix moves an entry", []struct {
			seconds, lon float64
			want         string
		}{
			{0, outside, ""}, {20, inside, "enter 20 provisional"},
			{10, inside, "enter 10 provisional, enter 20 withdrawn"}, {15, inside, ""},
		}},
		{"a fix late beyond the watermark corrects", []struct {
			seconds, lon float64
			want         string
		}{
			{0, outside, ""}, {20, inside, "enter 20 provisional"}, {60, inside, "enter 20 final"},
			{10, inside, "enter 10 final correction, enter 20 withdrawn correction"},
		}},
		{"a duplicate is nothing", []struct {
			seconds, lon float64
			want         string
		}{{0, outside, ""}, {20, inside, "enter 20 provisional"}, {20, inside, ""}, {20, outside, ""}, {0, inside, ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := fence.NewEngine(fence.Config{Device: device})
			e.SetRules([]*fence.Rule{{ID: "r", Subject: fence.OnFence, Kinds: []fence.Kind{fence.Enter, fence.Exit}, Fences: square()}})
			now := 0.0
			for _, step := range test.steps {
				now = max(now, step.seconds)
				var got string
				if step.lon == quiet {
					got = say(e.Advance(at(now)))
				} else {
					got = say(e.Apply([]live.Position{fixAt(step.seconds, step.lon)}, at(now)))
				}
				if diff := cmp.Diff(step.want, got); diff != "" {
					t.Errorf("at %v: (-want +got)\n%s", step.seconds, diff)
				}
			}
		})
	}
}

// A rule that changes begins anew with its own time; what the other told stays.
func TestRulesChange(t *testing.T) {
	t.Parallel()
	rule := func(revision int64, from time.Time) []*fence.Rule {
		return []*fence.Rule{{ID: "r", Revision: revision, From: from, Subject: fence.OnFence, Kinds: []fence.Kind{fence.Enter, fence.Exit}, Fences: square()}}
	}
	e := fence.NewEngine(fence.Config{Device: device})
	e.SetRules(rule(1, time.Time{}))
	e.Apply([]live.Position{fixAt(0, 2)}, at(0))
	if got := say(e.Apply([]live.Position{fixAt(10, 0.5)}, at(10))); got != "enter 10 provisional" {
		t.Fatal(got)
	}
	e.SetRules(rule(2, at(12)))
	if got := say(e.Apply([]live.Position{fixAt(13, 0.6)}, at(13))); got != "enter 10 final" {
		t.Errorf("the old rule's: %q", got)
	}
	if got := say(e.Apply([]live.Position{fixAt(14, 3)}, at(14))); got != "exit 14 provisional" {
		t.Errorf("the new rule's: %q", got)
	}
	e.SetRules(nil)
	if got := say(e.Apply([]live.Position{fixAt(15, 0.5)}, at(15))); got != "exit 14 final" {
		t.Errorf("without rules: %q", got)
	}
}

// What is kept of a device is bounded; later fixes change nothing.
func TestHorizon(t *testing.T) {
	t.Parallel()
	e := fence.NewEngine(fence.Config{Device: device, Horizon: time.Minute, MaxFixes: 100})
	e.SetRules([]*fence.Rule{{ID: "r", Subject: fence.OnFence, Kinds: []fence.Kind{fence.Inside}, Fences: square()}})
	for i := range 1000 {
		e.Apply([]live.Position{fixAt(float64(i), 0.5)}, at(float64(i)))
	}
	if got := say(e.Apply([]live.Position{fixAt(500.5, 0.5)}, at(1000))); got != "" || e.TooLate() != 1 {
		t.Errorf("told %q, %d too late", got, e.TooLate())
	}
	if got := say(e.Apply([]live.Position{fixAt(960.5, 0.5)}, at(1000))); got != "inside 960.5 final correction, inside 970 final" {
		t.Errorf("within the horizon: %q", got)
	}
}

func TestValidateRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		rule fence.Rule
		want string
	}{
		{"nothing", fence.Rule{}, "subject"},
		{"a kind of another subject", fence.Rule{Subject: fence.OnSpeed, Kinds: []fence.Kind{fence.Enter}}, "events"},
		{"outside of each", fence.Rule{Subject: fence.OnFence, Kinds: []fence.Kind{fence.Outside}}, "events"},
		{"no attribute", fence.Rule{Subject: fence.OnRate, Kinds: []fence.Kind{fence.Begin}}, "attribute"},
		{"a long watermark", fence.Rule{Subject: fence.OnSpeed, Kinds: []fence.Kind{fence.Begin}, Watermark: 1000 * time.Hour}, "watermark"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.rule.Validate()
			if err == nil || !strings.Contains(err.Error(), test.want+":") {
				t.Errorf("got %v, want a fault of %s", err, test.want)
			}
		})
	}
}
