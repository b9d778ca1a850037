package live_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

// One degree of longitude at the equator is 111.195 km.
const kilometre = 1 / 111.195

// TestRules is the table of docs/live.md: fixes of a bus, by seconds after noon and
// kilometres to the east, and what becomes of each.
func TestRules(t *testing.T) {
	t.Parallel()
	type given struct {
		second, km float64
		accuracy   float64
		want       string // outcome and flags
	}
	for _, test := range []struct {
		name  string
		fixes []given
	}{
		{"in order", []given{{0, 1, 0, "moved"}, {30, 1.3, 0, "moved"}}},
		{"late", []given{{30, 1, 0, "moved"}, {0, 1, 0, "late"}, {31, 1, 0, "moved"}}},
		{"duplicate of the marker", []given{{0, 1, 0, "moved"}, {0, 1.1, 0, "duplicate"}}},
		{"duplicate of a late one", []given{{30, 1, 0, "moved"}, {0, 1, 0, "late"}, {0, 1, 0, "duplicate"}}},
		{"speed: 60 km in 30 s", []given{{0, 1, 0, "moved"}, {30, 61, 0, "held speed"}, {60, 1.5, 0, "moved"}}},
		{"speed: two that agree", []given{{0, 1, 0, "moved"}, {30, 61, 0, "held speed"}, {60, 61.5, 0, "moved"}, {90, 62, 0, "moved"}}},
		{"speed: two that do not", []given{{0, 1, 0, "moved"}, {30, 61, 0, "held speed"}, {60, 161, 0, "held speed"}}},
		{"speed: far, but slow enough", []given{{0, 1, 0, "moved"}, {1350, 61, 0, "moved"}}},
		{"speed: jitter of one that stands", []given{{0, 1, 0, "moved"}, {1, 1.09, 0, "moved"}}},
		{"speed: within the radius", []given{{0, 1, 0, "moved"}, {1, 1.25, 150, "moved"}}},
		{"speed: again after a duplicate", []given{{0, 1, 0, "moved"}, {30, 61, 0, "held speed"}, {30, 61, 0, "duplicate"}}},
		{"accuracy after a good one", []given{{0, 1, 10, "moved"}, {30, 1.2, 500, "held accuracy"}}},
		{"accuracy: at the limit", []given{{0, 1, 10, "moved"}, {30, 1.2, 200, "moved"}}},
		{"accuracy: better than nothing", []given{{0, 1, 500, "moved accuracy"}, {30, 1.2, 500, "moved accuracy"}, {31, 1.2, 10, "moved"}}},
		{"accuracy: the good one is old", []given{{0, 1, 10, "moved"}, {61, 1.2, 500, "moved accuracy"}}},
		{"zero", []given{{0, 0, 0, "held zero"}, {30, 1, 0, "moved"}, {60, 0, 0, "held zero"}}},
		{"clock", []given{{29, 1, 0, "moved"}, {31, 1, 0, "moved clock"}}},
	} {
		for _, together := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, together %v", test.name, together), func(t *testing.T) {
				t.Parallel()
				now := noon
				h := live.NewHub(live.Config{Now: func() time.Time { return now }})
				h.SetDevices([]live.Device{device("a", spatial.VisibilityPublic)})
				var positions []live.Position
				var want, got []string
				latest := 0.0
				for _, f := range test.fixes {
					latest = max(latest, f.second)
					p := fix("a", f.km*kilometre, 0, noon.Add(time.Duration(f.second*float64(time.Second))))
					if f.accuracy > 0 {
						p.AccuracyMeters = live.Known(f.accuracy)
					}
					positions, want = append(positions, p), append(want, f.want)
				}
				if !strings.HasPrefix(test.name, "clock") {
					now = noon.Add(time.Duration(latest) * time.Second)
				}
				if together {
					got = judged(h, positions)
				} else {
					for i := range positions {
						got = append(got, judged(h, positions[i:i+1])...)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// judged takes positions as the intake does and says what became of each.
func judged(h *live.Hub, positions []live.Position) (told []string) {
	outcomes := h.Judge(positions)
	var taken []live.Position
	for i, outcome := range outcomes {
		name := map[live.Outcome]string{live.Moved: "moved", live.Late: "late", live.Duplicate: "duplicate", live.Held: "held",
			live.Unknown: "unknown", live.TooMany: "too many"}[outcome]
		flags := slices.DeleteFunc(positions[i].Flags.Names(), func(f string) bool { return f == "held" })
		told = append(told, strings.Join(append([]string{name}, flags...), " "))
		if outcome != live.Duplicate && outcome != live.TooMany && outcome != live.Unknown {
			taken = append(taken, positions[i])
		}
	}
	h.Update(taken)
	return told
}

// Whatever the order in which fixes come in, and however often, the marker ends at
// the newest that is not held, and one that was not recorded is news again.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		h := live.NewHub(live.Config{Now: func() time.Time { return noon.Add(time.Hour) }})
		h.SetDevices([]live.Device{device("a", spatial.VisibilityPublic)})
		var fixes []live.Position
		for i := range 12 {
			fixes = append(fixes, fix("a", 106+float64(i)*0.3*kilometre, 11, noon.Add(time.Duration(i)*30*time.Second)))
		}
		want := fixes[len(fixes)-1]
		fixes = append(fixes, fixes...)
		dice.Shuffle(len(fixes), func(i, j int) { fixes[i], fixes[j] = fixes[j], fixes[i] })
		h.Judge(slices.Clone(fixes)) // not recorded
		duplicates := 0
		for len(fixes) > 0 {
			n := min(len(fixes), 1+dice.IntN(5))
			for _, told := range judged(h, fixes[:n]) {
				if told == "duplicate" {
					duplicates++
				}
			}
			fixes = fixes[n:]
		}
		last := h.Last(live.Filter{})
		if len(last) != 1 || !last[0].Position.Time.Equal(want.Time) || last[0].Position.Lon != want.Lon || duplicates != 12 {
			t.Fatalf("%d duplicates, the marker is at %+v, want %+v", duplicates, last, want)
		}
	}
}

// A device may send at once what it kept while out of reach, and no more than its
// rate in the long run; others are not touched.
func TestDeviceRate(t *testing.T) {
	t.Parallel()
	now := noon
	h := live.NewHub(live.Config{DeviceRate: 2, Now: func() time.Time { return now }})
	h.SetDevices([]live.Device{device("a", spatial.VisibilityPublic), device("b", spatial.VisibilityPublic)})
	in := live.Intake{Hub: h, Recorder: &recorder{}, Now: func() time.Time { return now }}
	operator := spatial.Access{Subject: "key:1", Roles: []spatial.Role{spatial.RoleOperator}}
	report := func(id string, n int, all bool) (*live.Receipt, error) {
		rows := make([]live.Row, n)
		for i := range rows {
			rows[i] = live.Row{Number: i + 1, Position: fix(id, 106, 11, now.Add(-time.Duration(i)*time.Millisecond))}
		}
		return in.Report(t.Context(), operator, rows, all)
	}
	if r, err := report("a", 250, false); err != nil || r.Accepted != 200 || r.Rejected != 50 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := report("a", 1, false); spatial.CodeOf(err) != spatial.CodeTooManyRequests || r.Accepted != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := report("b", 1, true); err != nil || r.Accepted != 1 {
		t.Errorf("another device: %+v, %v", r, err)
	}
	now = now.Add(3 * time.Second)
	if r, err := report("a", 10, true); spatial.CodeOf(err) != spatial.CodeTooManyRequests || r.Accepted != 0 {
		t.Errorf("all or nothing: %+v, %v", r, err)
	}
	now = now.Add(3 * time.Second)
	if r, err := report("a", 10, false); err != nil || r.Accepted != 6 {
		t.Errorf("six seconds later: %+v, %v", r, err)
	}
}

// TestStates: a device is stale after two of its intervals and offline after six;
// watchers hear of it without a fix.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		kind   live.Kind
		speed  live.Measure
		silent time.Duration
		want   live.State
	}{
		{"a bus under way", live.KindBus, live.Known(40), time.Minute, live.Online},
		{"a bus under way misses two", live.KindBus, live.Known(40), 61 * time.Second, live.Stale},
		{"a bus under way is gone", live.KindBus, live.Known(40), 181 * time.Second, live.Offline},
		{"a bus at a stop", live.KindBus, live.Known(0), 30 * time.Minute, live.Online},
		{"a bus at a stop misses two", live.KindBus, live.Known(2.9), 31 * time.Minute, live.Stale},
		{"a bus at a stop is gone", live.KindBus, live.Measure{}, 91 * time.Minute, live.Offline},
		{"a barge under way", live.KindBarge, live.Known(10), 6 * time.Minute, live.Online},
		{"a sensor", live.KindSensor, live.Measure{}, 30 * time.Minute, live.Online},
		{"a kind of one's own", "ferry", live.Known(10), 2 * time.Minute, live.Stale},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now := noon
			h := live.NewHub(live.Config{Now: func() time.Time { return now }})
			h.SetDevices([]live.Device{{ID: "a", Kind: test.kind, Visibility: spatial.VisibilityPublic}})
			p := fix("a", 106, 11, noon)
			p.SpeedKMH, p.ReceivedAt = test.speed, noon
			h.Update([]live.Position{p})
			if s := h.Last(live.Filter{})[0].State; s != live.Online {
				t.Errorf("just heard from: %s", s)
			}
			now = noon.Add(test.silent)
			h.Sweep()
			if s := h.Last(live.Filter{})[0].State; s != test.want {
				t.Errorf("silent for %v: %s, want %s", test.silent, s, test.want)
			}
			p.Time, p.ReceivedAt = noon.Add(-time.Hour), now
			h.Update([]live.Position{p})
			if s := h.Last(live.Filter{})[0].State; s != live.Online {
				t.Errorf("after a late fix: %s", s)
			}
		})
	}
}
